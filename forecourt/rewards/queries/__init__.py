"""What others may ask of rewards."""

from forecourt.rewards.queries.catalogue import (
    by_code,
    catalogue,
    choices,
    decided,
    known_rewards,
    reward,
    spendable,
    taken,
)
from forecourt.rewards.queries.costs import costs, costs_by_day
from forecourt.rewards.queries.redemptions import (
    due,
    find,
    is_code_taken,
    list_redemptions,
    of_customer,
    redemption,
    redemption_by_code,
)
from forecourt.rewards.queries.stock import left, movements, stocks

__all__ = [
    "by_code",
    "catalogue",
    "choices",
    "costs",
    "costs_by_day",
    "decided",
    "due",
    "find",
    "is_code_taken",
    "known_rewards",
    "left",
    "list_redemptions",
    "movements",
    "of_customer",
    "redemption",
    "redemption_by_code",
    "reward",
    "spendable",
    "stocks",
    "taken",
]
