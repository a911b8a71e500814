"""Which set of offers is worth most, where some hold one another down."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.candidates import Candidate, Cap, held_down, value_of
from forecourt.offers.rules.language import Policy

SEARCH: Final = 2_000
"""Steps after which the best set that was found stands."""


def searched(candidates: Sequence[Candidate], caps: Sequence[Cap], policy: Policy) -> list[Candidate]:
    """The offers that are worth most together, higher priorities first."""
    chosen: list[Candidate] = []
    for priority in sorted({candidate.live.offer.priority for candidate in candidates}, reverse=True):
        level = [candidate for candidate in candidates if candidate.live.offer.priority == priority]
        chosen += _best(_allowed(level, chosen), chosen, caps, policy)
        if any(candidate.live.offer.alone for candidate in chosen):
            break
    return chosen


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
            given = held_down(self._free[number], self._kept[number], self._caps[number])
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
