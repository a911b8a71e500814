"""Set-based writes of loyalty. Callers hold the customers' locks."""

from forecourt.loyalty.records.giving import give, give_back, spend
from forecourt.loyalty.records.ledger import append_entries, begin_review, finish_review, open_balances, save_tiers

__all__ = [
    "append_entries",
    "begin_review",
    "finish_review",
    "give",
    "give_back",
    "open_balances",
    "save_tiers",
    "spend",
]
