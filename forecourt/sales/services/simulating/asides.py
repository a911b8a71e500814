"""What is not simulated and counts as it was: what was before the span; in it sales that were repaired, and other stations'."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from forecourt import sales
from forecourt.kernel import libpq, sql
from forecourt.kernel.money import ZERO
from forecourt.offers.rules.matching import Book
from forecourt.offers.values import Per
from forecourt.sales.rules import Used, counted_since
from forecourt.sales.services.giving_back import given_back, versions
from forecourt.sales.values import Award

ASIDES: Final = sql.load(sales.__file__, "asides")
LIMITS_BEFORE: Final = sql.load(sales.__file__, "limits_before")
BUDGETS_BEFORE: Final = sql.load(sales.__file__, "budgets_before")
PIECE: Final = 2000
MOVED: Final = """
SELECT booked_customer_id, customer_id FROM sales_repair WHERE booked_customer_id > 0 AND customer_id > 0
"""


class Aside(NamedTuple):
    """What changed for the sales after a moment of a trading day: a customer's visits (so many more, by a sale that occurred
    then), what offers gave them on the day of the sale, what budgets of everybody paid, by their names.
    """

    day: date
    moment: datetime
    customer_id: int
    sold_on: date
    occurred_at: datetime
    visits: int
    awards: tuple[Award, ...]
    pays: dict[str, Decimal]
    is_repaired: bool


def asides(where: Mapping[str, Any]) -> Iterator[Aside]:
    """All of a span, in the order of trading days and time, as they come from the server. Wants a transaction."""
    offer_of = versions()
    with connection.chunked_cursor() as cursor:
        libpq.load_timestamps(cursor.cursor.adapters)
        cursor.execute(ASIDES, where)
        while rows := cursor.fetchmany(PIECE):
            for (
                day,
                moment,
                customer_id,
                station_id,
                sold_on,
                occurred_at,
                visits,
                text,
                times,
                pays,
                is_repaired,
            ) in rows:
                awards = tuple([_award(part, times) for part in text.split(";")]) if text else ()
                paid = given_back(awards, offer_of, station_id, sold_on) if pays else {}
                spent = {key: -amount for key, amount in paid.items()}
                yield Aside(day, moment, customer_id, sold_on, occurred_at, visits, awards, spent, is_repaired)


def _award(text: str, times: int) -> Award:
    offer_id, version, discount, quantity, uses, points = text.split("|")
    return Award(
        0,
        int(offer_id),
        "",
        int(version),
        "",
        Decimal(discount) * times,
        Decimal(quantity) * times,
        int(points) * times,
        int(uses) * times,
    )


def moved() -> list[tuple[int, int]]:
    """Members between whom repairs moved sales."""
    return sql.rows(MOVED)


def given_before(book: Book, where: Mapping[str, Any]) -> dict[tuple[int, int], list[Used]]:
    """What customers' own limits count of the time before the span, by customer and offer. One statement at most."""
    since = where["since"]
    firsts = [counted_since(live, since) for live in book.offers if live.limits_customers]
    if not firsts or min(firsts) >= since:
        return {}
    found: dict[tuple[int, int], list[Used]] = {}
    where = {**where, "offer_ids": sorted(book.limited_ids), "first": min(firsts)}
    for customer_id, offer_id, *used in sql.rows(LIMITS_BEFORE, where):
        found.setdefault((customer_id, offer_id), []).append(Used(*used))
    return found


def spent_before(book: Book, since: date) -> dict[str, Decimal]:
    """What budgets of everybody had paid before the span, by their names. One statement at most."""
    lasting = {
        live.id for live in book.offers if any(budget.per in (Per.TOTAL, Per.STATION) for budget in live.budgets)
    }
    if not lasting:
        return {}
    spent: dict[str, Decimal] = {}
    offer_of, day = versions(), since - timedelta(days=1)
    where = {"offer_ids": sorted(lasting), "since": since}
    for offer_id, version, station_id, discount, quantity, uses, points in sql.rows(BUDGETS_BEFORE, where):
        award = Award(0, offer_id, "", version, "", discount, quantity, points, uses)
        for key, amount in given_back([award], offer_of, station_id, day).items():
            spent[key] = spent.get(key, ZERO) - amount
    return spent
