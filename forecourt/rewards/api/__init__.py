"""Routes of rewards, a file a noun."""

from ninja import Router

from forecourt.rewards.api import catalogue, redemptions

router = Router()
for part in (catalogue, redemptions):
    router.add_router("", part.router)
