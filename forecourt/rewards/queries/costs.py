"""What rewards cost, and whom."""

from datetime import date
from typing import Final

import msgspec

from forecourt import rewards
from forecourt.kernel import sql
from forecourt.offers.values import Share
from forecourt.organisation import queries as organisation
from forecourt.rewards import rules
from forecourt.rewards.values import Cost

COSTS: Final = sql.load(rewards.__file__, "costs")


def costs(since: date, until: date) -> list[Cost]:
    """What was handed over on these days (the company's, both included), by reward and funder; each piece is split by
    the shares as of its redemption, to the currency's digits, without losing any.

    `pieces` and `points` count the pieces that the funder has a share in. Cancelled ones are in no list.
    """
    sums: dict[tuple[str, str], Cost] = {}
    for _day, cost in costs_by_day(since, until):
        known = sums.get((cost.reward, cost.funder))
        sums[cost.reward, cost.funder] = _together(known, cost) if known else cost
    return [sums[key] for key in sorted(sums)]


def costs_by_day(since: date, until: date) -> list[tuple[date, Cost]]:
    """The same by day, the first first. One statement for any span."""
    digits = organisation.company().digits
    sums: dict[tuple[date, str, str], Cost] = {}
    for day, code, name, shares, cost, pieces, points in sql.rows(COSTS, {"since": since, "until": until}):
        parts = rules.split_cost(cost, msgspec.json.decode(shares, type=tuple[Share, ...]), digits)
        for funder, part in parts.items():
            new = Cost(reward=code, reward_name=name, funder=funder, pieces=pieces, points=points, cost=part * pieces)
            known = sums.get((day, code, funder))
            sums[day, code, funder] = _together(known, new) if known else new
    return [(key[0], sums[key]) for key in sorted(sums)]


def _together(one: Cost, other: Cost) -> Cost:
    return msgspec.structs.replace(
        one, pieces=one.pieces + other.pieces, points=one.points + other.points, cost=one.cost + other.cost
    )
