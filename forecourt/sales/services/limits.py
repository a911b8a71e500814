"""What a list of sales may take of what is limited: known before it is rated, so that it can be read and held in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from forecourt.kernel.money import ZERO
from forecourt.offers.records import Wanted
from forecourt.offers.rules.matching import Live
from forecourt.sales import rules
from forecourt.sales.rules import Rulings, State
from forecourt.sales.values import KnownSale, Outcome


class Limits(NamedTuple):
    """What a list may take: budgets of everybody with their limits; offers with limits for each customer, with the first day
    of which it counts what they gave; templates; `freed`, what it gives back to budgets, whatever it takes; `outdated`, the
    budgets whose slots were shared out under another limit.
    """

    budgets: dict[str, Decimal]
    own: dict[int, date]
    issues: set[str]
    freed: dict[str, Decimal] = {}
    outdated: AbstractSet[str] = frozenset()


Freed = Mapping[str, tuple[Decimal, Decimal]]
"""What reservations that end held of budgets, by their names, with the limits."""
Ruled = Callable[[datetime], Rulings]
"""Gives the rules in force at a moment."""


def limits_of(known: Sequence[KnownSale], ruled: Ruled, state: State) -> Limits:
    """The limits that a list may meet: of all offers that its sales look at, whether they hold or not."""
    limits = Limits({}, {}, set())
    for item in known:
        rulings = ruled(item.rated_at)
        found = state.seen[id(item)] = rules.seen(item, rulings, state)
        if item.promise is not None:
            limits.budgets.update({key: limit for key, (_held, limit) in item.promise.spends.items()})
        _meet(limits, item, rulings.book.limited(found.facts, item.rated_at))
    if limits.issues and len(known) > 1:
        _meet_through_coupons(limits, _later(known), ruled)
    return limits


def _meet(limits: Limits, item: KnownSale, offers: Iterable[Live]) -> None:
    """Add the limits of offers that a sale may look at."""
    for live in offers:
        for key, budget in live.budgets_at(item.station.id, item.business_date):
            if key:
                limits.budgets[key] = budget.limit
        if live.limits_customers:
            limits.own[live.id] = min(limits.own.get(live.id, date.max), rules.counted_since(live, item.business_date))
        limits.issues.update(live.issues)


def _later(known: Sequence[KnownSale]) -> list[KnownSale]:
    """The sales whose member has another before them in the list."""
    before: set[int] = set()
    later = []
    for item in known:
        if item.customer_id in before:
            later.append(item)
        elif item.is_member:
            before.add(item.customer_id)
    return later


def _meet_through_coupons(limits: Limits, later: Sequence[KnownSale], ruled: Ruled) -> None:
    """Add the limits of offers that a sale finds by a coupon which one before it in the list may give its member; such offers
    may give coupons too.
    """
    asked: set[str] = set()
    while later and (fresh := limits.issues - asked):
        asked |= fresh
        for item in later:
            _meet(limits, item, ruled(item.rated_at).book.limited_by_coupons(fresh, item.rated_at))


def with_freed(limits: Limits, freed: Freed) -> Limits:
    """Limits with what goes back to budgets with what the list takes."""
    if not freed:
        return limits
    budgets = {key: limit for key, (_amount, limit) in freed.items()} | limits.budgets
    return limits._replace(budgets=budgets, freed={key: amount for key, (amount, _limit) in freed.items()})


def with_back(left: Mapping[str, Decimal], freed: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What budgets have left once that is back; nothing where more is used than the limit, which was lowered."""
    whole = {budget: amount + freed[budget] if budget in freed else amount for budget, amount in left.items()}
    return {budget: amount if amount > 0 else ZERO for budget, amount in whole.items()}


def wanted_of(outcomes: Iterable[Outcome], limits: Limits) -> dict[str, Wanted]:
    """What outcomes take of each budget, less what goes back to it."""
    sums = {key: -amount for key, amount in limits.freed.items()}
    for outcome in outcomes:
        for key, amount in outcome.spends.items():
            sums[key] = sums.get(key, ZERO) + amount
    return {key: Wanted(amount, limits.budgets[key]) for key, amount in sums.items() if amount}
