"""Reads of offers."""

from forecourt.offers.queries import floors as _floors
from forecourt.offers.queries import gifts as _gifts
from forecourt.offers.queries import live as _live
from forecourt.offers.queries.absent import find_by
from forecourt.offers.queries.advice import advice, costless
from forecourt.offers.queries.budgets import left_and_outdated, left_of
from forecourt.offers.queries.drafts import drafts, in_review
from forecourt.offers.queries.floor_list import (
    FloorsDraft,
    FloorView,
    decided_floors,
    draft_floors,
    floor_history,
    floors_at,
    floors_before,
    floors_handed_in,
)
from forecourt.offers.queries.floors import Floors, floors, floors_with
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
    said_before,
    version,
    versions,
)
from forecourt.offers.queries.live import Offers, offers
from forecourt.offers.queries.policies import (
    PolicyDraft,
    PolicyView,
    decided_policies,
    draft_policy,
    policies,
    policy_at,
    policy_handed_in,
    policy_of,
)


def forget() -> None:
    """Forget what this process remembers (after a database was replaced)."""
    _live.forget()
    _floors.forget()
    _gifts.forget()


__all__ = [
    "FloorView",
    "Floors",
    "FloorsDraft",
    "GiftCosts",
    "OfferView",
    "Offers",
    "PolicyDraft",
    "PolicyView",
    "ReviewView",
    "VersionView",
    "advice",
    "costless",
    "costs_of_gifts",
    "count_offers",
    "decided_floors",
    "decided_policies",
    "draft_floors",
    "draft_policy",
    "drafts",
    "find_by",
    "floor_history",
    "floors",
    "floors_at",
    "floors_before",
    "floors_handed_in",
    "floors_with",
    "forget",
    "gift_costs",
    "in_review",
    "left_and_outdated",
    "left_of",
    "list_offers",
    "offer",
    "offers",
    "offers_then",
    "offers_with_template",
    "open_reviews",
    "policies",
    "policy_at",
    "policy_handed_in",
    "policy_of",
    "said_before",
    "version",
    "versions",
]
