"""Reads of offers."""

from forecourt.offers.queries import floors as _floors
from forecourt.offers.queries import live as _live
from forecourt.offers.queries.budgets import left_of
from forecourt.offers.queries.drafts import drafts
from forecourt.offers.queries.floors import floors
from forecourt.offers.queries.live import Offers, offers


def forget() -> None:
    """Forget what this process remembers (after a database was replaced)."""
    _live.forget()
    _floors.forget()


__all__ = ["Offers", "drafts", "floors", "forget", "left_of", "offers"]
