"""Loading a demonstration: all goes in by the commands that everybody uses, sales by the same road as a till's."""

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import connection

from forecourt.catalogue import services as catalogue
from forecourt.connectors.demo import chain as chains
from forecourt.connectors.demo import planted, stock
from forecourt.connectors.demo.aftermath import leave_traces
from forecourt.connectors.demo.life import trials
from forecourt.connectors.demo.life.lanes import EVENTS_AT_ONCE, Lanes, wait_for_no_disk
from forecourt.connectors.demo.life.offering import set_floors
from forecourt.connectors.demo.life.office import Office, hire
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.life.year import Year
from forecourt.connectors.demo.people import People
from forecourt.connectors.demo.programme import PROGRAMME
from forecourt.connectors.demo.trade import Trade
from forecourt.connectors.demo.values import Chain, Sizes, Span
from forecourt.kernel import clock, home, readers, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import Cursor
from forecourt.kernel.problems import Conflict
from forecourt.loyalty import services as loyalty
from forecourt.organisation import services as organisation
from forecourt.organisation.services.roster import Worker, enlist_staff
from forecourt.organisation.values import CompanyFacts, Role
from forecourt.sales import services as sales

WHAT_IS_THERE: Final = sql.load(__file__, "what_is_there")
TWO_LANES_FROM: Final = 5000
"""Sales from which a second process is worth its start."""
_SUMS: Final = ("sales.",)
_ROLES: Final = {"manager": Role.STATION_MANAGER, "attendant": Role.CASHIER}


class Progress(Protocol):
    """Hears how far the load is: the step's name, how much is done, and of how much (0: not known)."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


@dataclass(slots=True)
class Summary:
    """What was loaded. `net` in yuan; `planted` is the file of what was planted, below FORECOURT_HOME.

    `life` counts what was done beside selling, by word: offers approved, coupons used, games played...
    """

    stations: int = 0
    staff: int = 0
    products: int = 0
    prices: int = 0
    costs: int = 0
    customers: int = 0
    sales: int = 0
    member_sales: int = 0
    flagged: int = 0
    refunded: int = 0
    lines: int = 0
    net: str = "0"
    offered: str = "0"
    merged: int = 0
    notes: int = 0
    adjustments: int = 0
    tier_changes: int = 0
    life: dict[str, int] = field(default_factory=dict)
    first: str = ""
    until: str = ""
    seed: int = 0
    seconds: float = 0.0
    planted: str = "demo/planted.jsonl"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load(
    actor: Actor,
    sizes: Sizes,
    progress: Progress | None = None,
    *,
    until: datetime | None = None,
    trials_by_worker: bool = False,
) -> Summary:
    """Make a chain and load it into an empty database, up to `until` (now unless given); returns what there is then.

    With `trials_by_worker` its simulations wait for a worker to run them, as any that somebody asks for.

    All is recorded as of when it would have happened. Raises Invalid for sizes out of bounds, and Conflict when there are
    stations, customers or sales already. A load that was broken off leaves what it had loaded; begin again with an empty
    database.
    """
    sizes.check()
    require_empty()
    started = time.monotonic()
    tell = progress or _silence
    span = Span.ending(until or clock.now(), sizes.days)
    chain = chains.make_chain(sizes, span)
    people = People(sizes, span, chain)
    trade = Trade(sizes, span, chain, people)
    summary = Summary(first=span.first.isoformat(), until=span.until.isoformat(timespec="seconds"), seed=sizes.seed)
    wait_for_no_disk()
    with Lanes(actor, is_alone=sizes.expected_sales < TWO_LANES_FROM) as lanes:
        with clock.as_of(span.moment(0)):
            office = _found(actor, span, chain, trade, summary)
        world = World(actor, sizes, span, chain, people.members, office, lanes)
        Year(world, trade, tell, summary).pass_by()
        with clock.as_of(span.until):
            traces = leave_traces(actor, sizes, people.members)
            summary.adjustments, summary.notes, summary.merged = traces.adjustments, traces.notes, traces.merged
            # after the merges, which bring sales together
            summary.tier_changes += sales.review_tiers(actor, span.until.date())
            lanes.read_on(_SUMS)
            _catch_up(tell)
    trials.run(world, tell, by_worker=trials_by_worker)
    _tidy()
    _write_planted(sizes, span, chain, people)
    summary.life = {word: count for word, count in sorted(world.done.items()) if count}
    summary.seconds = round(time.monotonic() - started, 1)
    return summary


def require_empty() -> None:
    """Conflict unless the database holds no stations, customers and sales."""
    there = [name for name, is_there in sql.dicts(WHAT_IS_THERE)[0].items() if is_there]
    if there:
        raise Conflict(
            f"There is data already ({', '.join(there)}). A demonstration is only loaded into an empty database: "
            "use another FORECOURT_HOME, or another database in DATABASE_URL."
        )


def _silence(step: str, done: int, total: int) -> None:
    """For those who do not ask."""


def _found(actor: Actor, span: Span, chain: Chain, trade: Trade, summary: Summary) -> Office:
    """The company, its stations and staff, what they sell at which prices, and the programme."""
    organisation.set_company(actor, CompanyFacts(name=chain.name))
    summary.stations = len(organisation.open_stations(actor, [site.new for site in chain.sites]))
    summary.staff = enlist_staff(
        actor,
        [
            Worker(
                worker.username or worker.code.lower(), worker.code, worker.name, _ROLES[worker.role], worker.station
            )
            for worker in chain.workers
        ],
    )
    fuels = catalogue.add_standard_fuels(actor)
    goods = catalogue.add_products(actor, stock.products())
    summary.products = len(fuels | goods)
    for path, name in stock.category_names():
        catalogue.rename_category(actor, path, name)
    summary.prices = len(catalogue.announce_prices(actor, stock.prices(chain, trade.fuel_prices, trade.shop_prices)))
    summary.costs = catalogue.note_costs(actor, stock.costs(trade.fuel_prices, trade.shop_prices)).noted
    loyalty.draft_programme(actor, PROGRAMME)
    loyalty.publish_programme(actor, valid_from=span.moment(0))
    office = hire(actor, chain)
    summary.staff += office.size
    set_floors(office, stock.FLOORS)
    return office


def _write_planted(sizes: Sizes, span: Span, chain: Chain, people: People) -> None:
    with (home.folder("demo") / "planted.jsonl").open("w", encoding="utf-8") as file:
        for line in planted.lines(sizes, span, chain, people.members):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _catch_up(tell: Progress) -> None:
    """Let every reader of the event log take what happened, so that profiles and sums are fresh."""
    done = 0
    while step := readers.advance_all(limit=EVENTS_AT_ONCE, seconds=1.0):
        done += step
        tell("readers", done, 0)
    failed = Cursor.objects.exclude(error="").values_list("reader", "error")
    for reader, error in failed:
        raise RuntimeError(f"the event reader {reader} failed: {error}")


def _tidy() -> None:
    """Statistics of full tables, so that the first plans are good ones, and commits as they were before."""
    _run("SET synchronous_commit TO DEFAULT")
    _run("ANALYZE")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
