"""What a simulation found, summed while it runs and put together from its shares."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from forecourt.kernel.money import ZERO
from forecourt.sales.rules.offering import Offered
from forecourt.sales.services.simulating import grouping
from forecourt.sales.services.simulating.grouping import Figure, Key
from forecourt.sales.services.simulating.reading import STATION, Given, Past, Refund
from forecourt.sales.services.taking_back import Taken
from forecourt.sales.values import Award, Outcome, RatedLine

_NO_FIGURES: Final[tuple[Figure, ...]] = (0, ZERO, ZERO, ZERO, ZERO, 0, 0, 0, ZERO, ZERO, ZERO, ZERO, ZERO)
_NOTHING_GIVEN: Final[tuple[Figure, ...]] = (0, ZERO, ZERO, 0, ZERO)
_NOTHING_PAID: Final[tuple[Figure, ...]] = (0, 0, ZERO, ZERO, ZERO, ZERO, 0, ZERO, ZERO)
_NOBODY: Final[frozenset[str]] = frozenset()
MOST_SHOWN: Final = 20
KINDS: Final = 100
"""Kinds of conflicts that are told of all sales; of a tier and of a station fewer."""
KINDS_OF_TIER: Final = 20
KINDS_OF_STATION: Final = 3


class Counted(NamedTuple):
    """A sale, or what was refunded of one (its figures negative), as it was and as it would have been.

    `key` is its station and tier; `payers` are those who pay on the sale itself; `cost` is None where that of some of the goods
    is not known.
    """

    key: Key
    sales: int
    net: Decimal
    volume: Decimal
    cost: Decimal | None
    points_before: int
    points_after: int
    given: Given
    awards: Iterable[Award]
    payers_before: Iterable[str]
    payers_after: Iterable[str]


class Member:
    """What a member gains; the tier of the last sale; how many at the station of the first one, and elsewhere."""

    __slots__ = ("elsewhere", "home", "money", "points", "tier", "visits")

    def __init__(self, home: str) -> None:
        self.money = ZERO
        self.points = 0
        self.tier = ""
        self.home = home
        self.visits = 0
        self.elsewhere: dict[str, int] | None = None

    def visit(self, station: str) -> None:
        """Count a sale there."""
        if station == self.home:
            self.visits += 1
            return
        if self.elsewhere is None:
            self.elsewhere = {}
        self.elsewhere[station] = self.elsewhere.get(station, 0) + 1

    def settle(self) -> None:
        """Keep only where most of the sales were made; of several the first by code."""
        if self.elsewhere is not None:
            visits = {self.home: self.visits} | self.elsewhere
            self.home = min(visits, key=lambda code: (-visits[code], code))
            self.elsewhere = None


class Sums:
    """Figures by station and tier, by offer and payer; who wins and who loses; which offers stand in one another's way.

    `full_price` counts sales whose price stood, off which offers would take money had it not; `repaired` those that are left
    out on both sides. What was refunded is taken off where its sale was counted. Each group is a list of the figures in the
    order of FIGURES, GIVEN or PAID. Conflicts are counted by offer, to which it lost, why, station and tier.
    """

    def __init__(self) -> None:
        self.groups: dict[Key, list[Figure]] = {}
        self.given: dict[Key, list[Figure]] = {}
        self.payers: dict[str, list[Figure]] = {}
        self.members: dict[int, Member] = {}
        self.lost: Counter[tuple[str, str, str, str, str]] = Counter()
        self.missed: Counter[tuple[str, str]] = Counter()
        self.moves: Counter[tuple[str, str]] = Counter()
        self.full_price = self.repaired = 0
        self._never: dict[int, list[Any]] = {}

    def watch(self, given: Offered, station: str, tier: str) -> None:
        """Count why offers were not given."""
        for lost in given.lost:
            self.lost[lost.live.code, lost.to, lost.why, station, tier] += 1
        for one in given.missed:
            self.missed[one.live.code, one.miss.condition] += 1
        never = given.never
        counted = self._never.get(id(never))
        if counted is None:
            self._never[id(never)] = [never, 1]
        else:
            counted[1] += 1

    def settle(self) -> None:
        """Put what was counted by the kinds of sales under each offer's code, and each member to one station."""
        for never, count in self._never.values():
            for one in never:
                self.missed[one.live.code, one.miss.condition] += count
        self._never = {}
        for member in self.members.values():
            member.settle()

    def add(self, past: Past, outcome: Outcome, cost: Decimal | None) -> None:
        """Count a sale as it was and as it would have been."""
        awards, given, station, tier = outcome.awards, past.given, outcome.known.station.code, past.tier
        off = self._count(
            Counted(
                (station, tier),
                1,
                outcome.totals.net,
                outcome.fuel_quantity,
                cost,
                past.points,
                outcome.points_earned,
                given,
                awards,
                given.payers,
                _payers(awards) if awards else _NOBODY,
            )
        )
        if outcome.known.is_member:
            member = self.members.get(past.buyer_id)
            if member is None:
                member = self.members[past.buyer_id] = Member(station)
            member.tier = tier
            member.visit(station)
            self._gain(member, off - given.discount, outcome.points_earned - past.points)

    def take_back(
        self,
        past: Past,
        outcome: Outcome,
        refund: Refund,
        taken: Taken,
        net: Decimal,
        volume: Decimal,
        cost: Decimal | None,
    ) -> None:
        """Take off what was refunded of a sale, as it was and as it would have been; `net` and `volume` as simulated."""
        off = self._count(
            Counted(
                (past.known.station.code, past.tier),
                -taken.is_whole,
                net,
                volume,
                cost,
                refund.points,
                taken.points,
                refund.given,
                taken.awards,
                past.given.payers,
                _payers(outcome.awards),
            )
        )
        if past.known.is_member:
            self._gain(self.members[past.buyer_id], off - refund.given.discount, taken.points - refund.points)

    def _count(self, one: Counted) -> Decimal:
        """Count it with its station and tier, with what was given and who pays; returns the money that offers give."""
        given, net, cost = one.given, one.net, one.cost
        off, gifts, borne = self._add_awards(one.awards) if one.awards else (ZERO, ZERO, ZERO)
        sums = self.groups.get(one.key)
        if sums is None:
            sums = self.groups[one.key] = list(_NO_FIGURES)
        sums[0] += one.sales
        if one.volume:
            sums[1] += one.volume
        sums[2] += net + off
        if given.discount:
            sums[3] += given.discount
        if off:
            sums[4] += off
        sums[5] += one.points_before
        sums[6] += one.points_after
        before = after = ZERO
        if cost is not None:
            before = net + off - given.discount - cost - given.gifts
            after = net - cost - gifts
            sums[7] += one.sales
            sums[8] += cost
            sums[9] += before
            sums[10] += after
            sums[11] += before + given.borne
            sums[12] += after + borne
        self._count_payers(one, before, after)
        return off

    def _count_payers(self, one: Counted, before: Decimal, after: Decimal) -> None:
        """Count it with those who pay on it, and its margins with those who would pay."""
        payers = self.payers
        for funder in one.payers_after:
            sums = payers.get(funder) or self._new_payer(funder)
            sums[1] += one.sales
            sums[3] += one.volume
            if one.cost is not None:
                sums[7] += before
                sums[8] += after
        for funder in one.payers_before:
            sums = payers.get(funder) or self._new_payer(funder)
            sums[0] += one.sales
            sums[2] += one.volume
        for funder, (money, goods, points) in one.given.payers.items():
            sums = payers.get(funder) or self._new_payer(funder)
            if money:
                sums[4] += money
            if goods:
                sums[5] += goods
            if points:
                sums[6] += points

    def _new_payer(self, funder: str) -> list[Figure]:
        sums = self.payers[funder] = list(_NOTHING_PAID)
        return sums

    @staticmethod
    def _gain(member: Member, money: Decimal, points: int) -> None:
        if money:
            member.money += money
        if points:
            member.points += points

    def _add_awards(self, awards: Iterable[Award]) -> tuple[Decimal, Decimal, Decimal]:
        """Count what offers gave; returns the money of all, what the goods cost that they handed over, and what of both others
        pay than the station.
        """
        off = gifts = borne = ZERO
        for award in awards:
            key = (award.offer, award.funder)
            sums = self.given.get(key)
            if sums is None:
                sums = self.given[key] = list(_NOTHING_GIVEN)
            is_borne = award.funder != STATION
            if award.uses:
                sums[0] += award.uses
            if award.discount:
                off += award.discount
                sums[1] += award.discount
                if is_borne:
                    borne += award.discount
            if award.quantity:
                sums[2] += award.quantity
            if award.points:
                sums[3] += award.points
            if award.gifts:
                gifts += award.gifts
                sums[4] += award.gifts
                if is_borne:
                    borne += award.gifts
        return off, gifts, borne

    def merge(self, other: "Sums") -> None:
        """Add what another share found."""
        for mine, theirs in ((self.groups, other.groups), (self.given, other.given)):
            for key, sums in theirs.items():
                grouping.add(mine, key, sums)
        for funder, sums in other.payers.items():
            grouping.add(self.payers, funder, sums)
        self.members |= other.members
        self.lost += other.lost
        self.missed += other.missed
        self.moves += other.moves
        self.full_price += other.full_price
        self.repaired += other.repaired

    def result(self, point_value: Decimal, ranks: Mapping[str, int]) -> dict[str, Any]:
        """All of it as JSON: figures as text, groups largest first; tiers with `ranks`, how high each is."""
        columns = list(zip(*self.groups.values(), strict=True)) or [()] * len(grouping.FIGURES)
        total = grouping.said(grouping.FIGURES, [sum(column, ZERO) for column in columns])
        worth = {id: member.money + member.points * point_value for id, member in self.members.items()}
        gains: tuple[defaultdict[str, list[Decimal]], ...] = (defaultdict(list), defaultdict(list))
        for id, member in self.members.items():
            gains[0][member.home].append(worth[id])
            gains[1][member.tier].append(worth[id])
        lost: Counter[tuple[str, str, str]] = Counter()
        lost_by: tuple[defaultdict[str, Counter[tuple[str, str, str]]], ...] = (
            defaultdict(Counter),
            defaultdict(Counter),
        )
        for (*names, station, tier), count in self.lost.items():
            kind = (names[0], names[1], names[2])
            lost[kind] += count
            lost_by[0][station][kind] += count
            lost_by[1][tier][kind] += count
        return {
            "total": total,
            "margin_before": total["margin_before"],
            "margin_after": total["margin_after"],
            "stations": grouping.of_sales(grouping.by(self.groups, 0), gains[0], lost_by[0], KINDS_OF_STATION),
            "tiers": grouping.of_sales(grouping.by(self.groups, 1), gains[1], lost_by[1], KINDS_OF_TIER),
            "offers": grouping.of_offers(grouping.by(self.given, 0)),
            "funders": grouping.of_payers(grouping.by(self.given, 1), self.payers),
            "members": _members(worth),
            "tier_moves": self._tier_moves(ranks),
            "lost": grouping.most(lost, KINDS),
            "missed": grouping.most(self.missed, 200),
            "full_price": self.full_price,
            "repaired": self.repaired,
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


def _members(worth: Mapping[int, Decimal]) -> dict[str, Any]:
    """Who wins and who loses in all, and by name those who do most."""
    order = sorted(worth, key=lambda id: (-worth[id], id))
    return grouping.won(worth.values()) | {
        "most": [[id, f"{worth[id]:f}"] for id in order[:MOST_SHOWN] if worth[id] > 0],
        "least": [[id, f"{worth[id]:f}"] for id in reversed(order[-MOST_SHOWN:]) if worth[id] < 0],
    }


def _payers(awards: Sequence[Award]) -> Iterable[str]:
    """Who pays anything of what offers give, each once."""
    if len(awards) == 1:
        (award,) = awards
        return (award.funder,) if award.discount or award.gifts or award.points else _NOBODY
    return {award.funder for award in awards if award.discount or award.gifts or award.points}


def figures_of(lines: Iterable[RatedLine]) -> tuple[Decimal, Decimal]:
    """What lines come to, and how much fuel of it."""
    net = volume = ZERO
    for line in lines:
        net += line.amount - line.discount
        if line.product is not None and line.product.kind == "fuel":
            volume += line.quantity
    return net, volume
