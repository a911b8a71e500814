"""Which of the offers that hold a sale gets, and how much of each.

Of the sets that are allowed the customer gets the one worth most, higher priorities first. The choice is exact; beyond
`SEARCH` steps, which takes dozens of offers that hold one another down, the best found so far stands.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.candidates import Candidate, Cap, most_off, summed
from forecourt.offers.rules.language import Policy
from forecourt.offers.rules.matching import Live
from forecourt.offers.rules.searching import searched


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
        return summed(self.off)


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
        chosen = searched(candidates, caps, policy)
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


def settle(chosen: Sequence[Candidate], caps: Sequence[Cap], digits: int) -> list[Applied]:
    """What each chosen offer gives of what they take off together: by priority, then code, who keeps the floor within it."""
    left = most_off(chosen, caps)
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


def _by_itself(candidate: Candidate, caps: Sequence[Cap]) -> dict[int, Decimal]:
    """How much one offer would take off each item without any other."""
    for number, money in candidate.off.items():
        if not ZERO < money <= caps[number].floor:
            return {number: money for number, money in most_off([candidate], caps).items() if money > 0}
    return candidate.off
