"""Reads of offers."""

from forecourt.offers.queries import floors as _floors
from forecourt.offers.queries import gifts as _gifts
from forecourt.offers.queries import live as _live
from forecourt.offers.queries.advice import advice
from forecourt.offers.queries.budgets import left_of
from forecourt.offers.queries.drafts import drafts
from forecourt.offers.queries.floors import Floors, floors
from forecourt.offers.queries.gifts import GiftCosts, costs_of_gifts, gift_costs
from forecourt.offers.queries.history import offers_then
from forecourt.offers.queries.listing import (
    OfferView,
    ReviewView,
    VersionView,
    count_offers,
    list_offers,
    offer,
    offers_with_template,
    open_reviews,
    version,
    versions,
)
from forecourt.offers.queries.live import Offers, offers


def forget() -> None:
    """Forget what this process remembers (after a database was replaced)."""
    _live.forget()
    _floors.forget()
    _gifts.forget()


__all__ = [
    "Floors",
    "GiftCosts",
    "OfferView",
    "Offers",
    "ReviewView",
    "VersionView",
    "advice",
    "costs_of_gifts",
    "count_offers",
    "drafts",
    "floors",
    "forget",
    "gift_costs",
    "left_of",
    "list_offers",
    "offer",
    "offers",
    "offers_then",
    "offers_with_template",
    "open_reviews",
    "version",
    "versions",
]
