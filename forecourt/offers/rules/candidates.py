"""What an offer that holds would give, what it is worth, and what several give together.

Every offer is worked out on prices before offers, so that no order among them matters. What a set of offers gives is the sum
of what its members give, held down for each product by what it costs (never below zero), by the policy's largest percent
and, for offers that keep it, by the margin floor.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Final, NamedTuple

from forecourt.kernel.money import QUANTA, ZERO, rounded, share
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.language import Policy
from forecourt.offers.rules.matching import Live
from forecourt.offers.rules.terms import Gain

_LEAST: Final = Decimal("0.0001")
"""What a gift or a coupon counts for where nobody said what it is worth: something."""


class Cap(NamedTuple):
    """How much may come off an item: at all, and without touching its margin floor."""

    most: Decimal
    floor: Decimal


class Candidate:
    """An offer that holds, with what it would give in money of the currency, and what it is worth to the customer."""

    __slots__ = (
        "coupons",
        "cut",
        "gifts",
        "keeps_floor",
        "live",
        "money",
        "off",
        "points",
        "rest",
        "times",
        "units",
        "worth",
    )

    def __init__(self, live: Live, gain: Gain, facts: Facts, digits: int, point_value: Decimal) -> None:
        self.live = live
        self.off = off = shared(gain.off, digits)
        self.units = gain.units
        self.points = gain.points
        self.times = gain.times
        self.coupons = gain.coupons
        self.gifts = gain.gifts
        self.keeps_floor = live.offer.floor
        self.cut = ""
        self.money = off[next(iter(off))] if len(off) == 1 else summed(off)
        if gain.points or gain.times or gain.coupons or gain.gifts:
            self.rest = self._rest(facts, point_value)
            self.worth = self.money + self.rest
        else:
            self.rest = ZERO
            self.worth = self.money

    def _rest(self, facts: Facts, point_value: Decimal) -> Decimal:
        """What it is worth beside the money: points at their value, coupons and gifts as the offer says."""
        offer = self.live.offer
        points = Decimal(self.points)
        for number, percent in self.times.items():
            points += facts.points_on(facts.items[number]) * percent / 100
        rest = points * point_value
        if self.coupons or self.gifts:
            rest += offer.worth or _LEAST
        elif not rest and (self.points or self.times):
            rest = _LEAST
        return rest

    def scale(self, part: Decimal, digits: int) -> None:
        """Cut the money and the units down to a part, rounding down."""
        quantum = QUANTA[digits]
        self.off = {number: (money * part).quantize(quantum, ROUND_DOWN) for number, money in self.off.items()}
        self.units = (self.units * part).quantize(QUANTA[3], ROUND_DOWN)
        self.money = sum(self.off.values(), ZERO)
        self.worth = self.money + self.rest


def summed(off: Mapping[int, Decimal]) -> Decimal:
    total = ZERO
    for money in off.values():
        total += money
    return total


def shared(off: Mapping[int, Decimal], digits: int) -> dict[int, Decimal]:
    """Money off items rounded once, over all of them, and shared among them without losing a cent."""
    if len(off) == 1:
        ((number, money),) = off.items()
        return {number: rounded(money, digits)}
    if not off:
        return {}
    numbers = sorted(off)
    return dict(zip(numbers, share(sum(off.values(), ZERO), [off[number] for number in numbers], digits), strict=True))


def caps_of(facts: Facts, policy: Policy, floor_price: Callable[[int], Decimal | None], digits: int) -> list[Cap]:
    """How much may come off each item; `floor_price` gives the least price of a unit of a product by its id, if it has one."""
    caps = []
    quantum = QUANTA[digits]
    for item in facts.items:
        most = item.amount
        if policy.most_percent < 100:
            most = (most * policy.most_percent / 100).quantize(quantum, ROUND_DOWN)
        least = floor_price(item.product.id)
        if least is None:
            caps.append(Cap(most, most))
        else:
            room = (item.amount - least * item.quantity).quantize(quantum, ROUND_DOWN)
            caps.append(Cap(most, min(most, max(room, ZERO))))
    return caps


def value_of(candidates: Sequence[Candidate], caps: Sequence[Cap]) -> Decimal:
    """What a set of offers is worth to the customer, caps kept."""
    value = sum(most_off(candidates, caps).values(), ZERO)
    for candidate in candidates:
        value += candidate.rest
    return value


def most_off(candidates: Sequence[Candidate], caps: Sequence[Cap]) -> dict[int, Decimal]:
    """How much a set of offers takes off each item: those that keep the floor take what others leave of it."""
    free: dict[int, Decimal] = {}
    kept: dict[int, Decimal] = {}
    for candidate in candidates:
        into = kept if candidate.keeps_floor else free
        for number, money in candidate.off.items():
            into[number] = into[number] + money if number in into else money
    return {
        number: held_down(free.get(number, ZERO), kept.get(number, ZERO), caps[number])
        for number in free.keys() | kept.keys()
    }


def held_down(free: Decimal, kept: Decimal, cap: Cap) -> Decimal:
    """How much comes off an item of what offers free of the floor and offers that keep it would give."""
    given = min(free, cap.most)
    return given + max(ZERO, min(kept, cap.floor - given))
