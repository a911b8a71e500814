"""Routes of coupons, a file a noun."""

from ninja import Router

from forecourt.coupons.api import batches, coupons, templates
from forecourt.coupons.api.coupons import COMPONENTS

router = Router()
for part in (templates, coupons, batches):
    router.add_router("", part.router)

__all__ = ["COMPONENTS", "router"]
