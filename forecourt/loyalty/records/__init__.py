"""Set-based writes of loyalty. Callers hold the customers' locks."""

from forecourt.loyalty.records.giving import give, give_back, give_back_all, lock_sharing, spend
from forecourt.loyalty.records.ledger import append_entries, open_balances, open_missing, set_visits
from forecourt.loyalty.records.moving import move_debts, move_lots
from forecourt.loyalty.records.tiers import begin_review, finish_review, save_tiers

__all__ = [
    "append_entries",
    "begin_review",
    "finish_review",
    "give",
    "give_back",
    "give_back_all",
    "lock_sharing",
    "move_debts",
    "move_lots",
    "open_balances",
    "open_missing",
    "save_tiers",
    "set_visits",
    "spend",
]
