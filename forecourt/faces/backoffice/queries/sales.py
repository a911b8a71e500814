"""Sales as the back office lists and shows them, within the actor's stations."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from forecourt.faces.backoffice.queries.totals import Total, total
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions

_FILTER: Final = sql.load(__file__, "sales_filter")
MATCHING: Final = f"SELECT s.id FROM sales_sale AS s WHERE {_FILTER}"
PAGE: Final = sql.load(__file__, "sales_page").replace("{filter}", _FILTER)
BY_REFERENCE: Final = sql.load(__file__, "sales_by_reference")
OF_CUSTOMER: Final = sql.load(__file__, "customer_sales")
ONE: Final = sql.load(__file__, "one_sale")
LINES: Final = sql.load(__file__, "lines_of_sale")
_SOURCES: Final = """
WITH RECURSIVE step AS (
    SELECT s.id AS station_id, (SELECT min(source) FROM sales_claim WHERE station_id = s.id) AS source
    FROM unnest(%(stations)s::bigint[]) AS s (id)
    UNION ALL
    SELECT step.station_id, (SELECT min(source) FROM sales_claim WHERE station_id = step.station_id AND source > step.source)
    FROM step WHERE step.source IS NOT NULL
)
SELECT DISTINCT source FROM step WHERE source IS NOT NULL
"""
_PLACE: Final = """
SELECT station_id, business_date FROM sales_claim WHERE sale_id = %(sale_id)s AND station_id = ANY(%(stations)s)
"""
_FLAGGED_DAYS: Final = """
SELECT DISTINCT business_date FROM sales_repair
WHERE closed_at IS NULL AND station_id = ANY(%(stations)s) AND business_date BETWEEN %(since)s AND %(until)s
ORDER BY business_date DESC
"""
_REFUNDS: Final = """
SELECT id, source_ref, occurred_at, net, points_earned FROM sales_sale
WHERE customer_id = %(customer_id)s AND refund_of = %(sale_id)s ORDER BY occurred_at
"""
_REPAIR: Final = """
SELECT sale_id, flags, opened_at, closed_at, closed_by, note FROM sales_repair WHERE sale_id = %(sale_id)s
"""

Place = tuple[date, datetime, UUID]
"""Where a page ended: business date, moment, id."""


def stations_in_scope(actor: Actor, wanted: int | None = None) -> list[int]:
    """Ids of the actor's stations, or the one that is wanted; NotAllowed when that is out of scope."""
    actor.require(permissions.VIEW)
    if wanted is not None:
        actor.require_station(wanted)
        return [wanted]
    return [station.id for station in organisation.all_stations(actor)]


class Filter(Value):
    """What a list of sales is narrowed to: trading days, a station, "posted" or "flagged", members "yes" or "no", ..."""

    since: date
    until: date
    station: int | None = None
    status: str = ""
    member: str = ""
    grade: str = ""
    refunds: str = ""


def how_many(actor: Actor, wanted: Filter) -> Total:
    """How many sales a filter finds."""
    parameters = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    return total(MATCHING, parameters | {"stations": stations_in_scope(actor, wanted.station)})


def everything(actor: Actor, wanted: Filter, most: int) -> Iterator[dict[str, Any]]:
    """The sales of a filter one after the other, page by page, at most so many."""
    before, left = None, most
    while left > 0:
        size = min(left, 500)
        rows = page(actor, wanted, before=before, limit=size)
        yield from rows[:size]
        left -= size
        if len(rows) <= size:
            return
        last = rows[size - 1]
        before = (last["business_date"], last["occurred_at"], last["id"])


def page(actor: Actor, wanted: Filter, *, before: Place | None = None, limit: int = 50) -> list[dict[str, Any]]:
    """A page of sales, newest first, with one more than `limit` where there are more.

    Looks at one day, then three, nine, ...: the first page of a year costs what the first page of a day does.
    """
    scope, since = stations_in_scope(actor, wanted.station), wanted.since
    found: list[dict[str, Any]] = []
    until = min(wanted.until, before[0]) if before else wanted.until
    if wanted.status == "flagged":
        days = sql.rows(_FLAGGED_DAYS, {"stations": scope, "since": since, "until": until})
        windows: Iterable[tuple[date, date]] = [(day, day) for (day,) in days]
    else:
        windows = _widening(since, until)
    for first, last in windows:
        if len(found) > limit:
            break
        parameters = {
            "stations": scope,
            "since": first,
            "until": last,
            "status": wanted.status,
            "member": wanted.member,
            "grade": wanted.grade,
            "refunds": wanted.refunds,
            "limit": limit + 1 - len(found),
            **_place(before),
        }
        found += sql.dicts(PAGE, parameters)
    return found


def _widening(since: date, until: date) -> Iterator[tuple[date, date]]:
    """Windows of one day, three, nine... back from the last day to the first."""
    width = 1
    while until >= since:
        first = max(since, until - timedelta(days=width - 1))
        yield first, until
        until, width = first - timedelta(days=1), width * 3


def by_reference(actor: Actor, text: str, limit: int = 50) -> list[dict[str, Any]]:
    """Sales whose reference is or begins with a text, or the sale with that id."""
    scope = stations_in_scope(actor)
    sources = [row[0] for row in sql.rows(_SOURCES, {"stations": scope})]
    return sql.dicts(BY_REFERENCE, {"stations": scope, "sources": sources, "text": text, "limit": limit})


def of_customer(
    actor: Actor, family: Sequence[int], before: Place | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """A page of a customer's sales at the actor's stations, with one more than `limit` where there are more."""
    parameters = {"family": list(family), "stations": stations_in_scope(actor), "limit": limit + 1, **_place(before)}
    return sql.dicts(OF_CUSTOMER, parameters)


def _place(before: Place | None) -> dict[str, Any]:
    day, at, sale_id = before or (None, None, None)
    return {"before_day": day, "before_at": at, "before_id": sale_id}


def one(actor: Actor, sale_id: UUID) -> dict[str, Any]:
    """A sale with its lines, its refunds, what it is a refund of, and its repair. NotFound out of scope too."""
    place = sql.rows(_PLACE, {"sale_id": sale_id, "stations": stations_in_scope(actor)})
    found = sql.dicts(ONE, {"sale_id": sale_id, "station": place[0][0], "day": place[0][1]}) if place else []
    if not found:
        raise NotFound(f"There is no sale {sale_id} at your stations.")
    sale = found[0]
    key = {"customer_id": sale["customer_id"], "business_date": sale["business_date"], "sale_id": sale_id}
    sale["lines"] = sql.dicts(LINES, key)
    sale["refunds"] = sql.dicts(_REFUNDS, key)
    sale["repair"] = next(iter(sql.dicts(_REPAIR, key)), None)
    sale["tenders"] = msgspec.json.decode(sale.pop("payments"))
    return sale
