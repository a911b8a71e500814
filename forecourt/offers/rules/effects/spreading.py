"""How what an effect gives falls on the items of a sale. Everything is worked out from items, never from lines."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.facts import Facts, Picked, Products, is_fuel
from forecourt.offers.rules.terms import Gain


class Run(NamedTuple):
    """Whole pieces of one item, by its number: so many at this price each, in money, unrounded."""

    number: int
    price: Decimal
    pieces: int


def runs(facts: Facts, products: Products) -> list[Run]:
    """The whole pieces of these products, the dearest first. A part of a piece (0.7 kg) is none."""
    found = []
    for number in facts.pick(products).items:
        item = facts.items[number]
        if count := int(item.quantity):
            found.append(Run(number, item.amount / item.quantity, count))
    if len(found) > 1:
        found.sort(key=lambda run: (-run.price, run.number))
    return found


def off_pieces(facts: Facts, free: Iterable[tuple[int, int]], percent: Decimal) -> Gain | None:
    """So many percent off so many pieces of items: pairs of an item's number and how many pieces."""
    off: dict[int, Decimal] = {}
    units = ZERO
    for number, count in free:
        if count > 0:
            item = facts.items[number]
            off[number] = off.get(number, ZERO) + item.amount * count * percent / (100 * item.quantity)
            units += count
    return Gain(off, units) if off else None


def off_money(facts: Facts, picked: Picked, money: Decimal) -> Gain | None:
    """So much money off all that was picked together, by what each item costs; never more than that."""
    if not picked.items or money <= 0:
        return None
    if money >= picked.amount:
        return Gain({number: facts.items[number].amount for number in picked.items}, units_of(facts, picked))
    return Gain(
        {number: facts.items[number].amount * money / picked.amount for number in picked.items},
        units_of(facts, picked),
    )


def off_percent(facts: Facts, picked: Picked, percent: Decimal) -> Gain | None:
    """So many percent off all that was picked."""
    if not picked.items:
        return None
    return Gain(
        {number: facts.items[number].amount * percent / 100 for number in picked.items}, units_of(facts, picked)
    )


def off_units(facts: Facts, picked: Picked, off: Decimal, up_to: Decimal | None) -> Gain | None:
    """So much money off each unit, of the dearest first where not all are discounted; never more than they cost."""
    taken: dict[int, Decimal] = {}
    if up_to is None or picked.quantity <= up_to:
        for number in picked.items:
            item = facts.items[number]
            taken[number] = min(off * item.quantity, item.amount)
        return Gain(taken, units_of(facts, picked)) if taken else None
    left = up_to
    for number in dearest_first(facts, picked.items):
        item = facts.items[number]
        units = min(left, item.quantity)
        taken[number] = min(off * units, item.amount * units / item.quantity)
        left -= units
        if left <= 0:
            break
    return Gain(taken, up_to)


def dearest_first(facts: Facts, numbers: Sequence[int]) -> list[int]:
    """The numbers of items by what a unit of them costs; of equal ones by product."""
    return sorted(numbers, key=lambda number: -facts.items[number].amount / facts.items[number].quantity)


def units_of(facts: Facts, picked: Picked) -> Decimal:
    """How much is discounted, as budgets count it: fuel where there is some among it, else everything."""
    if len(picked.items) == 1:
        return picked.quantity
    fuel = [facts.items[number].quantity for number in picked.items if is_fuel(facts.items[number])]
    return sum(fuel, ZERO) if fuel else picked.quantity
