"""Set-based writes of offers."""

from forecourt.offers.records.budgets import (
    Contested,
    Wanted,
    give_back,
    hold_all,
    open_missing,
    take,
    take_held,
)

__all__ = ["Contested", "Wanted", "give_back", "hold_all", "open_missing", "take", "take_held"]
