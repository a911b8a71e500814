"""Facts of accounts: days closed, claims sent and settled. They are about no customer."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from forecourt.kernel.events import Event


class LiabilityClosed(Event):
    """A day's journal of points is final; `liability` is what is owed in all after it."""

    name: ClassVar[str] = "liability.closed.v1"
    day: date
    debit: Decimal
    liability: Decimal
    open_points: int


class ClaimSent(Event):
    name: ClassVar[str] = "claim.sent.v1"
    claim_id: int
    funder: str
    total: Decimal


class ClaimSettled(Event):
    name: ClassVar[str] = "claim.settled.v1"
    claim_id: int
    funder: str
    total: Decimal
    settled: Decimal
