"""What a simulation found, summed while it runs and put together from its shares."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from forecourt.kernel.money import ZERO
from forecourt.sales.rules.offering import Offered
from forecourt.sales.services.simulating.reading import Past, Refund
from forecourt.sales.services.taking_back import Taken
from forecourt.sales.values import Award, Outcome, RatedLine

Figure = Decimal | int
"""Money and quantities are decimals; sales, uses and points whole numbers."""
FIGURES: Final = (
    "sales",
    "volume",
    "gross",
    "discount_before",
    "discount_after",
    "points_before",
    "points_after",
)
_NO_FIGURES: Final[tuple[Figure, ...]] = (0, ZERO, ZERO, ZERO, ZERO, 0, 0)
GIVEN: Final = ("uses", "discount", "volume", "points", "gifts")
_NOTHING_GIVEN: Final[tuple[Figure, ...]] = (0, ZERO, ZERO, 0, ZERO)
MOST_SHOWN: Final = 20


class Sums:
    """Figures by station and tier, by offer and payer; who wins and who loses; which offers stand in one another's way.

    `cost` is what the goods cost the retailer, where that is known, and counts only sales of which all of it is; margins are
    after what gifts cost. `full_price` counts sales whose price stood, off which offers would take money had it not; `repaired`
    those that are left out on both sides. What was refunded is taken off where its sale was counted. Each group is a list of
    the figures in the order of FIGURES or GIVEN.
    """

    def __init__(self) -> None:
        self.cost = self.margin_before = self.margin_after = ZERO
        self.groups: dict[tuple[str, str], list[Figure]] = {}
        self.given: dict[tuple[str, str], list[Figure]] = {}
        self.members: dict[int, list[Figure]] = {}
        self.lost: Counter[tuple[str, str, str]] = Counter()
        self.missed: Counter[tuple[str, str]] = Counter()
        self.moves: Counter[tuple[str, str]] = Counter()
        self.full_price = self.repaired = 0
        self._never: dict[int, list[Any]] = {}

    def watch(self, given: Offered) -> None:
        """Count why offers were not given."""
        for lost in given.lost:
            self.lost[lost.live.code, lost.to, lost.why] += 1
        for one in given.missed:
            self.missed[one.live.code, one.miss.condition] += 1
        never = given.never
        counted = self._never.get(id(never))
        if counted is None:
            self._never[id(never)] = [never, 1]
        else:
            counted[1] += 1

    def settle(self) -> None:
        """Put what was counted by the kinds of sales under each offer's code."""
        for never, count in self._never.values():
            for one in never:
                self.missed[one.live.code, one.miss.condition] += count
        self._never = {}

    def add(self, past: Past, outcome: Outcome, cost: Decimal | None) -> None:
        """Count a sale as it was and as it would have been."""
        off, gifts = self._add_awards(outcome.awards)
        net, points = outcome.totals.net, outcome.points_earned
        key = (outcome.known.station.code, past.tier)
        sums = self.groups.get(key)
        if sums is None:
            sums = self.groups[key] = list(_NO_FIGURES)
        sums[0] += 1
        if outcome.fuel_quantity:
            sums[1] += outcome.fuel_quantity
        sums[2] += net + off
        if past.discount:
            sums[3] += past.discount
        if off:
            sums[4] += off
        sums[5] += past.points
        sums[6] += points
        if cost is not None:
            self._add_margin(net, off, past.discount, cost, past.gifts, gifts)
        if outcome.known.is_member:
            self._add_member(past.buyer_id, off - past.discount, points - past.points)

    def take_back(
        self, past: Past, refund: Refund, taken: Taken, net: Decimal, volume: Decimal, cost: Decimal | None
    ) -> None:
        """Take off what was refunded of a sale, as it was and as it would have been; `net` and `volume` as simulated."""
        off, gifts = self._add_awards(taken.awards)
        sums = self.groups[past.known.station.code, past.tier]
        sums[0] -= taken.is_whole
        sums[1] += volume
        sums[2] += net + off
        sums[3] += refund.discount
        sums[4] += off
        sums[5] += refund.points
        sums[6] += taken.points
        if cost is not None:
            self._add_margin(net, off, refund.discount, cost, refund.gifts, gifts)
        if past.known.is_member:
            self._add_member(past.buyer_id, off - refund.discount, taken.points - refund.points)

    def _add_margin(
        self, net: Decimal, off: Decimal, before: Decimal, cost: Decimal, gifts_before: Decimal, gifts: Decimal
    ) -> None:
        self.cost += cost
        self.margin_before += net + off - before - cost - gifts_before
        self.margin_after += net - cost - gifts

    def _add_member(self, customer_id: int, money: Decimal, points: int) -> None:
        member = self.members.get(customer_id)
        if member is None:
            member = self.members[customer_id] = [ZERO, 0]
        if money:
            member[0] += money
        if points:
            member[1] += points

    def _add_awards(self, awards: Iterable[Award]) -> tuple[Decimal, Decimal]:
        """Count what offers gave; returns the money of all, and what the goods cost that they handed over."""
        off = gifts = ZERO
        for award in awards:
            key = (award.offer, award.funder)
            sums = self.given.get(key)
            if sums is None:
                sums = self.given[key] = list(_NOTHING_GIVEN)
            if award.uses:
                sums[0] += award.uses
            if award.discount:
                off += award.discount
                sums[1] += award.discount
            if award.quantity:
                sums[2] += award.quantity
            if award.points:
                sums[3] += award.points
            if award.gifts:
                gifts += award.gifts
                sums[4] += award.gifts
        return off, gifts

    def merge(self, other: "Sums") -> None:
        """Add what another share found."""
        self.cost += other.cost
        self.margin_before += other.margin_before
        self.margin_after += other.margin_after
        for mine, theirs in ((self.groups, other.groups), (self.given, other.given)):
            for key, sums in theirs.items():
                _add(mine, key, sums)
        self.members |= other.members
        self.lost += other.lost
        self.missed += other.missed
        self.moves += other.moves
        self.full_price += other.full_price
        self.repaired += other.repaired

    def result(self, point_value: Decimal, ranks: Mapping[str, int]) -> dict[str, Any]:
        """All of it as JSON: figures as text, groups largest first; tiers with `ranks`, how high each is."""
        total = [sum(column, ZERO) for column in zip(*self.groups.values(), strict=True)] or [ZERO] * len(FIGURES)
        return {
            "total": _said(FIGURES, total) | {"cost": f"{self.cost:f}"},
            "margin_before": f"{self.margin_before:f}",
            "margin_after": f"{self.margin_after:f}",
            "stations": _groups(_by(self.groups, 0)),
            "tiers": _groups(_by(self.groups, 1)),
            "offers": _ranked(_by(self.given, 0)),
            "funders": _ranked(_by(self.given, 1)),
            "members": self._members(point_value),
            "tier_moves": self._tier_moves(ranks),
            "lost": [[*names, count] for names, count in _most(self.lost, 100)],
            "missed": [[*names, count] for names, count in _most(self.missed, 200)],
            "full_price": self.full_price,
            "repaired": self.repaired,
        }

    def _members(self, point_value: Decimal) -> dict[str, Any]:
        worth = {id: money + points * point_value for id, (money, points) in self.members.items()}
        winners = [value for value in worth.values() if value > 0]
        losers = [value for value in worth.values() if value < 0]
        order = sorted(worth, key=lambda id: (-worth[id], id))
        return {
            "winners": len(winners),
            "losers": len(losers),
            "unchanged": len(worth) - len(winners) - len(losers),
            "gain": f"{sum(winners, ZERO):f}",
            "loss": f"{sum(losers, ZERO):f}",
            "most": [[id, f"{worth[id]:f}"] for id in order[:MOST_SHOWN] if worth[id] > 0],
            "least": [[id, f"{worth[id]:f}"] for id in reversed(order[-MOST_SHOWN:]) if worth[id] < 0],
        }

    def _tier_moves(self, ranks: Mapping[str, int]) -> dict[str, Any] | None:
        """Members by tier at the span's end, as it was and as it would have been; None where tiers were left as they were."""
        if not self.moves:
            return None
        steps = Counter[int]()
        rows = []
        for (before, after), count in sorted(
            self.moves.items(), key=lambda item: (-ranks.get(item[0][0], -1), -ranks.get(item[0][1], -1), item[0])
        ):
            rise = 0 if before == after else ranks.get(after, -1) - ranks.get(before, -1)
            steps[(rise > 0) - (rise < 0)] += count
            rows.append({"before": before, "after": after, "members": count, "rise": (rise > 0) - (rise < 0)})
        return {"up": steps[1], "down": steps[-1], "same": steps[0], "rows": rows}


def figures_of(lines: Iterable[RatedLine]) -> tuple[Decimal, Decimal]:
    """What lines come to, and how much fuel of it."""
    net = volume = ZERO
    for line in lines:
        net += line.amount - line.discount
        if line.product is not None and line.product.kind == "fuel":
            volume += line.quantity
    return net, volume


def _add(into: dict[Any, list[Figure]], key: Any, sums: list[Figure]) -> None:
    mine = into.get(key)
    into[key] = list(sums) if mine is None else [one + other for one, other in zip(mine, sums, strict=True)]


def _by(groups: Mapping[tuple[str, str], list[Figure]], place: int) -> dict[str, list[Figure]]:
    """Groups put together by one part of their keys."""
    found: dict[str, list[Figure]] = {}
    for key, sums in groups.items():
        _add(found, key[place], sums)
    return found


def _most(counted: Counter[Any], limit: int) -> list[tuple[Any, int]]:
    """The most frequent, in the same order however they were counted."""
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:limit]


def _said(names: Iterable[str], sums: Iterable[Figure]) -> dict[str, str]:
    return {name: f"{Decimal(value):f}" for name, value in zip(names, sums, strict=True)}


def _groups(groups: Mapping[str, list[Figure]]) -> list[dict[str, str]]:
    ranked = sorted(groups.items(), key=lambda item: (-item[1][2], item[0]))
    return [{"name": name} | _said(FIGURES, sums) for name, sums in ranked]


def _ranked(groups: Mapping[str, list[Figure]]) -> list[dict[str, str]]:
    ranked = sorted(groups.items(), key=lambda item: (-item[1][1], -item[1][3], item[0]))
    return [{"name": name} | _said(GIVEN, sums) for name, sums in ranked]
