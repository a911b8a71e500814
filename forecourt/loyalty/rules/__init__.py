"""Loyalty, pure: what a basket earns, which lots a debit takes, how long points live, which tier a member is in."""

from forecourt.loyalty.rules.earning import (
    BasketLine,
    Earned,
    Earning,
    Rates,
    multiplier_of,
    points_earned,
    sole_tender,
)
from forecourt.loyalty.rules.expiry import Ending, available_from, endings, expiry_of, inactive_since, last_day
from forecourt.loyalty.rules.ledger import Book, Ended, Lapse, spendable_together
from forecourt.loyalty.rules.paying import misfit, points_for, spendable_points, worth
from forecourt.loyalty.rules.tiers import entry_tier, keeps, missing_to_keep, next_state, next_tier, tier_for, tier_of

__all__ = [
    "BasketLine",
    "Book",
    "Earned",
    "Earning",
    "Ended",
    "Ending",
    "Lapse",
    "Rates",
    "available_from",
    "endings",
    "entry_tier",
    "expiry_of",
    "inactive_since",
    "keeps",
    "last_day",
    "misfit",
    "missing_to_keep",
    "multiplier_of",
    "next_state",
    "next_tier",
    "points_earned",
    "points_for",
    "sole_tender",
    "spendable_points",
    "spendable_together",
    "tier_for",
    "tier_of",
    "worth",
]
