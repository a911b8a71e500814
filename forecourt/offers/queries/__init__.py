"""Reads of offers."""

from forecourt.offers.queries import floors as _floors
from forecourt.offers.queries import live as _live
from forecourt.offers.queries.budgets import left_of
from forecourt.offers.queries.drafts import drafts
from forecourt.offers.queries.floors import Floors, floors
from forecourt.offers.queries.listing import (
    OfferView,
    ReviewView,
    VersionView,
    count_offers,
    list_offers,
    offer,
    offers_with_template,
    open_reviews,
    versions,
)
from forecourt.offers.queries.live import Offers, offers


def forget() -> None:
    """Forget what this process remembers (after a database was replaced)."""
    _live.forget()
    _floors.forget()


__all__ = [
    "Floors",
    "OfferView",
    "Offers",
    "ReviewView",
    "VersionView",
    "count_offers",
    "drafts",
    "floors",
    "forget",
    "left_of",
    "list_offers",
    "offer",
    "offers",
    "offers_with_template",
    "open_reviews",
    "versions",
]
