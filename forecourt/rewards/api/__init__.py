"""Routes of rewards, a file a noun."""

from ninja import Router

from forecourt.rewards.api import catalogue, redemptions
from forecourt.rewards.api.redemptions import COMPONENTS

router = Router()
for part in (catalogue, redemptions):
    router.add_router("", part.router)

__all__ = ["COMPONENTS", "router"]
