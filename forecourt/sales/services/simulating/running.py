"""Running a simulation: each share of the customers in a process of its own, month by month, in the order of time.

A member's tier is that of each sale as it was. Coupons are those that the simulated offers give and that need not be shown;
limits and budgets begin full. Where a budget is everybody's, all sales are one share, so that it is spent in order.
"""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connections, transaction
from msgspec.structs import replace

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import ProductFacts
from forecourt.coupons import rules as coupon_rules
from forecourt.coupons.values import Coupon, CouponKind
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.money import ZERO
from forecourt.kernel.processes import beside as processes_beside
from forecourt.loyalty.values import Standing
from forecourt.organisation import queries as organisation
from forecourt.sales import rules
from forecourt.sales.models import Simulation
from forecourt.sales.rules import Rulings, State
from forecourt.sales.services.simulating.reading import BEFORE, Past, Share, past_sales
from forecourt.sales.services.simulating.ruling import AsIf
from forecourt.sales.services.simulating.summing import Sums
from forecourt.sales.values import KnownSale, Outcome, SimulationAsked

REPORT: Final = 2000
"""Sales after which progress is told."""


class Stopped(Exception):
    """The simulation was stopped."""


Told = Callable[[int], None]
Seen = Callable[[Past, Outcome], None]


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
        result = simulate(asked, processes=min(2, os.cpu_count() or 1), simulation_id=simulation_id)
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
            "AND refund_of IS NULL AND net >= 0 AND (%(ids)s::bigint[] IS NULL OR station_id = ANY(%(ids)s::bigint[]))",
            {"since": asked.since, "until": asked.until, "ids": _station_ids(asked)},
        )[0][0]
    )


def simulate(
    asked: SimulationAsked, *, processes: int = 1, simulation_id: int | None = None, seen: Seen | None = None
) -> dict[str, Any]:
    """Simulate, in so many processes where that changes nothing; returns the result. `seen` is told of every sale."""
    as_if = AsIf(asked)
    shares = 1 if as_if.has_common_budgets or seen is not None else processes
    if shares == 1:
        sums = run_share(asked, Share(), simulation_id, seen)
    else:
        with processes_beside(shares) as pool:
            found = [pool.submit(run_share, asked, Share(number, shares), simulation_id) for number in range(shares)]
            sums = found[0].result()
            for part in found[1:]:
                sums.merge(part.result())
    return sums.result(as_if.point_value) | {"as_asked": msgspec.to_builtins(asked)}


@transaction.atomic
def run_share(asked: SimulationAsked, share: Share, simulation_id: int | None = None, seen: Seen | None = None) -> Sums:
    """Rate one share of the customers' sales."""
    run = _Run(asked, share, simulation_id)
    for past in run.sales():
        run.rate(past, seen)
    run.tell()
    return run.sums


class _Run:
    """A share under way."""

    def __init__(self, asked: SimulationAsked, share: Share, simulation_id: int | None) -> None:
        self.asked = asked
        self.share = share
        self.as_if = AsIf(asked)
        self.sums = Sums()
        self.state = State()
        self._simulation_id = simulation_id
        self._untold = 0
        self._coupons = 0
        self._knows: set[int] = set()
        self._before: dict[int, tuple[int, Any]] = {}
        if self.as_if.has_offers:
            where = {"since": asked.since, "share": share.share, "shares": share.shares}
            self._before = {row[0]: (row[1], row[2]) for row in sql.rows(BEFORE, where)}

    def sales(self) -> Iterator[Past]:
        """The share's sales in order, read month by month."""
        stations = {station.id: station for station in organisation.all_stations(SYSTEM)}
        digits = organisation.company().digits
        products = _products()
        for first, last in _months(self.asked.since, self.asked.until):
            month = list(past_sales(first, last, self.share, stations, products, digits, _station_ids(self.asked)))
            self._meet({past.known.customer_id for past in month if past.known.is_member})
            yield from month

    def _meet(self, members: set[int]) -> None:
        """Learn what offers ask about members that were not met before."""
        fresh = members - self._knows
        self._knows |= fresh
        for customer_id in fresh:
            count, latest = self._before.get(customer_id, (0, None))
            self.state.standings[customer_id] = Standing(customer_id=customer_id, sales=count, last_sale_at=latest)
        if self.as_if.asks_buyer and fresh:
            self.state.buyers |= customers.buyers(fresh)

    def rate(self, past: Past, seen: Seen | None) -> None:
        known = past.known
        if known.is_member:
            standing = self.state.standings[known.customer_id]
            if standing.tier != past.tier:
                self.state.standings[known.customer_id] = replace(standing, tier=past.tier)
        rulings = self.as_if.at(known.sale.occurred_at)
        outcome = rules.rate(known, rulings, self.state, mint=self._mint, watch=self.sums.watch)
        rules.take(self.state, outcome)
        self.sums.add(past, outcome, _cost(known, rulings, self.as_if))
        if seen is not None:
            seen(past, outcome)
        self._untold += 1
        if self._untold >= REPORT:
            self.tell()

    def _mint(self, code: str, known: KnownSale) -> Coupon | None:
        template = self.as_if.templates.get(code)
        if template is None or template.template.kind is not CouponKind.SINGLE:
            return None
        self._coupons += 1
        day = known.sale.occurred_at.astimezone(clock.zone(known.station.zone)).date()
        return coupon_rules.minted(
            UUID(int=self._coupons), f"SIM{self._coupons}", template.template, template.id, known.customer_id, day
        )

    def tell(self) -> None:
        """Tell how far it is; Stopped when it is not wanted any more."""
        if self._simulation_id is not None and self._untold:
            _progress(self._simulation_id, self._untold)
        self._untold = 0


def _progress(simulation_id: int, count: int) -> None:
    """Count sales as done, on a connection of its own, so that everybody sees it at once."""
    beside = connections.create_connection("default")
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE sales_simulation SET done = done + %s WHERE id = %s RETURNING state", [count, simulation_id]
            )
            found = cursor.fetchone()
    finally:
        beside.close()
    if found is None or found[0] == "stopped":
        raise Stopped


def _products() -> dict[int, ProductFacts]:
    found = sql.rows("SELECT id FROM catalogue_product")
    return catalogue.products_by_id([row[0] for row in found])


def _station_ids(asked: SimulationAsked) -> list[int] | None:
    if not asked.stations:
        return None
    return [facts.id for facts in organisation.station_facts(asked.stations).values()]


def _months(since: date, until: date) -> Iterator[tuple[date, date]]:
    first = since
    while first <= until:
        last = min(until, clock.next_month(clock.month_of(first)) - timedelta(days=1))
        yield first, last
        first = last + timedelta(days=1)


def _cost(known: KnownSale, rulings: Rulings, as_if: AsIf) -> Decimal | None:
    """What the sale's goods cost the retailer, None where that is not known of all of them."""
    total = ZERO
    for line, product in zip(known.sale.lines, known.products, strict=True):
        cost = as_if.cost(known.station.id, product.id, known.sale.occurred_at) if product is not None else None
        if cost is None:
            return None
        total += cost * line.quantity
    return total
