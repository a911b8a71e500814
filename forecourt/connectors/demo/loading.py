"""Loading a demonstration: all goes in by the commands that everybody uses, sales by the same road as a till's."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import connection

from forecourt.catalogue import services as catalogue
from forecourt.connectors.demo import chain as chains
from forecourt.connectors.demo import planted, stock
from forecourt.connectors.demo.aftermath import leave_traces
from forecourt.connectors.demo.enrolment import new_customer
from forecourt.connectors.demo.people import People
from forecourt.connectors.demo.programme import PROGRAMME
from forecourt.connectors.demo.trade import Sold, Trade
from forecourt.connectors.demo.values import Chain, Member, Sizes, Span
from forecourt.customers import services as customers
from forecourt.kernel import clock, home, readers, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import Cursor
from forecourt.kernel.problems import Conflict, Problem
from forecourt.loyalty import services as loyalty
from forecourt.organisation import services as organisation
from forecourt.organisation.services.roster import Worker, enlist_staff
from forecourt.organisation.values import CompanyFacts, Role
from forecourt.sales import services as sales
from forecourt.sales.values import NewRefund, Receipt, SaleStatus

WHAT_IS_THERE: Final = sql.load(__file__, "what_is_there")
ANALYZE: Final = "ANALYZE sales_claim, loyalty_balance, customers_customer, customers_identity, customers_vehicle"
"""Every month of the load: plans made for empty tables read the whole of full ones."""
LIST: Final = 1000
"""Sales in one list; larger ones are no faster."""
ENROLMENT_LIST: Final = 5000
EVENTS_AT_ONCE: Final = 40_000
"""The same profile is computed once for each such list that names its customer."""
_ROLES: Final = {"manager": Role.STATION_MANAGER, "attendant": Role.CASHIER}


class Progress(Protocol):
    """Hears how far the load is: the step's name, how much is done, and of how much (0: not known)."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


@dataclass(slots=True)
class Summary:
    """What was loaded. `net` in yuan; `planted` is the file of what was planted, below FORECOURT_HOME."""

    stations: int = 0
    staff: int = 0
    products: int = 0
    prices: int = 0
    customers: int = 0
    sales: int = 0
    member_sales: int = 0
    flagged: int = 0
    refunded: int = 0
    lines: int = 0
    net: str = "0"
    merged: int = 0
    notes: int = 0
    adjustments: int = 0
    tier_changes: int = 0
    first: str = ""
    until: str = ""
    seed: int = 0
    seconds: float = 0.0
    planted: str = "demo/planted.jsonl"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load(actor: Actor, sizes: Sizes, progress: Progress | None = None, *, until: datetime | None = None) -> Summary:
    """Make a chain and load it into an empty database, up to `until` (now unless given); returns what there is then.

    Raises Invalid for sizes out of bounds, and Conflict when there are stations, customers or sales already. A load
    that was broken off leaves what it had loaded; begin again with an empty database.
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
    _found(actor, span, chain, trade, summary)
    _enrol(actor, chain, people.members, tell, summary)
    _write_planted(sizes, span, chain, people.members)
    _Posting(actor, sizes, tell, summary).post(trade)
    traces = leave_traces(actor, sizes, people.members)
    summary.adjustments, summary.notes, summary.merged = traces.adjustments, traces.notes, traces.merged
    # after the merges, which bring sales together
    summary.tier_changes += sales.review_tiers(actor, span.until.date())
    _catch_up(tell)
    _tidy()
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


def _found(actor: Actor, span: Span, chain: Chain, trade: Trade, summary: Summary) -> None:
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
    loyalty.draft_programme(actor, PROGRAMME)
    loyalty.publish_programme(actor, valid_from=span.moment(0))


def _enrol(actor: Actor, chain: Chain, members: Sequence[Member], tell: Progress, summary: Summary) -> None:
    for start in range(0, len(members), ENROLMENT_LIST):
        part = members[start : start + ENROLMENT_LIST]
        answers = customers.create_customers(actor, [new_customer(member, chain) for member in part])
        for member, answer in zip(part, answers, strict=True):
            if isinstance(answer, Problem):
                raise answer
            member.id = answer
        summary.customers += len(part)
        tell("customers", summary.customers, len(members))


def _write_planted(sizes: Sizes, span: Span, chain: Chain, members: Sequence[Member]) -> None:
    with (home.folder("demo") / "planted.jsonl").open("w", encoding="utf-8") as file:
        for line in planted.lines(sizes, span, chain, members):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


class _Posting:
    """Posts sales in lists, refunds what is to be refunded, and reviews tiers on the first of each month."""

    def __init__(self, actor: Actor, sizes: Sizes, tell: Progress, summary: Summary) -> None:
        self._actor = actor
        self._expected = sizes.expected_sales
        self._tell = tell
        self._summary = summary
        self._net = 0
        self._waiting: list[Sold] = []

    def post(self, trade: Trade) -> None:
        for day, sold in trade.days():
            if day.date.day == 1 and day.offset:
                self._send_all()
                _run(ANALYZE)
                self._summary.tier_changes += sales.review_tiers(self._actor, day.date)
            self._waiting += sold
            while len(self._waiting) >= LIST:
                self._send(LIST)
        self._send_all()
        self._summary.net = f"{self._net / 100:.2f}"
        self._tell("sales", self._summary.sales, self._summary.sales)

    def _send_all(self) -> None:
        if self._waiting:
            self._send(len(self._waiting))

    def _send(self, count: int) -> None:
        part, self._waiting = self._waiting[:count], self._waiting[count:]
        answers = sales.post_sales(self._actor, [one.sale for one in part])
        for one, answer in zip(part, answers, strict=True):
            if isinstance(answer, Problem):
                raise answer
            self._count(one, answer)
            if one.refunded_at is not None:
                self._refund(one, answer)
        self._tell("sales", self._summary.sales, max(self._expected, self._summary.sales + 1))

    def _count(self, one: Sold, receipt: Receipt) -> None:
        summary = self._summary
        summary.sales += 1
        summary.lines += len(one.sale.lines)
        summary.member_sales += receipt.customer_id is not None
        summary.flagged += receipt.status is SaleStatus.FLAGGED
        self._net += int(receipt.totals.net * 100)

    def _refund(self, one: Sold, receipt: Receipt) -> None:
        refund = NewRefund(
            source_ref=f"{one.sale.source_ref}-R", occurred_at=one.refunded_at, reason="顾客退货", staff=one.sale.staff
        )
        given_back = sales.refund_sale(self._actor, receipt.id, refund)
        self._summary.refunded += 1
        self._net += int(given_back.totals.net * 100)


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
    """Statistics of full tables, so that the first plans are good ones."""
    _run("VACUUM (ANALYZE)")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
