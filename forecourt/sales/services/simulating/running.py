"""Running a simulation: each share of the customers in a process of its own, in the order of time.

Under the programme in force a member's tier is that of each sale as it was; under a draft, what reviews would have made of
it. Coupons are those that the simulated offers give and those that past sales used (`presenting`); limits and budgets begin
with what they had left (`asides`). Budgets of everybody are whole for each share, and where the shares together took too much
of one, all sales are rated again as one.
"""

import os
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from forecourt.kernel import clock, sql
from forecourt.kernel.money import ZERO
from forecourt.kernel.processes import beside as processes_beside
from forecourt.sales import queries
from forecourt.sales.models import Simulation
from forecourt.sales.services.simulating.freezing import freeze
from forecourt.sales.services.simulating.reading import Share
from forecourt.sales.services.simulating.ruling import AsIf
from forecourt.sales.services.simulating.sharing import Part, Seen, run_share, station_ids
from forecourt.sales.services.simulating.summing import Sums
from forecourt.sales.services.simulating.telling import Stopped
from forecourt.sales.services.simulating.tiers import ranks
from forecourt.sales.values import Frozen, SimulationAsked


def run_simulation(simulation_id: int) -> None:
    """Run a simulation that was asked for, writing down how far it is and what it found. One cut off begins anew."""
    row = Simulation.objects.filter(pk=simulation_id, state__in=["waiting", "running"]).first()
    if row is None:
        return
    asked = msgspec.convert(row.asked, SimulationAsked)
    Simulation.objects.filter(pk=simulation_id).update(
        state="running", started_at=clock.now(), done=0, total=_count(asked)
    )
    try:
        frozen = queries.frozen_rules(row)
        result = simulate(asked, frozen, processes=min(2, os.cpu_count() or 1), simulation_id=simulation_id)
    except Stopped:
        Simulation.objects.filter(pk=simulation_id).update(state="stopped", finished_at=clock.now())
        return
    except Exception as error:
        Simulation.objects.filter(pk=simulation_id).update(
            state="failed", finished_at=clock.now(), error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    Simulation.objects.filter(pk=simulation_id).update(state="done", finished_at=clock.now(), result=result)


def _count(asked: SimulationAsked) -> int:
    return int(
        sql.rows(
            "SELECT count(*) FROM sales_sale WHERE business_date BETWEEN %(since)s AND %(until)s "
            "AND refund_of IS NULL AND net >= 0 "
            "AND id NOT IN (SELECT sale_id FROM sales_repair WHERE repaired_at IS NOT NULL) "
            "AND (%(ids)s::bigint[] IS NULL OR station_id = ANY(%(ids)s::bigint[]))",
            {"since": asked.since, "until": asked.until, "ids": station_ids(asked)},
        )[0][0]
    )


def simulate(
    asked: SimulationAsked,
    frozen: Frozen | None = None,
    *,
    processes: int = 1,
    simulation_id: int | None = None,
    seen: Seen | None = None,
) -> dict[str, Any]:
    """Simulate, in so many processes where that changes nothing; returns the result. `seen` is told of every sale.

    Of the drafts as they were `frozen`; without that, as they read now.
    """
    frozen = frozen or freeze(asked)
    as_if = AsIf(asked, frozen)
    sums = _side_by_side(asked, frozen, processes, simulation_id) if processes > 1 and seen is None else None
    if sums is None:
        sums = run_share(asked, Share(), simulation_id, seen, frozen).sums
    before, after = as_if.programme, as_if.draft or as_if.programme
    found = sums.result(as_if.point_value, ranks(after, before))
    if found["tier_moves"] is not None:
        found["tier_moves"]["names"] = {tier.code: tier.name for tier in (*before.tiers, *after.tiers)}
    return found | {"as_asked": msgspec.to_builtins(asked)}


def _side_by_side(asked: SimulationAsked, frozen: Frozen, shares: int, simulation_id: int | None) -> Sums | None:
    """What so many shares found; None where together they took more of a budget than it had."""
    with processes_beside(shares) as pool:
        runs = [
            pool.submit(run_share, asked, Share(number, shares), simulation_id, frozen=frozen)
            for number in range(shares)
        ]
        parts = [run.result() for run in runs]
    if not fits(parts):
        if simulation_id is not None:
            Simulation.objects.filter(pk=simulation_id).update(done=0)
        return None
    sums = parts[0].sums
    for part in parts[1:]:
        sums.merge(part.sums)
    return sums


def fits(parts: Sequence[Part]) -> bool:
    """Whether shares that were rated apart, each with full budgets, come to what all sales in order would have.

    So they do where no budget had too little for a share, and each had enough for all of them with the largest sale to spare.
    """
    if any(part.is_short for part in parts):
        return False
    most: Counter[str] = Counter()
    largest: dict[str, Decimal] = {}
    limits: dict[str, Decimal] = {}
    for part in parts:
        for key, spent in part.spent.items():
            most[key] += spent.most  # type: ignore[assignment]
            largest[key] = max(largest.get(key, ZERO), spent.largest)
            limits[key] = spent.limit
    return all(most[key] + largest[key] <= limit for key, limit in limits.items())
