"""Past sales and refunds as the engine takes them: with the price before offers, in the order in which they happened."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from forecourt import sales
from forecourt.catalogue.values import ProductFacts
from forecourt.kernel import libpq, sql
from forecourt.kernel.money import ZERO
from forecourt.organisation.values import StationFacts
from forecourt.sales.values import Before, Flag, KnownSale, NewLine, NewSale, NewTender, Promise, RefundLine

PAST_SALES: Final = sql.load(sales.__file__, "past_sales")
REFUNDED: Final = """
SELECT DISTINCT refund_of FROM sales_sale WHERE refund_of IS NOT NULL AND business_date >= %(since)s::date
"""
PIECE: Final = 2000
"""Rows that are read at once."""
MOST_LINES_KEPT: Final = 20_000
STATION: Final = "dealer"
"""Who pays for offers at a station itself; others pay back what it took off for them."""


class Past(NamedTuple):
    """A sale as it was: what the engine needs, the tier it was rated in, and what it came to. `is_refunded`: keep it.
    `given` is what offers gave on it. `buyer_id` is who its customer is today. `recorded_at` stands only where somebody was
    ever one with that customer.
    """

    id: UUID
    known: KnownSale
    buyer_id: int
    recorded_at: datetime | None
    tier: str
    points: int
    is_refunded: bool
    given: "Given"


class Refund(NamedTuple):
    """A refund as it was, its figures negative: of which sale, whose (today), when, which lines, and what it came to."""

    refund_of: UUID
    buyer_id: int
    business_date: date
    at: datetime
    lines: tuple[RefundLine, ...]
    points: int
    net: Decimal
    volume: Decimal
    given: "Given"


class Share(NamedTuple):
    """Which share of the customers: number `share` of `shares`."""

    share: int = 0
    shares: int = 1


class Reader:
    """Reads one share of what was sold and refunded, as it comes from the server, however much there is; `where` says which.

    A sale that does not say its pricing comes as one at "offers", but for those which were paid in full: they keep none. Where
    the rules `differ` from those of then, of these only the ones that offers would have taken money off already.
    """

    def __init__(
        self,
        where: Mapping[str, Any],
        stations: Mapping[int, StationFacts],
        products: Mapping[int, ProductFacts],
        digits: int,
        *,
        differ: bool = False,
    ) -> None:
        self._stations = stations
        self._products = products
        self._where = {**where, "digits": digits, "differ": differ}
        self._lines: dict[tuple[str, Decimal], tuple[NewLine, ProductFacts | None]] = {}
        self._tenders: dict[tuple[str, bool], tuple[NewTender, ...]] = {}
        self._given: dict[str, Given] = {"": NOTHING}
        self._refunded: set[UUID] = set()

    def pieces(self) -> Iterator[list[Past | Refund]]:
        """What was sold on the trading days of the span, and what was refunded of it until today, piece by piece.

        Wants a transaction, which holds the cursor.
        """
        self._refunded = {row[0] for row in sql.rows(REFUNDED, self._where)}
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'")
        with connection.chunked_cursor() as cursor:
            libpq.load_timestamps(cursor.cursor.adapters)
            cursor.execute(PAST_SALES, self._where)
            while rows := cursor.fetchmany(PIECE):
                yield [self._refund(row) if row[1] is not None else self._past(row) for row in rows]

    def _past(self, row: tuple[Any, ...]) -> Past:
        sale_id, _, customer_id, day, station_id, occurred_at, pump, tier, pricing, points, is_blocked, _, _, paid = (
            row[:14]
        )
        given = self._of_offers(row[15] or "")
        tenders, paid_in_all = self._paid(paid) if paid else _UNPAID
        if not pricing and (given.discount or paid_in_all != row[11]):
            pricing = "offers"
        station = self._stations[station_id]
        found = [
            self._line(part, given.lines.get(number, ZERO))
            for number, part in enumerate((row[14] or "").split(";"), 1)
            if part
        ]
        known = KnownSale(
            sale=NewSale(
                station=station.code,
                source="",
                source_ref="",
                occurred_at=occurred_at,
                lines=tuple([line for line, _ in found]),
                tenders=tenders,
                business_date=day,
                pump=pump,
                pricing=pricing,
            ),
            station=station,
            business_date=day,
            customer_id=customer_id,
            is_member=customer_id > 0,
            products=tuple([facts for _, facts in found]),
            flags=(Flag.BLOCKED_CUSTOMER,) if is_blocked else (),
            promise=_promise(sale_id, customer_id, station_id, row[18], row[19]) if row[18] is not None else None,
        )
        buyer_id, recorded_at = row[16] or customer_id, row[17]
        is_refunded = sale_id in self._refunded
        return Past(sale_id, known, buyer_id, recorded_at, tier, points, is_refunded, given)

    def _of_offers(self, text: str) -> "Given":
        """What offers gave. Offers give the same again and again, but for coupons."""
        given = self._given.get(text)
        if given is None:
            given = _given(text)
            if len(self._given) >= MOST_LINES_KEPT:
                self._given = {"": NOTHING}
            if not given.coupons:
                self._given[text] = given
        return given

    def _line(self, text: str, off: Decimal) -> tuple[NewLine, ProductFacts | None]:
        """A line as the till sent it, without the `off` that offers gave. The same water is sold again and again."""
        known = self._lines.get((text, off))
        if known is not None:
            return known
        product_id, quantity, amount, discount, price = text.split("|")
        facts = self._products.get(int(product_id))
        own = Decimal(discount) - off
        line = NewLine(
            product=facts.code if facts is not None else "?",
            quantity=Decimal(quantity),
            amount=Decimal(amount) - own,
            unit_price=Decimal(price) if price else None,
            discount=own,
        )
        if len(self._lines) >= MOST_LINES_KEPT:
            self._lines.clear()
        self._lines[text, off] = (line, facts)
        return line, facts

    def _paid(self, text: str) -> tuple[tuple[NewTender, ...], Decimal]:
        """How it was paid, and how much in all. What a sole payment came to no longer matters, but that it was one."""
        kinds: dict[str, Decimal] = {}
        for part in text.split(";"):
            kind, _, amount = part.rpartition("|")
            kinds[kind] = kinds.get(kind, ZERO) + Decimal(amount)
        if len(kinds) > 1:
            tenders = tuple([NewTender(kind=kind, amount=amount) for kind, amount in kinds.items()])
            return tenders, sum(kinds.values(), ZERO)
        ((kind, sole),) = kinds.items()
        key = (kind, sole > 0)
        known = self._tenders.get(key)
        if known is None:
            known = self._tenders[key] = (NewTender(kind=kind, amount=sole),)
        return known, sole

    @staticmethod
    def _refund(row: tuple[Any, ...]) -> Refund:
        _, refund_of, customer_id, day, _, at, *_, points, _, net, volume, _, lines, given = row[:16]
        buyer_id = row[16] or customer_id
        wanted = []
        for part in lines.split(";") if lines else ():
            number, quantity, _ = part.split("|", 2)
            taken = -Decimal(quantity)
            wanted.append(RefundLine(line=int(number), quantity=taken or None))
        back = _given(given) if given else NOTHING
        return Refund(refund_of, buyer_id, day, at, tuple(wanted), points, net, volume, back)


def _promise(sale_id: UUID, customer_id: int, station_id: int, made_at: datetime, before: str | None) -> Promise:
    """What is left of a promise that was kept: when it was made, and what the member had done by then. It holds nothing."""
    return Promise(
        id=sale_id,
        customer_id=customer_id,
        station_id=station_id,
        made_at=made_at,
        before=_before(before) if before is not None else None,
    )


class Given(NamedTuple):
    """What offers gave: the money by line and in all, what goods cost that they handed over, the coupons that they used; by who
    paid, (money, what goods cost, points); what of money and goods others paid than the station (`borne`).
    """

    lines: dict[int, Decimal]
    discount: Decimal
    gifts: Decimal
    coupons: frozenset[UUID]
    payers: dict[str, tuple[Decimal, Decimal, int]]
    borne: Decimal


_before: Final = msgspec.json.Decoder(Before | None).decode
_NO_COUPONS: Final[frozenset[UUID]] = frozenset()
NOTHING: Final = Given({}, ZERO, ZERO, _NO_COUPONS, {}, ZERO)
_UNPAID: Final[tuple[tuple[NewTender, ...], Decimal | None]] = ((), None)
_NOT_PAID: Final = (ZERO, ZERO, 0)
_PARTED: Final = "\x1e"


def _given(text: str) -> Given:
    lines: dict[int, Decimal] = {}
    payers: dict[str, tuple[Decimal, Decimal, int]] = {}
    discount = gifts = ZERO
    coupons = set()
    for part in text.split(_PARTED):
        number, money, cost, bonus, coupon, funder = part.split("|", 5)
        line, off, goods, points = int(number), Decimal(money), Decimal(cost), int(bonus)
        lines[line] = lines[line] + off if line in lines else off
        discount += off
        gifts += goods
        if coupon:
            coupons.add(UUID(coupon))
        if off or goods or points:
            paid = payers.get(funder, _NOT_PAID)
            payers[funder] = (paid[0] + off, paid[1] + goods, paid[2] + points)
    own = payers.get(STATION, _NOT_PAID)
    borne = discount + gifts - own[0] - own[1]
    return Given(lines, discount, gifts, frozenset(coupons) if coupons else _NO_COUPONS, payers, borne)
