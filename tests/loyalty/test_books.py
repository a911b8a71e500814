"""The ledger's law, pure: whatever happens, the balance is what lots hold less what is owed, and no lot is below nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.loyalty.rules import Book, Lapse
from forecourt.loyalty.values import Allocation, EntryKind, Lot, PointsEntry

START = date(2026, 1, 1)


@dataclass
class Ledger:
    """A customer's entries; its book is derived from them as the database does."""

    entries: list[PointsEntry] = field(default_factory=list)
    spent: list[PointsEntry] = field(default_factory=list)

    def add(self, entry: PointsEntry) -> None:
        self.entries.append(entry)

    @property
    def balance(self) -> int:
        return sum(entry.points for entry in self.entries)

    def book(self, lapse: Lapse | None = None) -> Book:
        taken: Counter[UUID] = Counter()
        paid: Counter[UUID] = Counter()
        returned: Counter[UUID] = Counter()
        for entry in self.entries:
            for allocation in entry.allocations:
                taken[allocation.lot_id] += allocation.points
                paid[allocation.debit_id] += allocation.points
                returned[allocation.debit_id] += min(0, allocation.points)
        lots, debts = [], []
        for entry in self.entries:
            if entry.points > 0:
                left = entry.points + returned[entry.id] - taken[entry.id]
                assert left >= 0
                if left:
                    lots.append(
                        Lot(
                            entry_id=entry.id,
                            remaining=left,
                            expires_on=entry.expires_on,
                            earned_at=entry.earned_at or entry.occurred_at,
                            available_on=entry.available_on,
                        )
                    )
            elif entry.points < 0:
                owed = -entry.points - paid[entry.id]
                assert owed >= 0
                if owed:
                    debts.append((entry.id, owed))
        return Book(lots, debts, lapse)


@dataclass
class Step:
    """Something that happens to one of two ledgers on a day."""

    ledger: Ledger
    other: Ledger
    number: int
    points: int
    expires_in: int
    lapse: Lapse | None
    entry: PointsEntry = field(init=False)
    debit: PointsEntry = field(init=False)
    day: date = field(init=False)

    def __post_init__(self) -> None:
        self.day = day = START + timedelta(days=self.number * 5)
        self.entry = PointsEntry(
            id=UUID(int=self.number * 10 + 1),
            customer_id=1,
            business_date=day,
            occurred_at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
            kind=EntryKind.ADJUST,
            points=self.points,
            expires_on=None if self.lapse else day + timedelta(days=self.expires_in * 10),
        )
        self.debit = replace(self.entry, points=-self.points, expires_on=None)

    def credit(self) -> None:
        self.ledger.add(self.ledger.book(self.lapse).credit(self.entry))

    def pending(self) -> None:
        available_on = self.day + timedelta(days=self.expires_in * 5)
        self.ledger.add(self.ledger.book(self.lapse).credit(replace(self.entry, available_on=available_on)))

    def take(self) -> None:
        self.ledger.add(self.ledger.book(self.lapse).debit(self.debit))

    def spend(self) -> None:
        book = self.ledger.book(self.lapse)
        if self.points > book.spendable(self.day):
            return
        good = {lot.entry_id for lot in book.good(self.day)}
        spent = book.spend(self.debit, self.day)
        assert {allocation.lot_id for allocation in spent.allocations} <= good
        assert -spent.points == sum(allocation.points for allocation in spent.allocations)
        self.ledger.add(spent)
        self.ledger.spent.append(spent)

    def give_back(self) -> None:
        if not self.ledger.spent:
            return
        spent = self.ledger.spent.pop(self.points % len(self.ledger.spent))
        taken = [Allocation(debit_id=self.entry.id, lot_id=one.lot_id, points=one.points) for one in spent.allocations]
        self.ledger.add(self.ledger.book(self.lapse).credit(replace(self.entry, points=-spent.points), taken))

    def expire(self) -> None:
        expired = self.ledger.book(self.lapse).expire(replace(self.debit, points=0), self.day)
        if expired.points:
            self.ledger.add(expired)
        assert self.ledger.book(self.lapse).expire(replace(self.debit, points=0), self.day).points == 0

    def transfer(self) -> None:
        for position, held in enumerate(self.ledger.book(self.lapse).good(self.day)[:2]):
            lot = replace(held, remaining=min(self.points, held.remaining))
            given_away = replace(self.debit, id=UUID(int=self.number * 10 + 3 + position), points=-lot.remaining)
            self.ledger.add(Book([lot]).debit(given_away))
            taken_over = replace(
                self.entry,
                id=UUID(int=self.number * 10 + 5 + position),
                points=lot.remaining,
                expires_on=lot.expires_on,
                earned_at=lot.earned_at,
            )
            self.other.add(self.other.book(self.lapse).credit(taken_over))


WAYS = (Step.credit, Step.pending, Step.take, Step.spend, Step.give_back, Step.expire, Step.transfer)
steps = st.lists(
    st.tuples(st.sampled_from(WAYS), st.integers(1, 60), st.integers(0, 3), st.integers(0, 1)), max_size=40
)


@settings(deadline=None)
@given(steps, st.none() | st.integers(1, 3))
def test_a_balance_is_what_lots_hold_less_what_is_owed(steps, months):
    lapse = None if months is None else Lapse(months, None, "Asia/Shanghai")
    ledgers = (Ledger(), Ledger())
    for number, (way, points, expires_in, who) in enumerate(steps):
        step = Step(ledgers[who], ledgers[1 - who], number, points, expires_in, lapse)
        way(step)
        for one in ledgers:
            after = one.book(lapse)
            assert one.balance == after.available - sum(owed for _, owed in after.debts)
            assert not (after.lots and after.debts)
            assert after.spendable(step.day) + after.pending(step.day) <= after.available
