"""Loyalty, pure: what a basket earns, when points expire, which lots a debit takes, which tier a member is in."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from msgspec.structs import replace

from forecourt.catalogue.values import ProductFacts
from forecourt.kernel.money import ZERO, whole
from forecourt.loyalty.values import Allocation, EarnRate, Lot, Per, PointsEntry, Programme, Tier


class BasketLine(Protocol):
    """A line as earning sees it: a product that is known, or None; a quantity; what is paid for it."""

    @property
    def product(self) -> ProductFacts | None: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...


class Earning(NamedTuple):
    """What one rate brought: points before rounding, for so much of what it counts."""

    rate: EarnRate
    counted: Decimal
    points: Decimal


class Earned(NamedTuple):
    """Whole points of a basket, with the steps that led there and the numbers of the lines that no rate covers."""

    points: int
    steps: list[Earning]
    multiplier_percent: int
    uncovered: list[int]


class Rates:
    """A programme's earn rates, arranged so that a line finds its rate at once.

    The most specific rate that matches a line wins: a product's before a category's (the nearest category first), a
    family's and a kind's; then one for a tender, then one for stations; then the one that gives more.
    """

    def __init__(self, rates: Sequence[EarnRate]) -> None:
        self._rates = sorted(rates, key=_rank)
        self._by_product: dict[int, tuple[ProductFacts, list[EarnRate]]] = {}

    def of(self, product: ProductFacts, station: str, tender: str) -> EarnRate | None:
        """The rate for a product at a station (by code), paid wholly by `tender` ("" when mixed or unknown)."""
        known = self._by_product.get(product.id)
        if known is None or known[0] is not product:  # facts change: a product moves to another category
            known = self._by_product[product.id] = (product, self._candidates(product))
        for rate in known[1]:
            if (not rate.tender or rate.tender == tender) and (not rate.stations or station in rate.stations):
                return rate
        return None

    def _candidates(self, product: ProductFacts) -> list[EarnRate]:
        """The rates that may serve a product, the most specific first, up to the first that always does."""
        matching = [rate for rate in self._rates if _covers(rate, product)]
        candidates = []
        for rate in sorted(matching, key=lambda rate: _distance(rate, product)):
            candidates.append(rate)
            if not rate.tender and not rate.stations:
                break
        return candidates


def _rank(rate: EarnRate) -> tuple[bool, bool, Decimal, str]:
    return (not rate.tender, not rate.stations, -rate.points, rate.code)


def _distance(rate: EarnRate, product: ProductFacts) -> int:
    """How far a rate is from a product: the product itself, its categories from the nearest up, family, kind, all."""
    if rate.product:
        return 0
    if rate.category:
        return 1 + product.categories.index(rate.category)
    if rate.family:
        return 1000
    return 1001 if rate.kind else 1002


def _covers(rate: EarnRate, product: ProductFacts) -> bool:
    return (
        (not rate.product or rate.product == product.code)
        and (not rate.category or rate.category in product.categories)
        and (not rate.kind or rate.kind == product.kind)
        and (not rate.family or rate.family == product.family)
    )


def points_earned(
    lines: Iterable[BasketLine], rates: Rates, *, station: str, tender: str, multiplier_percent: int = 100
) -> Earned:
    """Whole points a basket earns.

    A line earns on its quantity, or on what is paid for it: its amount less its discount. Rounded once, at the end and
    towards zero, so that splitting a line or ordering lines otherwise never changes the result, and a basket of
    returned goods loses just what it would have earned.
    """
    counted: dict[str, Decimal] = {}
    used: dict[str, EarnRate] = {}
    uncovered: list[int] = []
    for number, line in enumerate(lines, 1):
        product = line.product
        rate = rates.of(product, station, tender) if product is not None else None
        if rate is None:
            uncovered.append(number)
            continue
        base = line.quantity if rate.per is Per.UNIT else line.amount - line.discount
        code = rate.code
        if code in counted:
            counted[code] += base
        else:
            counted[code] = base
            used[code] = rate
    steps = [Earning(rate, counted[code], counted[code] * rate.points) for code, rate in used.items()]
    if len(steps) > 1:
        steps.sort(key=lambda step: step.rate.code)
    total = ZERO
    for step in steps:
        total += step.points
    return Earned(whole(total * multiplier_percent / 100), steps, multiplier_percent, uncovered)


def sole_tender(kinds: Iterable[str]) -> str:
    """The tender that paid for everything, or "" when there were several or none."""
    distinct = set(kinds)
    return distinct.pop() if len(distinct) == 1 else ""


def multiplier_of(programme: Programme, tier: str) -> int:
    """The multiplier of a tier by its code, in percent; 100 for a tier the programme does not know."""
    for known in programme.tiers:
        if known.code == tier:
            return known.multiplier_percent
    return 100


def expiry_of(earned_on: date, life_months: int) -> date | None:
    """The last day on which points are still good: the end of the month so many months on; None when they live for ever."""
    if life_months == 0:
        return None
    months = earned_on.year * 12 + earned_on.month - 1 + life_months
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def tier_for(tiers: Sequence[Tier], value: Decimal) -> str:
    """The highest tier whose threshold the value reaches; "" where the programme has none that low."""
    reached = [tier for tier in tiers if tier.threshold <= value]
    return max(reached, key=lambda tier: tier.threshold).code if reached else ""


class Book:
    """What is open in one customer's ledger, in memory: lots with points left and debits that still owe, oldest first.

    Each method takes an entry, works out its allocations and leaves the book as it is after it, so that several entries
    of one list follow on each other. Lots and debts are never open at once: a new lot pays what is owed first.
    """

    def __init__(self, lots: Iterable[Lot] = (), debts: Iterable[tuple[UUID, int]] = ()) -> None:
        self.lots = list(lots)
        self.debts = list(debts)

    @property
    def available(self) -> int:
        """Points in lots, pending ones too: what taking back can reach."""
        return sum(lot.remaining for lot in self.lots)

    def spendable(self, day: date) -> int:
        """Points that can be spent on a day: in lots that are neither pending nor past their last day."""
        return sum(lot.remaining for lot in self.lots if _is_good(lot, day))

    def spend(self, entry: PointsEntry, day: date) -> PointsEntry:
        """A debit of lots that can be spent on that day, those that expire soonest first. Callers saw that there is enough."""
        kept = self.lots
        good = [lot for lot in kept if _is_good(lot, day)]
        self.lots = good
        entry = self.debit(entry)
        self.lots = self.lots + [lot for lot in kept if lot not in good]
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
                    earned_at=entry.occurred_at,
                    sale_id=entry.sale_id,
                )
            )
        return replace(entry, allocations=tuple(allocations))

    def debit(self, entry: PointsEntry, first_of_sale: UUID | None = None) -> PointsEntry:
        """A debit: takes the lots that sale gave first, then those that expire soonest, then the oldest; owes the rest."""
        rest = -entry.points
        allocations = []
        order = sorted(self.lots, key=lambda lot: (lot.sale_id != first_of_sale or first_of_sale is None, *_age(lot)))
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
        past = [lot for lot in self.lots if lot.expires_on is not None and lot.expires_on < day]
        allocations = tuple(
            Allocation(debit_id=entry.id, lot_id=lot.entry_id, points=lot.remaining) for lot in sorted(past, key=_age)
        )
        self.lots = [lot for lot in self.lots if lot not in past]
        return replace(entry, points=-sum(lot.remaining for lot in past), allocations=allocations)


def _is_good(lot: Lot, day: date) -> bool:
    return (lot.available_on is None or lot.available_on <= day) and (lot.expires_on is None or day <= lot.expires_on)


def _age(lot: Lot) -> tuple[date, datetime, UUID]:
    return (lot.expires_on or date.max, lot.earned_at, lot.entry_id)
