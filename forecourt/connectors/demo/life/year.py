"""The days pass by: people join, deeds are done, sales are made, and what runs by itself runs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final, Protocol

from django.db import connection

from forecourt.connectors.demo.enrolment import new_customer
from forecourt.connectors.demo.life import books, families, gatherings, offering, playing, prizes, programmes
from forecourt.connectors.demo.life.tickets import Tickets
from forecourt.connectors.demo.life.till import Till
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.seasons import Day
from forecourt.connectors.demo.trade import Sold, Trade
from forecourt.connectors.demo.values import Member
from forecourt.customers import services as customers
from forecourt.kernel import clock, readers
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.loyalty import services as loyalty
from forecourt.sales import services as sales
from forecourt.sales.values import NewRefund, Receipt, SaleStatus

ANALYZE: Final = (
    "ANALYZE sales_claim, loyalty_balance, customers_customer, customers_identity, customers_vehicle, coupons_coupon"
)
"""Every month of the load: plans made for empty tables read the whole of full ones."""
ENROLMENT_LIST: Final = 5000
_A_TURN: Final = 250
"""Sales that are worth a turn of their own: small chains pass several days at once, up to a week."""
_WEEK: Final = 7
_GIFTS_EVERY, _CHANCES_EVERY, _LOOKS_EVERY = 4, 3, 3
"""Days: what is due in between comes a little late, as where a worker rested."""
_CHANCES: Final = ("games.",)
_WEEKLY: Final = ("games.", "occasions.", "loyalty.", "coupons.", "rewards.")
_BALANCES: Final = ("loyalty.handlers.",)
_PROFILES: Final = ("sales.handlers.refresh_profiles",)
"""Whose readers keep up. Profiles, by which gifts are given, are made seldom and sums once, which is much quicker."""
_PROFILES_FROM, _PROFILES_EVERY = 28, 80


class Told(Protocol):
    """What is counted while the days pass."""

    customers: int
    sales: int
    member_sales: int
    flagged: int
    refunded: int
    lines: int
    net: str
    offered: str
    tier_changes: int


class Tell(Protocol):
    def __call__(self, step: str, done: int, total: int) -> None: ...


class Year:
    """All days of a demonstration, in turns of one day or, where little happens, of some."""

    def __init__(self, world: World, trade: Trade, tell: Tell, summary: Told) -> None:
        self._world, self._trade, self._tell, self._summary = world, trade, tell, summary
        self._expected = world.sizes.expected_sales
        self._net = self._offered = Decimal(0)
        self._joining = sorted(
            (one for one in world.members if one.joined_day >= 0), key=lambda one: (one.joined, one.index)
        )
        self._joined = 0
        self._closing: Future[int] | None = None
        self._tickets = Tickets(world)
        running = offering.plan(world)
        programmes.plan(world, self._tickets)
        prizes.Rewards(world, self._tickets)
        playing.Games(world, self._tickets)
        families.plan(world)
        gatherings.plan(world)
        books.plan(world)
        self._till = Till(world, self._tickets, trade.shop_prices, running)

    def pass_by(self) -> None:
        """Live all the days."""
        world = self._world
        with clock.as_of(world.span.moment(0)):
            readers.register_cursors()
            self._enrol([one for one in world.members if one.joined_day < 0])
        length = min(_WEEK, max(1, round(_A_TURN * world.span.days / max(1, self._expected))))
        waiting: list[Sold] = []
        days = _Ahead(self._trade.days())
        world.lanes.spare = days.make_next
        for day, sold in days:
            waiting += sold
            is_last = day.offset == world.span.days - 1
            if (day.offset + 1) % length == 0 or is_last:
                self._turn(day.offset - (day.offset % length), day.offset, waiting, is_last=is_last)
                waiting = []
        self._summary.net = f"{self._net:.2f}"
        self._summary.offered = f"{self._offered:.2f}"
        self._tell("sales", self._summary.sales, self._summary.sales)

    def _turn(self, first: int, last: int, sold: Sequence[Sold], *, is_last: bool) -> None:
        """Some days: what is planned for them, who joins on them, what is sold, and at the end what runs by itself."""
        world = self._world
        end = world.span.until if is_last else world.span.moment(last + 1) - timedelta(minutes=1)
        if any(offset % _LOOKS_EVERY == 0 for offset in range(first, last + 1)):
            with clock.as_of(world.span.moment(first)):  # before the first sale of the turn, in which coupons are used
                self._tickets.look()
        for offset in range(first, last + 1):
            self._morning(offset, min(end, world.span.moment(offset, 6 * 3600 + 600)))
        world.live_until(end)
        with clock.as_of(end):
            self._enrol_until(end)
        for one, receipt in self._till.sell(sold, end, all_of_it=is_last or first < last):
            self._count(one, receipt)
            if one.refunded_at is not None:
                with clock.as_of(end):
                    self._refund(one, receipt, min(one.refunded_at, end))  # not on a day that has not come
        self._tell("sales", self._summary.sales, max(self._expected, self._summary.sales + 1))
        if is_last:
            self._see_books_closed()
            with clock.as_of(end):
                self._run_by_itself()

    def _morning(self, offset: int, at: datetime) -> None:
        """What a worker does early on a day, and once a week, and on the first of a month."""
        world = self._world
        self._see_books_closed()
        world.live_until(world.span.moment(offset))
        with clock.as_of(world.span.moment(offset)):
            self._enrol_until(clock.now())
        world.live_until(at)
        with clock.as_of(at):
            is_first = world.today.day == 1 and offset > 0
            if is_first:
                self._summary.tier_changes += sales.review_tiers(world.system, world.today)
                loyalty.warn_of_expiry(world.system, world.today)
            if offset % _CHANCES_EVERY == 0 and playing.is_on():
                world.lanes.read_on(_CHANCES)
            self._closing = world.lanes.meanwhile(_analyze_and_close if is_first else books.close_days)
            if offset % _GIFTS_EVERY == 0 and families.give_gifts(world):
                for template in ("BDAY-20", "WASH-FINE"):
                    self._tickets.look_for_new(template)
            if offset % _PROFILES_EVERY == _PROFILES_FROM:
                world.lanes.read_on(_PROFILES)
            if offset % _WEEK == 0:
                self._run_by_itself()

    def _see_books_closed(self) -> None:
        """Wait for the days that are being closed beside; no deed of another day may come between."""
        if self._closing is not None:
            self._world.done["days_closed"] += self._closing.result()
            self._closing = None

    def _run_by_itself(self) -> None:
        self._world.lanes.read_on(_WEEKLY)
        families.weekly(self._world)
        playing.tidy(self._world)
        prizes.end_what_was_not_collected(self._world)
        for template in ("FUEL-10", "COFFEE-FREE", "WASH-FREE"):
            self._tickets.look_for_new(template)

    def _enrol_until(self, moment: datetime) -> None:
        new = []
        while self._joined < len(self._joining) and self._joining[self._joined].joined <= moment:
            new.append(self._joining[self._joined])
            self._joined += 1
        if new:
            self._enrol(new)

    def _enrol(self, members: Sequence[Member]) -> None:
        for start in range(0, len(members), ENROLMENT_LIST):
            part = members[start : start + ENROLMENT_LIST]
            new = [new_customer(member, self._world.chain) for member in part]
            for member, answer in zip(part, customers.create_customers(self._world.system, new), strict=True):
                if isinstance(answer, Problem):
                    raise answer
                member.id = answer
            self._summary.customers += len(part)
        if any(member.kind == "business" for member in members):
            self._world.lanes.read_on(_BALANCES)  # a business begins in a tier of its own, which tills must know
        self._tell("customers", self._summary.customers, len(self._world.members))

    def _count(self, one: Sold, receipt: Receipt) -> None:
        summary = self._summary
        summary.sales += 1
        summary.lines += len(one.sale.lines)
        summary.member_sales += receipt.customer_id is not None
        summary.flagged += receipt.status is SaleStatus.FLAGGED
        self._net += receipt.totals.net
        self._offered += sum((given.discount for given in receipt.offers), Decimal(0))

    def _refund(self, one: Sold, receipt: Receipt, at: datetime) -> None:
        refund = NewRefund(
            source_ref=f"{one.sale.source_ref}-R", occurred_at=at, reason="顾客退货", staff=one.sale.staff
        )
        given_back = sales.refund_sale(self._world.system, receipt.id, refund)
        self._summary.refunded += 1
        self._net += given_back.totals.net


class _Ahead:
    """Days of trade, of which the next one may be made while there is nothing else to do."""

    def __init__(self, days: Iterator[tuple[Day, list[Sold]]]) -> None:
        self._days = days
        self._next: list[tuple[Day, list[Sold]]] = []

    def make_next(self) -> None:
        if not self._next:
            self._next = list(islice(self._days, 1))

    def __iter__(self) -> Iterator[tuple[Day, list[Sold]]]:
        self.make_next()
        while self._next:
            yield self._next.pop()
            self.make_next()


def _analyze_and_close(actor: Actor) -> int:
    """Once a month: statistics, then the books of the days that are over."""
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE)
    return books.close_days(actor)
