"""Set-based writes of rewards. Callers hold the customers' locks."""

from forecourt.rewards.records.redemptions import carry_over, close, insert, lock, lock_due
from forecourt.rewards.records.stock import Piece, change_stock, put_back, take

__all__ = [
    "Piece",
    "carry_over",
    "change_stock",
    "close",
    "insert",
    "lock",
    "lock_due",
    "put_back",
    "take",
]
