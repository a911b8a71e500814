"""What rewards cost, and whom."""

from datetime import date
from decimal import Decimal
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
    digits = organisation.company().digits
    sums: dict[tuple[str, str], Cost] = {}
    for code, name, shares, cost, pieces, points in sql.rows(COSTS, {"since": since, "until": until}):
        parts = rules.split_cost(cost, msgspec.json.decode(shares, type=tuple[Share, ...]), digits)
        for funder, part in parts.items():
            known = sums.get((code, funder)) or Cost(
                reward=code, reward_name=name, funder=funder, pieces=0, points=0, cost=Decimal(0)
            )
            sums[code, funder] = msgspec.structs.replace(
                known, pieces=known.pieces + pieces, points=known.points + points, cost=known.cost + part * pieces
            )
    return [sums[key] for key in sorted(sums)]
