"""Which of the offers that hold a sale gets, and how much of each.

Every offer is worked out on prices before offers, so that no order among them matters. What a set of offers gives is the sum
of what its members give, held down for each product by what it costs (never below zero), by the policy's largest percent
and, for offers that keep it, by the margin floor. Of the sets that are allowed the customer gets the one worth most, higher
priorities first. The choice is exact; beyond `SEARCH` steps, which takes dozens of offers that hold one another down, the
best found so far stands.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Final, NamedTuple

from forecourt.kernel.money import QUANTA, ZERO, rounded, share
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.language import Policy
from forecourt.offers.rules.matching import Live
from forecourt.offers.rules.terms import Gain

SEARCH: Final = 2_000
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
        self.money = off[next(iter(off))] if len(off) == 1 else _sum(off)
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


def _sum(off: Mapping[int, Decimal]) -> Decimal:
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


class Applied(NamedTuple):
    """An offer that a sale got: money off each item, and what else; `cut` says what held it down."""

    live: Live
    off: dict[int, Decimal]
    units: Decimal
    points: int
    times: Mapping[int, Decimal]
    coupons: tuple[str, ...]
    gifts: tuple[str, ...]
    cut: str

    @property
    def money(self) -> Decimal:
        return _sum(self.off)


class Lost(NamedTuple):
    """An offer that holds and was not given: to which it lost, or because of what; what it would have given by itself."""

    live: Live
    to: str
    why: str
    alone: Applied


def choose(
    candidates: Sequence[Candidate], caps: Sequence[Cap], policy: Policy, digits: int
) -> tuple[list[Applied], list[Lost]]:
    """The offers a sale gets, in order of priority, and those it does not get although they hold."""
    chosen = _unhindered(candidates, caps, policy)
    if chosen is None:
        chosen = _searched(candidates, caps, policy)
        applied = settle(chosen, caps, digits)
    else:
        applied = [_given_of(candidate, _above_zero(candidate.off), candidate.cut) for candidate in chosen]
    if len(applied) == len(candidates):
        return applied, []
    given = {item.live.id for item in applied}
    winners = [candidate for candidate in chosen if candidate.live.id in given]
    lost = [_lost(candidate, winners, caps, policy) for candidate in candidates if candidate.live.id not in given]
    return applied, lost


def _above_zero(off: dict[int, Decimal]) -> dict[int, Decimal]:
    """Money off items, without those of which it comes to nothing."""
    if all(off.values()):
        return off
    return {number: money for number, money in off.items() if money > 0}


def _searched(candidates: Sequence[Candidate], caps: Sequence[Cap], policy: Policy) -> list[Candidate]:
    """The offers that are worth most together, higher priorities first."""
    chosen: list[Candidate] = []
    for priority in sorted({candidate.live.offer.priority for candidate in candidates}, reverse=True):
        level = [candidate for candidate in candidates if candidate.live.offer.priority == priority]
        chosen += _best(_allowed(level, chosen), chosen, caps, policy)
        if any(candidate.live.offer.alone for candidate in chosen):
            break
    return chosen


def _unhindered(candidates: Sequence[Candidate], caps: Sequence[Cap], policy: Policy) -> list[Candidate] | None:
    """The best of each group and all others, in the order in which offers are given, where nothing holds any of them down:
    one priority, none alone, no limit of their number, no cap reached. That is how most sales are. None where it may be
    otherwise; then it takes a search.
    """
    if policy.most_offers:
        return None
    best: dict[str, Candidate] = {}
    priority = candidates[0].live.offer.priority if candidates else 0
    for candidate in candidates:
        offer = candidate.live.offer
        if offer.alone or offer.priority != priority or candidate.worth <= 0:
            return None
        slot = candidate.live.slot
        other = best.get(slot)
        if other is None or (other.worth, candidate.live.code) < (candidate.worth, other.live.code):
            best[slot] = candidate
    taken = list(best.values())
    total: dict[int, Decimal] = {}
    for candidate in taken:
        for number, money in candidate.off.items():
            total[number] = total.get(number, ZERO) + money
    if any(money > caps[number].floor for number, money in total.items()):
        return None
    if len(taken) > 1:
        taken.sort(key=_code)
    return taken


def _code(candidate: Candidate) -> str:
    return candidate.live.code


def _given_of(candidate: Candidate, off: dict[int, Decimal], cut: str) -> Applied:
    """A candidate as a sale gets it, with so much money off each item."""
    return Applied(
        candidate.live,
        off,
        candidate.units if off else ZERO,
        candidate.points,
        candidate.times,
        candidate.coupons,
        candidate.gifts,
        cut,
    )


def _allowed(level: Sequence[Candidate], chosen: Sequence[Candidate]) -> list[Candidate]:
    """Those that may still join what higher priorities took."""
    groups = {candidate.live.offer.group for candidate in chosen}
    return [
        candidate
        for candidate in level
        if not (candidate.live.offer.group and candidate.live.offer.group in groups)
        and not (candidate.live.offer.alone and chosen)
    ]


def _best(level: Sequence[Candidate], chosen: list[Candidate], caps: Sequence[Cap], policy: Policy) -> list[Candidate]:
    """The set of these that is worth most beside what was chosen before."""
    slots: dict[str, list[Candidate]] = {}
    alone = []
    for candidate in level:
        offer = candidate.live.offer
        if offer.alone:
            alone.append(candidate)
        else:
            slots.setdefault(candidate.live.slot, []).append(candidate)
    room = policy.most_offers - len(chosen) if policy.most_offers else len(level)
    before = value_of(chosen, caps)
    together = _together(list(slots.values()), chosen, caps, max(room, 0))
    best, worth = together, value_of([*chosen, *together], caps) - before
    for candidate in alone if room > 0 else ():
        if (gained := value_of([candidate], caps)) > worth:
            best, worth = [candidate], gained
    return best if worth > 0 else []


def _together(slots: list[list[Candidate]], chosen: list[Candidate], caps: Sequence[Cap], room: int) -> list[Candidate]:
    """At most one of each slot and `room` in all, worth most together."""
    for slot in slots:
        slot.sort(key=lambda candidate: (-candidate.worth, candidate.live.code))
    slots.sort(key=lambda slot: (-slot[0].worth, slot[0].live.code))
    if room <= 0 or not slots:
        return []
    if _is_roomy(slots, chosen, caps):
        return [slot[0] for slot in slots[:room] if slot[0].worth > 0]
    return _needed(_Search(slots, chosen, caps, room).best, chosen, caps)


def _needed(best: list[Candidate], chosen: list[Candidate], caps: Sequence[Cap]) -> list[Candidate]:
    """Those without which it would be worth less: one that adds nothing must not stand in the way of lower priorities."""
    kept = list(best)
    worth = value_of([*chosen, *kept], caps)
    for candidate in reversed(best):
        without = [other for other in kept if other is not candidate]
        if value_of([*chosen, *without], caps) == worth:
            kept = without
    return kept


def _is_roomy(slots: list[list[Candidate]], chosen: list[Candidate], caps: Sequence[Cap]) -> bool:
    """Whether no item's cap could hold anything down, whatever is taken."""
    total: dict[int, Decimal] = {}
    for candidate in chosen:
        for number, money in candidate.off.items():
            total[number] = total.get(number, ZERO) + money
    for slot in slots:
        most: dict[int, Decimal] = {}
        for candidate in slot:
            for number, money in candidate.off.items():
                most[number] = max(most.get(number, ZERO), money)
        for number, money in most.items():
            total[number] = total.get(number, ZERO) + money
    return all(money <= caps[number].floor for number, money in total.items())


class _Search:
    """Branch and bound over slots. What is left can add at most the best of each slot, and no item more than its cap."""

    def __init__(self, slots: list[list[Candidate]], chosen: list[Candidate], caps: Sequence[Cap], room: int) -> None:
        self._slots = slots
        self._caps = caps
        self._free: dict[int, Decimal] = {}
        self._kept: dict[int, Decimal] = {}
        self._rest = ZERO
        every = [*chosen, *[candidate for slot in slots for candidate in slot]]
        numbers = {number for candidate in every for number in candidate.off}
        bold = {number for candidate in every if not candidate.keeps_floor for number in candidate.off}
        self._ceilings = {number: caps[number].most if number in bold else caps[number].floor for number in numbers}
        for number in numbers:
            self._free[number] = self._kept[number] = ZERO
        for candidate in chosen:
            self._add(candidate)
        self._ahead = [(dict.fromkeys(numbers, ZERO), ZERO)]
        for slot in reversed(slots):
            self._ahead.append(_with_slot(*self._ahead[-1], slot))
        self._ahead.reverse()
        self.best: list[Candidate] = []
        self._worth, _ = self._value(0)
        self._steps = 0
        self._try(0, [], room)

    def _try(self, position: int, taken: list[Candidate], room: int) -> None:
        self._steps += 1
        value, most = self._value(position)
        if value > self._worth:
            self.best, self._worth = list(taken), value
        if most <= self._worth or position == len(self._slots) or room == 0 or self._steps > SEARCH:
            return
        for candidate in self._slots[position]:
            taken.append(candidate)
            self._add(candidate)
            self._try(position + 1, taken, room - 1)
            self._take_away(candidate)
            taken.pop()
        self._try(position + 1, taken, room)

    def _value(self, position: int) -> tuple[Decimal, Decimal]:
        """What those taken are worth, and the most that it can become with slots from this position on."""
        ahead, rest = self._ahead[position]
        value = self._rest
        most = value + rest
        for number, ceiling in self._ceilings.items():
            given = _given(self._free[number], self._kept[number], self._caps[number])
            value += given
            most += min(ceiling, given + ahead[number])
        return value, most

    def _add(self, candidate: Candidate) -> None:
        into = self._kept if candidate.keeps_floor else self._free
        for number, money in candidate.off.items():
            into[number] += money
        self._rest += candidate.rest

    def _take_away(self, candidate: Candidate) -> None:
        into = self._kept if candidate.keeps_floor else self._free
        for number, money in candidate.off.items():
            into[number] -= money
        self._rest -= candidate.rest


def _with_slot(off: dict[int, Decimal], rest: Decimal, slot: list[Candidate]) -> tuple[dict[int, Decimal], Decimal]:
    """The most that slots can take off each item and give beside, with one slot more."""
    more = dict(off)
    for number in off:
        more[number] += max([candidate.off.get(number, ZERO) for candidate in slot])
    return more, rest + max([candidate.rest for candidate in slot])


def value_of(candidates: Sequence[Candidate], caps: Sequence[Cap]) -> Decimal:
    """What a set of offers is worth to the customer, caps kept."""
    value = sum(_most_off(candidates, caps).values(), ZERO)
    for candidate in candidates:
        value += candidate.rest
    return value


def _most_off(candidates: Sequence[Candidate], caps: Sequence[Cap]) -> dict[int, Decimal]:
    """How much a set of offers takes off each item: those that keep the floor take what others leave of it."""
    free: dict[int, Decimal] = {}
    kept: dict[int, Decimal] = {}
    for candidate in candidates:
        into = kept if candidate.keeps_floor else free
        for number, money in candidate.off.items():
            into[number] = into[number] + money if number in into else money
    return {
        number: _given(free.get(number, ZERO), kept.get(number, ZERO), caps[number])
        for number in free.keys() | kept.keys()
    }


def _by_itself(candidate: Candidate, caps: Sequence[Cap]) -> dict[int, Decimal]:
    """How much one offer would take off each item without any other."""
    for number, money in candidate.off.items():
        if not ZERO < money <= caps[number].floor:
            return {number: money for number, money in _most_off([candidate], caps).items() if money > 0}
    return candidate.off


def _given(free: Decimal, kept: Decimal, cap: Cap) -> Decimal:
    """How much comes off an item of what offers free of the floor and offers that keep it would give."""
    given = min(free, cap.most)
    return given + max(ZERO, min(kept, cap.floor - given))


def settle(chosen: Sequence[Candidate], caps: Sequence[Cap], digits: int) -> list[Applied]:
    """What each chosen offer gives of what they take off together: by priority, then code, who keeps the floor within it."""
    left = _most_off(chosen, caps)
    above_floor: dict[int, Decimal] = {}
    applied = []
    for candidate in sorted(chosen, key=lambda item: (-item.live.offer.priority, item.live.code)):
        off = {}
        for number, money in candidate.off.items():
            part = min(money, left[number])
            if candidate.keeps_floor:
                room = above_floor.get(number, caps[number].floor)
                part = min(part, room)
                above_floor[number] = room - part
            if part > 0:
                off[number] = part
                left[number] -= part
        money = sum(off.values(), ZERO)
        if not money and not candidate.rest:
            continue
        applied.append(_given_of(candidate, off, "cap" if money < candidate.money else candidate.cut))
    return applied


def _lost(candidate: Candidate, winners: Sequence[Candidate], caps: Sequence[Cap], policy: Policy) -> Lost:
    """To which offer it lost, or what else stood in its way."""
    live, offer = candidate.live, candidate.live.offer
    alone = _given_of(candidate, _by_itself(candidate, caps), candidate.cut)
    for winner in winners:
        if winner.live.offer.alone or (offer.group and winner.live.offer.group == offer.group):
            return Lost(live, winner.live.code, "group" if not winner.live.offer.alone else "alone", alone)
    if offer.alone and winners:
        return Lost(live, winners[0].live.code, "alone", alone)
    if policy.most_offers and len(winners) >= policy.most_offers:
        return Lost(live, winners[-1].live.code, "most_offers", alone)
    floored = candidate.keeps_floor and any(caps[number].floor < caps[number].most for number in candidate.off)
    return Lost(live, "", "floor" if floored else "nothing_left", alone)
