"""Budgets spent and given back, never beyond their limit, without a row that everybody waits for.

A large budget stands in several slots, each with a quota of the limit. A writer takes from the slot of its own thread and
waits only for others of that slot. When it has too little, the writer lets go of it, holds all slots of the budgets that its
list may touch, in order, and shares what is left out anew: exact to the last unit, and slow only then. No budget is ever
overspent; near its end a sale may wait for another that holds the slots.

The quotas of a budget are in all its limit. That changes when a version of the offer begins that says another; who finds it so
first holds all slots, shares it out anew and gives a budget that is large now the slots that it lacks. Slots are locked in the
order of their numbers, those of a number in that of their budgets: whoever holds the first ones knows that no others are made.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from forecourt.kernel import sql
from forecourt.kernel.money import ZERO
from forecourt.offers.rules import slots as rules
from forecourt.offers.rules.slots import slots_of

_ADD: Final = """
INSERT INTO offers_slot (budget, slot, offer_id, measure, quota, used)
SELECT budget, slot, offer_id, measure, quota, 0
FROM unnest(%(budgets)s::text[], %(slots)s::smallint[], %(offers)s::bigint[], %(measures)s::text[], %(quotas)s::numeric[])
  AS new (budget, slot, offer_id, measure, quota)
"""
_OPEN: Final = f"""{_ADD}
WHERE NOT EXISTS (SELECT 1 FROM offers_slot AS kept WHERE kept.budget = new.budget)
ON CONFLICT (budget, slot) DO NOTHING
"""
_LOCK: Final = """
SELECT kept.budget, kept.slot, kept.quota, kept.used
FROM offers_slot AS kept
WHERE kept.budget = ANY(%(budgets)s::text[])
ORDER BY kept.slot, kept.budget
FOR NO KEY UPDATE OF kept
"""
_LOCK_FIRST: Final = """
SELECT kept.budget
FROM offers_slot AS kept
WHERE kept.budget = ANY(%(budgets)s::text[]) AND kept.slot = 0
ORDER BY kept.budget
FOR NO KEY UPDATE OF kept
"""
_TAKE: Final = """
WITH held AS (
  SELECT kept.budget, kept.slot, new.amount
  FROM unnest(%(budgets)s::text[], %(slots)s::smallint[], %(amounts)s::numeric[]) AS new (budget, slot, amount)
  JOIN offers_slot AS kept ON kept.budget = new.budget AND kept.slot = new.slot
  WHERE kept.used + new.amount BETWEEN 0 AND kept.quota
  ORDER BY kept.slot, kept.budget
  FOR NO KEY UPDATE OF kept
)
UPDATE offers_slot AS kept SET used = kept.used + held.amount
FROM held
WHERE kept.budget = held.budget AND kept.slot = held.slot
"""
_SAVE: Final = """
UPDATE offers_slot AS kept SET quota = new.quota, used = new.used
FROM unnest(%(budgets)s::text[], %(slots)s::smallint[], %(quotas)s::numeric[], %(used)s::numeric[])
  AS new (budget, slot, quota, used)
WHERE kept.budget = new.budget AND kept.slot = new.slot
"""


class Contested(Exception):
    """A slot has too little left: hold all slots and choose again."""


class Wanted(NamedTuple):
    """So much wanted of a budget with this limit; negative gives back."""

    amount: Decimal
    limit: Decimal


Slots = dict[str, rules.Slots]
"""Slots held by this transaction, by budget."""
Asked = Callable[[], Mapping[str, Decimal]]
"""Asks for the limits of budgets as they are just now."""


def own_slot(limit: Decimal) -> int:
    """The slot that this thread takes from; the system numbers the threads of all processes one after the other."""
    return threading.get_native_id() % slots_of(limit)


def take(wanted: Mapping[str, Wanted]) -> None:
    """Take from budgets, from this writer's own slots, in one statement; Contested where one has too little, or no slots yet.

    Call it inside a savepoint, so that the locks of a contested try are let go: those of the slots that had enough, and of one
    that was waited for and has too little since.
    """
    if not wanted:
        return
    budgets = sorted(wanted)
    taken = sql.run(
        _TAKE,
        {
            "budgets": sql.text_array(budgets),
            "slots": sql.array([own_slot(wanted[budget].limit) for budget in budgets]),
            "amounts": sql.array([wanted[budget].amount for budget in budgets]),
        },
        hot=True,
    )
    if taken < len(budgets):
        raise Contested


def open_missing(limits: Mapping[str, Decimal]) -> bool:
    """Make the slots of budgets that have none yet, without holding those of others; whether there were any."""
    return bool(limits) and _open(limits) > 0


def hold_all(limits: Mapping[str, Decimal], limits_now: Asked) -> tuple[Slots, dict[str, Decimal]]:
    """Hold every slot of these budgets until the transaction ends; returns them and exactly what is left of each, below zero
    where more is used than the limit.

    Quotas that are not those of the limit become so. `limits_now` is asked while all are held, so that who knew less undoes
    nothing of who knew more.
    """
    if not limits:
        return {}, {}
    held = _opened(limits)
    if _outdated(held, limits):
        limits = limits_now()
        _resize(held, {budget: limits[budget] for budget in _outdated(held, limits)})
    return held, {budget: limit - rules.used_in(held[budget]) for budget, limit in limits.items()}


def take_held(held: Slots, wanted: Mapping[str, Wanted]) -> None:
    """Take from slots that this transaction holds, and share out what is left anew. Callers saw that there is enough."""
    for budget, need in wanted.items():
        rules.share_out(held[budget], max(ZERO, rules.used_in(held[budget]) + need.amount))
    _save({budget: held[budget] for budget in wanted})


def give_back(amounts: Mapping[str, Decimal]) -> None:
    """Give back what refunds and reservations took; a budget that is not there any more needs nothing. Two statements."""
    amounts = {budget: amount for budget, amount in amounts.items() if amount}
    if not amounts:
        return
    held = _locked(amounts)
    for budget in held:
        rules.share_out(held[budget], max(ZERO, rules.used_in(held[budget]) - amounts[budget]))
    _save(held)


def _outdated(held: Slots, limits: Mapping[str, Decimal]) -> list[str]:
    """Those of the budgets held whose quotas are not of these limits, or that lack slots."""
    return [
        budget
        for budget, limit in limits.items()
        if len(held[budget]) < slots_of(limit)
        or rules.is_outdated(rules.quota_of(held[budget]), rules.used_in(held[budget]), limit)
    ]


def _resize(held: Slots, limits: Mapping[str, Decimal]) -> None:
    """Share budgets out anew under other limits; what is used stays used. Callers hold all slots."""
    if not limits:
        return
    _widen(held, limits)
    for budget, limit in limits.items():
        used = rules.used_in(held[budget])
        rules.share_out(held[budget], used, max(limit, used))
    _save({budget: held[budget] for budget in limits})


def _widen(held: Slots, limits: Mapping[str, Decimal]) -> None:
    """Give budgets, all of whose slots are held, those that they lack for such a limit, with nothing in them yet."""
    empty = {
        budget: {number: [ZERO, ZERO] for number in range(slots_of(limit)) if number not in held[budget]}
        for budget, limit in limits.items()
    }
    if any(empty.values()):
        sql.run(_ADD, _parameters(empty), hot=True)
        for budget, slots in empty.items():
            held[budget].update(slots)


def _open(limits: Mapping[str, Decimal]) -> int:
    """Make the slots of budgets that have none, however many a budget of that limit would be given now; returns how many."""
    new: Slots = {}
    for budget, limit in sorted(limits.items()):
        new[budget] = {number: [ZERO, ZERO] for number in range(slots_of(limit))}
        rules.share_out(new[budget], ZERO, limit)
    return sql.run(_OPEN, _parameters(new), hot=True)


def _parameters(new: Slots) -> dict[str, str]:
    """New slots as `_OPEN` and `_ADD` take them."""
    rows = [(budget, number, quota) for budget, slots in new.items() for number, (quota, _used) in slots.items()]
    names = [budget.split(":", 2) for budget, *_ in rows]
    return {
        "budgets": sql.text_array([budget for budget, *_ in rows]),
        "slots": sql.array([number for _, number, _ in rows]),
        "offers": sql.array([offer_id for offer_id, *_ in names]),
        "measures": sql.array([measure for _, measure, *_ in names]),
        "quotas": sql.array([quota for *_, quota in rows]),
    }


def _opened(limits: Mapping[str, Decimal]) -> Slots:
    """Lock all slots of budgets, making those that are not there yet: the first ones first, to see all others then."""
    there = _first_locked(limits)
    missing = {budget: limit for budget, limit in limits.items() if budget not in there}
    if missing:
        _open(missing)
        _first_locked(missing)
    return _locked(limits)


def _first_locked(budgets: Iterable[str]) -> set[str]:
    return {row[0] for row in sql.rows(_LOCK_FIRST, {"budgets": sql.text_array(sorted(budgets))}, hot=True)}


def _locked(budgets: Iterable[str]) -> Slots:
    found = sql.rows(_LOCK, {"budgets": sql.text_array(sorted(budgets))}, hot=True)
    held: Slots = {}
    for budget, slot, quota, used in found:
        held.setdefault(budget, {})[slot] = [quota, used]
    return held


def _save(slots: Slots) -> None:
    rows = [
        (budget, number, *slot) for budget, by_number in sorted(slots.items()) for number, slot in by_number.items()
    ]
    sql.run(
        _SAVE,
        {
            "budgets": sql.text_array([str(row[0]) for row in rows]),
            "slots": sql.array([row[1] for row in rows]),
            "quotas": sql.array([row[2] for row in rows]),
            "used": sql.array([row[3] for row in rows]),
        },
        hot=True,
    )
