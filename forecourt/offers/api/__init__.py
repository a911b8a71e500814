"""Routes of offers and of the rules of all of them, a file a noun.

An offer's JSON is the rule language's own; its JSON Schema is at /offers/schema.
"""

from ninja import Router

from forecourt.offers.api import floors, language, offers, policy, reviews, versions
from forecourt.offers.api.schemas import OfferOut

router = Router()
for part in (
    language,
    policy,
    floors,
    offers,
    versions,
    reviews,
):  # plain addresses before those that begin with a code
    router.add_router("", part.router)

__all__ = ["OfferOut", "router"]
