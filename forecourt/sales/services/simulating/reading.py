"""Past sales as the engine takes them: with the price before offers, without what was refunded."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from forecourt import sales
from forecourt.catalogue.values import ProductFacts
from forecourt.kernel import sql
from forecourt.organisation.values import StationFacts
from forecourt.sales.values import Flag, KnownSale, NewLine, NewSale, NewTender

PAST_SALES: Final = sql.load(sales.__file__, "past_sales")
BEFORE: Final = """
SELECT customer_id, count(*), max(occurred_at) FROM sales_sale
WHERE business_date < %(since)s::date AND refund_of IS NULL AND net >= 0 AND customer_id > 0
  AND mod(customer_id, %(shares)s::int) = %(share)s::int
GROUP BY customer_id
"""


class Past(NamedTuple):
    """A sale as it was: what the engine needs, the tier it was rated in, and what it came to."""

    id: UUID
    known: KnownSale
    tier: str
    points: int
    discount: Decimal


class Share(NamedTuple):
    """Which share of the customers: number `share` of `shares`."""

    share: int = 0
    shares: int = 1


def past_sales(
    since: date,
    until: date,
    share: Share,
    stations: Mapping[int, StationFacts],
    products: Mapping[int, ProductFacts],
    digits: int,
    station_ids: Sequence[int] | None = None,
) -> Iterator[Past]:
    """The sales of these trading days, both included, in order. Read whole: ask for a month at most."""
    parameters = {
        "since": since,
        "until": until,
        "share": share.share,
        "shares": share.shares,
        "digits": digits,
        "station_ids": list(station_ids) if station_ids is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '192MB'")
    for row in sql.rows(PAST_SALES, parameters):
        yield _past(row, stations, products)


def _past(
    row: tuple[Any, ...],
    stations: Mapping[int, StationFacts],
    products: Mapping[int, ProductFacts],
) -> Past:
    sale_id, customer_id, day, station_id, occurred_at, pump, tier, paid, points, discount, is_blocked, text = row
    station = stations[station_id]
    lines = []
    facts = []
    for part in text.split(";"):
        product_id, quantity, amount, off = part.split("|")
        product = products.get(int(product_id))
        facts.append(product)
        lines.append(
            NewLine(
                product=product.code if product is not None else "?",
                quantity=Decimal(quantity),
                amount=Decimal(amount),
                discount=Decimal(off),
            )
        )
    sale = NewSale(
        station=station.code,
        source="",
        source_ref="",
        occurred_at=occurred_at,
        lines=tuple(lines),
        tenders=_tenders(paid or ""),
        business_date=day,
        pump=pump,
        pricing="offers",
    )
    known = KnownSale(
        sale=sale,
        station=station,
        business_date=day,
        customer_id=customer_id,
        is_member=customer_id > 0,
        products=tuple(facts),
        flags=(Flag.BLOCKED_CUSTOMER,) if is_blocked else (),
    )
    return Past(sale_id, known, tier, points, discount)


def _tenders(paid: str) -> tuple[NewTender, ...]:
    """How it was paid, by kind; what each came to then no longer matters."""
    kinds = {}
    for part in paid.split(";") if paid else ():
        kind, _, amount = part.rpartition("|")
        kinds[kind] = Decimal(amount)
    return tuple([NewTender(kind=kind, amount=amount) for kind, amount in kinds.items()])
