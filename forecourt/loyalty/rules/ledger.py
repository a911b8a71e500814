"""Which lots a debit takes, what a credit pays and puts back: one customer's open points in memory."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from forecourt.kernel import clock
from forecourt.loyalty.rules.expiry import Ending, expiry_of
from forecourt.loyalty.values import Allocation, Lot, PointsEntry


class Lapse(NamedTuple):
    """How lots without a day of their own lapse (ACTIVITY): so many months after the member came last, or they were earned."""

    months: int
    active_on: date | None
    zone: str

    def last_day(self, lot: Lot) -> date | None:
        earned_on = lot.earned_at.astimezone(clock.zone(self.zone)).date()
        return expiry_of(max(self.active_on or earned_on, earned_on), self.months)


class Ended(NamedTuple):
    """How lots without a day of their own end once the programme gives days: by when they were earned."""

    endings: tuple[Ending, ...]

    def last_day(self, lot: Lot) -> date | None:
        return next((one.last_day for one in self.endings if one.starts <= lot.earned_at < one.ends), None)


class Book:
    """What is open in one customer's ledger, in memory: lots with points left and debits that still owe, oldest first.

    Each method takes an entry, works out its allocations and leaves the book as it is after it, so that several entries
    of one list follow on each other. Lots and debts are never open at once: a new lot pays what is owed first.
    """

    def __init__(
        self, lots: Iterable[Lot] = (), debts: Iterable[tuple[UUID, int]] = (), lapse: Lapse | Ended | None = None
    ) -> None:
        self.lots = list(lots)
        self.debts = list(debts)
        self.lapse = lapse

    def last_day(self, lot: Lot) -> date | None:
        """The last day on which a lot is good; None when it never lapses."""
        if lot.expires_on is None and self.lapse is not None:
            return self.lapse.last_day(lot)
        return lot.expires_on

    @property
    def available(self) -> int:
        """Points in lots, pending ones too: what taking back can reach."""
        return sum(lot.remaining for lot in self.lots)

    def spendable(self, day: date) -> int:
        """Points that can be spent on a day: in lots that are neither pending nor past their last day."""
        return sum(lot.remaining for lot in self.good(day))

    @property
    def owed(self) -> int:
        """Points that debits found too few for, and still owe."""
        return sum(owed for _, owed in self.debts)

    def good(self, day: date) -> list[Lot]:
        """The lots that can be spent on a day, in the order in which they are: soonest to lapse, then oldest."""
        good = [lot for lot in self.lots if lot.available_on is None or lot.available_on <= day]
        return sorted((lot for lot in good if (self.last_day(lot) or date.max) >= day), key=self.age)

    def pending(self, day: date) -> int:
        """Points that will be to spend once their day has come."""
        return sum(lot.remaining for lot in self.lots if lot.available_on is not None and lot.available_on > day)

    def lapsing(self, day: date, until: date) -> dict[date, int]:
        """Points by the last day they are good, of lots whose last day lies between these two, both included."""
        found: Counter[date] = Counter()
        for lot in self.lots:
            last = self.last_day(lot)
            if last is not None and day <= last <= until:
                found[last] += lot.remaining
        return dict(sorted(found.items()))

    def age(self, lot: Lot) -> tuple[date, datetime, UUID]:
        """The order in which lots are taken."""
        return (self.last_day(lot) or date.max, lot.earned_at, lot.entry_id)

    def spend(self, entry: PointsEntry, day: date) -> PointsEntry:
        """A debit of lots that can be spent on that day, those that expire soonest first. Callers saw that there is enough."""
        good = self.good(day)
        kept = {lot.entry_id for lot in good}
        others = [lot for lot in self.lots if lot.entry_id not in kept]
        self.lots = good
        entry = self.debit(entry)
        self.lots += others
        return entry

    def credit(self, entry: PointsEntry, taken: Sequence[Allocation] = ()) -> PointsEntry:
        """A credit. It pays what is owed first; then it puts back what is in `taken`, the last taken first, each lot
        keeping its expiry; the rest is a lot of its own. What was put back shows once the book is read again.
        """
        left = entry.points
        allocations = []
        for position, (debit_id, owed) in enumerate(self.debts):
            paid = min(left, owed)
            if paid > 0:
                allocations.append(Allocation(debit_id=debit_id, lot_id=entry.id, points=paid))
                self.debts[position] = (debit_id, owed - paid)
                left -= paid
        for allocation in reversed(taken):
            back = min(left, allocation.points)
            if back > 0:
                allocations.append(Allocation(debit_id=entry.id, lot_id=allocation.lot_id, points=-back))
                left -= back
        self.debts = [(debit_id, owed) for debit_id, owed in self.debts if owed > 0]
        if left > 0:
            self.lots.append(
                Lot(
                    entry_id=entry.id,
                    remaining=left,
                    expires_on=entry.expires_on,
                    earned_at=entry.earned_at or entry.occurred_at,
                    sale_id=entry.sale_id,
                    available_on=entry.available_on,
                )
            )
        return replace(entry, allocations=tuple(allocations))

    def debit(self, entry: PointsEntry, first_of: Collection[UUID] = ()) -> PointsEntry:
        """A debit: takes lots that these sales gave first, then those that expire soonest, then the oldest; owes the rest."""
        rest = -entry.points
        allocations = []
        order = sorted(self.lots, key=lambda lot: (lot.sale_id not in first_of, *self.age(lot)))
        kept = []
        for lot in order:
            taken = min(rest, lot.remaining)
            if taken > 0:
                allocations.append(Allocation(debit_id=entry.id, lot_id=lot.entry_id, points=taken))
                rest -= taken
            if lot.remaining > taken:
                kept.append(replace(lot, remaining=lot.remaining - taken))
        self.lots = kept
        if rest > 0:
            self.debts.append((entry.id, rest))
        return replace(entry, allocations=tuple(allocations))

    def expire(self, entry: PointsEntry, day: date) -> PointsEntry:
        """A debit of just the lots that are past their last day on that day; its points are set to what they hold."""
        past = [lot for lot in self.lots if (self.last_day(lot) or date.max) < day]
        gone = {lot.entry_id for lot in past}
        allocations = tuple(
            Allocation(debit_id=entry.id, lot_id=lot.entry_id, points=lot.remaining)
            for lot in sorted(past, key=self.age)
        )
        self.lots = [lot for lot in self.lots if lot.entry_id not in gone]
        return replace(entry, points=-sum(lot.remaining for lot in past), allocations=allocations)


def spendable_together(books: Iterable[Book], day: date) -> int:
    """Points that several who share can spend on a day: what all of them hold less what all of them owe, never below none."""
    held = owed = 0
    for book in books:
        held += book.spendable(day)
        owed += book.owed
    return max(0, held - owed)
