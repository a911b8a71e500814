"""What a simulation found, summed while it runs and put together from its shares."""

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from forecourt.kernel.money import ZERO
from forecourt.sales.rules.offering import Offered
from forecourt.sales.services.simulating.reading import Past
from forecourt.sales.values import Outcome

FIGURES: Final = (
    "sales",
    "volume",
    "gross",
    "discount_before",
    "discount_after",
    "points_before",
    "points_after",
    "cost",
)
MOST_SHOWN: Final = 20


class Sums:
    """Figures by station, tier, offer and payer; who wins and who loses; which offers stand in one another's way.

    `cost` is what the goods cost the retailer, where that is known, and counts only sales of which all of it is.
    """

    def __init__(self) -> None:
        self.total: dict[str, Decimal] = _figures()
        self.margin_before = self.margin_after = ZERO
        self.by: dict[str, dict[str, dict[str, Decimal]]] = {"station": {}, "tier": {}}
        self.offers: dict[str, dict[str, Decimal]] = {}
        self.funders: dict[str, dict[str, Decimal]] = {}
        self.members: dict[int, list[Decimal]] = {}
        self.lost: Counter[tuple[str, str, str]] = Counter()
        self.missed: Counter[tuple[str, str]] = Counter()

    def watch(self, given: Offered) -> None:
        """Count why offers were not given."""
        for lost in given.lost:
            self.lost[lost.live.code, lost.to, lost.why] += 1
        for missed in given.missed:
            if missed.miss is not None:
                self.missed[missed.live.code, missed.miss.condition] += 1

    def add(self, past: Past, outcome: Outcome, cost: Decimal | None) -> None:
        """Count a sale as it was and as it would have been."""
        known = outcome.known
        off = sum([award.discount for award in outcome.awards], ZERO)
        for sums in (
            self.total,
            self.by["station"].setdefault(known.station.code, _figures()),
            self.by["tier"].setdefault(past.tier or "", _figures()),
        ):
            sums["sales"] += 1
            sums["volume"] += outcome.fuel_quantity
            sums["gross"] += outcome.totals.net + off
            sums["discount_before"] += past.discount
            sums["discount_after"] += off
            sums["points_before"] += past.points
            sums["points_after"] += outcome.points_earned
        if cost is not None:
            self.total["cost"] += cost
            self.margin_before += outcome.totals.net + off - past.discount - cost
            self.margin_after += outcome.totals.net - cost
        for award in outcome.awards:
            self._add_award(award.offer, self.offers, award)
            self._add_award(award.funder, self.funders, award)
        if known.is_member:
            member = self.members.setdefault(known.customer_id, [ZERO, ZERO])
            member[0] += off - past.discount
            member[1] += outcome.points_earned - past.points

    @staticmethod
    def _add_award(name: str, into: dict[str, dict[str, Decimal]], award: Any) -> None:
        sums = into.get(name)
        if sums is None:
            sums = into[name] = {"uses": ZERO, "discount": ZERO, "volume": ZERO, "points": ZERO}
        sums["uses"] += award.uses
        sums["discount"] += award.discount
        sums["volume"] += award.quantity
        sums["points"] += award.points

    def merge(self, other: "Sums") -> None:
        """Add what another share found."""
        _merge(self.total, other.total)
        self.margin_before += other.margin_before
        self.margin_after += other.margin_after
        for name, groups in other.by.items():
            for key, sums in groups.items():
                _merge(self.by[name].setdefault(key, _figures()), sums)
        for mine, theirs in ((self.offers, other.offers), (self.funders, other.funders)):
            for key, sums in theirs.items():
                _merge(mine.setdefault(key, dict.fromkeys(sums, ZERO)), sums)
        self.members |= other.members
        self.lost += other.lost
        self.missed += other.missed

    def result(self, point_value: Decimal) -> dict[str, Any]:
        """All of it as JSON: figures as text, groups largest first."""
        return {
            "total": _said(self.total),
            "margin_before": str(self.margin_before),
            "margin_after": str(self.margin_after),
            "stations": _groups(self.by["station"]),
            "tiers": _groups(self.by["tier"]),
            "offers": _ranked(self.offers),
            "funders": _ranked(self.funders),
            "members": self._members(point_value),
            "lost": [[*names, count] for names, count in self.lost.most_common(100)],
            "missed": [[*names, count] for names, count in self.missed.most_common(200)],
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
            "gain": str(sum(winners, ZERO)),
            "loss": str(sum(losers, ZERO)),
            "most": [[id, str(worth[id])] for id in order[:MOST_SHOWN] if worth[id] > 0],
            "least": [[id, str(worth[id])] for id in reversed(order[-MOST_SHOWN:]) if worth[id] < 0],
        }


def _figures() -> dict[str, Decimal]:
    return dict.fromkeys(FIGURES, ZERO)


def _merge(into: dict[str, Decimal], other: dict[str, Decimal]) -> None:
    for name, value in other.items():
        into[name] = into.get(name, ZERO) + value


def _said(sums: dict[str, Decimal]) -> dict[str, str]:
    return {name: f"{value:f}" for name, value in sums.items()}


def _groups(groups: dict[str, dict[str, Decimal]]) -> list[dict[str, str]]:
    ranked = sorted(groups.items(), key=lambda item: (-item[1]["gross"], item[0]))
    return [{"name": name} | _said(sums) for name, sums in ranked]


def _ranked(groups: dict[str, dict[str, Decimal]]) -> list[dict[str, str]]:
    ranked = sorted(groups.items(), key=lambda item: (-item[1]["discount"], -item[1]["points"], item[0]))
    return [{"name": name} | _said(sums) for name, sums in ranked]
