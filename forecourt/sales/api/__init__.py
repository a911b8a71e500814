"""Routes of sales, a file a noun."""

from ninja import Router

from forecourt.sales.api import available, explanations, sales, simulations
from forecourt.sales.api.schemas import COMPONENTS

router = Router()
for part in (available, sales, explanations, simulations):
    router.add_router("", part.router)

__all__ = ["COMPONENTS", "router"]
