"""Tiers under a draft of the programme: as a review each night would have made them, from what is simulated.

The span begins with the tiers as they stood, reviewed under the draft by the sales of its window before the span. From then
on a day counts what was simulated of it, and as they were the sales that are not simulated.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from forecourt import sales
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerKind
from forecourt.kernel import clock, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty.rules import entry_tier, next_state
from forecourt.loyalty.values import Programme, TierBasis, TierState
from forecourt.organisation import queries as organisation

TIERS: Final = sql.load(sales.__file__, "simulated_tiers")
COUNTED_DAY: Final = sql.load(sales.__file__, "counted_day")
A_DAY: Final = timedelta(days=1)
PIECE: Final = 5000


class _Member:
    """A member, or so many who are alike and bought nothing: where the tier stands, and what counts towards it."""

    __slots__ = ("ended", "is_business", "state", "values")

    def __init__(self, state: TierState, values: list[Decimal], ended: str, *, is_business: bool) -> None:
        self.state = state
        self.values = values
        self.ended = ended
        self.is_business = is_business


class _Rolling:
    """What counts by one basis over one rolling window: by day and member, as far as the span makes it."""

    def __init__(self, basis: TierBasis, window: int, since: date, until: date, where: Mapping[str, Any]) -> None:
        self._basis = basis
        self._window = timedelta(days=window)
        self._since = since
        self._until = until
        self._where = {**where, "basis": str(basis)}
        self._days: dict[date, dict[int, Decimal]] = {}

    @property
    def begin(self) -> date:
        """The first day that counts when the span begins."""
        return self._since - self._window

    def turn(self, day: date) -> dict[int, Decimal]:
        """By how much what counts changes from the day before to this one, by member."""
        yesterday = day - A_DAY
        moved: dict[int, Decimal] = self._days.get(yesterday, {})
        for customer_id, value in self._counted(yesterday, apart=True):
            moved[customer_id] = moved.get(customer_id, ZERO) + value
        leaving = yesterday - self._window
        if yesterday + self._window < self._until:
            self._days[yesterday] = dict(moved)
        else:
            self._days.pop(yesterday, None)
        gone = self._counted(leaving, apart=False) if leaving < self._since else self._days.pop(leaving, {}).items()
        for customer_id, value in gone:
            moved[customer_id] = moved.get(customer_id, ZERO) - value
        return moved

    def _counted(self, day: date, *, apart: bool) -> list[tuple[int, Decimal]]:
        return sql.rows(COUNTED_DAY, self._where | {"day": day, "apart": apart})

    def count(self, customer_id: int, day: date, net: Decimal, volume: Decimal, *, is_visit: bool) -> None:
        """Count a sale or a refund of that day."""
        match self._basis:
            case TierBasis.SPEND:
                value = net
            case TierBasis.VOLUME:
                value = volume
            case _:
                value = Decimal(1 if is_visit else 0)
        days = self._days.setdefault(day, {})
        days[customer_id] = days[customer_id] + value if customer_id in days else value


class DraftTiers:
    """The tiers of one share of the members, which `where` says, day by day of a span."""

    def __init__(self, programme: Programme, since: date, until: date, where: Mapping[str, Any]) -> None:
        self._programme = programme
        windows = [(programme.tier_basis, programme.tier_window_days)]
        if programme.keep_basis is not None:
            windows.append((programme.keep_basis, programme.keep_window_days))
        self._rolling = [_Rolling(basis, window, since, until, where) for basis, window in windows]
        ranked = sorted(programme.tiers, key=lambda tier: tier.threshold)
        self._thresholds = [tier.threshold for tier in ranked]
        self._codes = [tier.code for tier in ranked]
        self._since = since
        self._until = until
        self._where = where
        self._members: dict[int, _Member] = {}
        self._alike: list[tuple[_Member, int]] = []
        self._ending: dict[date, set[int]] = {}
        self._begin()
        self._day = since

    def _begin(self) -> None:
        """Everybody as they stood when the span began, and the review of its first day."""
        for row in self._found():
            customer_id, is_business, is_new, tier, until, ended, value, kept, count = row
            state = TierState() if is_new else TierState(tier=tier, until=until)
            values = [value, kept][: len(self._rolling)]
            member = _Member(state, values, ended, is_business=is_business)
            if customer_id is not None:
                self._members[customer_id] = member
                self._review(customer_id, member, self._since)
            else:
                for number in range((self._until - self._since).days + 1):
                    member.state = self._next(member, self._since + timedelta(days=number))
                self._alike.append((member, count))

    def _found(self) -> Iterator[tuple[Any, ...]]:
        zone = clock.zone(organisation.company().zone)
        begins = [rolling.begin for rolling in self._rolling]
        where = {
            **self._where,
            "basis": str(self._programme.tier_basis),
            "keep_basis": str(self._programme.keeping_basis),
            "begin": min(begins),
            "entry_begin": begins[0],
            "keep_begin": begins[-1],
            "since": self._since,
            "until": self._until,
            "began_at": datetime.combine(self._since, time(), zone),
            "ended_at": datetime.combine(self._until + A_DAY, time(), zone),
        }
        with connection.chunked_cursor() as cursor:
            cursor.execute(TIERS, where)
            while rows := cursor.fetchmany(PIECE):
                yield from rows

    def turn_to(self, day: date) -> None:
        """Review each day up to this one, from the days before it."""
        while self._day < min(day, self._until):
            self._day += A_DAY
            self._turn()

    def _turn(self) -> None:
        day = self._day
        moved: dict[int, list[Decimal]] = {customer_id: [] for customer_id in self._ending.pop(day, ())}
        changes = [rolling.turn(day) for rolling in self._rolling]
        for customer_id in [*moved, *[customer_id for change in changes for customer_id in change]]:
            moved[customer_id] = [change.get(customer_id, ZERO) for change in changes]
        for customer_id, more in moved.items():
            member = self._members.get(customer_id)
            if member is not None:
                member.values = [value + change for value, change in zip(member.values, more, strict=True)]
                self._review(customer_id, member, day)

    def _review(self, customer_id: int, member: _Member, day: date) -> None:
        state = member.state
        if state.until is None and not member.is_business and self._codes:
            reached = self._codes[max(0, bisect_right(self._thresholds, member.values[0]) - 1)]
            if reached == state.tier:
                return
        member.state = state = self._next(member, day)
        if state.until is not None:
            self._ending.setdefault(state.until + A_DAY, set()).add(customer_id)

    def _next(self, member: _Member, day: date) -> TierState:
        kept = member.values[1] if len(member.values) > 1 else None
        value = member.values[0]
        return next_state(member.state, value, day, self._programme, is_business=member.is_business, kept=kept)

    def tier_of(self, customer_id: int) -> str:
        """The tier of the last review."""
        member = self._members.get(customer_id)
        return member.state.tier if member is not None else self._entry_of(customer_id)

    def _entry_of(self, customer_id: int) -> str:
        """Where somebody begins who has no balance."""
        facts = customers.buyers([customer_id]).get(customer_id)
        return entry_tier(self._programme, is_business=facts is not None and facts.kind is CustomerKind.BUSINESS)

    def count(self, customer_id: int, day: date, net: Decimal, volume: Decimal, *, is_visit: bool) -> None:
        """Count a sale or a refund of that day."""
        for rolling in self._rolling:
            rolling.count(customer_id, day, net, volume, is_visit=is_visit)

    def moves(self) -> Counter[tuple[str, str]]:
        """How many members were in which tier at the span's end, and in which they would have been."""
        self.turn_to(self._until)
        found: Counter[tuple[str, str]] = Counter()
        for member in self._members.values():
            found[member.ended, member.state.tier] += 1
        for member, count in self._alike:
            found[member.ended, member.state.tier] += count
        return found


def ranks(draft: Programme, before: Programme) -> dict[str, int]:
    """How high each tier is: by its place in the draft, else by its place in the programme before."""
    found: dict[str, int] = {}
    for programme in (before, draft):
        tiers = sorted(programme.tiers, key=lambda tier: tier.threshold)
        found |= {tier.code: place for place, tier in enumerate(tiers)}
    return found
