"""Lists of customers and what one of them does, within the actor's stations where sales are read."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from forecourt.customers import permissions
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerLine, TagCount
from forecourt.faces.backoffice.queries.sales import stations_in_scope
from forecourt.faces.backoffice.queries.totals import Total, total
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Value

BY_VISIT: Final = sql.load(__file__, "customers_by_visit")
MATCHING: Final = sql.load(__file__, "customers_matching")
NO_VISIT: Final = sql.load(__file__, "customers_without_visit")
MONTHS: Final = sql.load(__file__, "customer_months")
PLACES: Final = sql.load(__file__, "customer_places")
HOURS: Final = sql.load(__file__, "customer_hours")
PRODUCTS: Final = sql.load(__file__, "customer_products")

VISITS: Final = {"30": (30, None), "90": (90, 30), "lost": (None, 90)}
"""Choices of last visit: seen within so many days, but not within so many. "never" is those who never bought."""


_tags: tuple[float, list[TagCount]] | None = None
_TAGS_KEPT_SECONDS: Final = 60.0


def tags() -> list[TagCount]:
    """The tags in use, those of most customers first; up to a minute old, for counting them reads every customer."""
    global _tags  # noqa: PLW0603 - one memory a process
    kept, now = _tags, time.monotonic()
    if kept is None or now - kept[0] > _TAGS_KEPT_SECONDS:
        kept = _tags = (now, customers.tags(50))
    return kept[1]


def forget_tags() -> None:
    """Count anew next time, after this process changed some."""
    global _tags  # noqa: PLW0603
    _tags = None


class Filter(Value):
    """What a list of customers is narrowed to; `visit` is a key of VISITS or "never"."""

    kind: str = ""
    tier: str = ""
    home: int | None = None
    tag: str = ""
    visit: str = ""


def page(actor: Actor, wanted: Filter, after: str = "", limit: int = 50) -> tuple[list[CustomerLine], str]:
    """Customers by last visit, then those who never came; and where the page ended, empty when that was all."""
    actor.require(permissions.VIEW)
    at, after_id = _place(after)
    found: list[tuple[int, str]] = []
    if wanted.visit != "never" and not after.startswith("n"):
        parameters = _parameters(wanted) | {"after_at": at, "after_id": after_id, "limit": limit + 1}
        found = [(row[0], f"v{row[1].isoformat()}_{row[0]}") for row in sql.rows(BY_VISIT, parameters)]
        after_id = None
    if wanted.visit in {"", "never"} and len(found) <= limit:
        parameters = _parameters(wanted) | {"after_id": after_id, "limit": limit + 1 - len(found)}
        found += [(row[0], f"n_{row[0]}") for row in sql.rows(NO_VISIT, parameters)]
    shown = found[:limit]
    return customers.lines([customer_id for customer_id, _ in shown]), shown[-1][1] if len(found) > limit else ""


def _place(after: str) -> tuple[datetime | None, int | None]:
    try:
        at, _, customer_id = after[1:].partition("_")
        return (datetime.fromisoformat(at) if at else None, int(customer_id)) if after else (None, None)
    except ValueError:
        return None, None


def _parameters(wanted: Filter) -> dict[str, Any]:
    within, without = VISITS.get(wanted.visit, (None, None))
    now = clock.now()
    return {
        "kind": wanted.kind,
        "tier": wanted.tier,
        "home": wanted.home,
        "tag": wanted.tag,
        "visited_since": now - timedelta(days=within) if within else None,
        "visited_until": now - timedelta(days=without) if without else None,
    }


def how_many(actor: Actor, wanted: Filter) -> Total:
    """How many customers a filter finds."""
    actor.require(permissions.VIEW)
    return total(MATCHING, _parameters(wanted) | {"never": wanted.visit == "never"})


def everyone(actor: Actor, wanted: Filter, most: int) -> Iterator[CustomerLine]:
    """The customers of a filter one after the other, page by page, at most so many."""
    after, left = "", most
    while left > 0:
        lines, after = page(actor, wanted, after, min(left, 500))
        yield from lines
        left -= len(lines)
        if not after:
            return


def found_ids(actor: Actor, text: str) -> list[int]:
    """Ids of the customers a text leads to, at most ten."""
    return [line.id for line in customers.search(actor, text, limit=10).items]


def found_families(actor: Actor, text: str) -> list[int]:
    """The same with all who were merged into them: what lists of what is theirs look for."""
    return [member for found in found_ids(actor, text) for member in customers.family_ids(found)]


def habits(actor: Actor, family: Sequence[int], today: date) -> dict[str, Any]:
    """Twelve months of volume and shop, favourite stations, visits by weekday and hour, usual products."""
    scope = {"family": list(family), "stations": stations_in_scope(actor)}
    year = scope | {"since": today - timedelta(days=365)}
    first = (today.replace(day=1) - timedelta(days=330)).replace(day=1)
    return {
        "months": {row["month"]: row for row in sql.dicts(MONTHS, scope | {"since": first})},
        "first_month": first,
        "places": sql.dicts(PLACES, year),
        "hours": {(weekday, hour): visits for weekday, hour, visits in sql.rows(HOURS, year)},
        "products": sql.dicts(PRODUCTS, year),
    }


_USABLE: Final = """
SELECT count(*) FROM coupons_coupon
WHERE customer_id = ANY(%(family)s::bigint[]) AND status = 'active' AND active_from <= %(today)s
  AND (expires_on IS NULL OR expires_on >= %(today)s)
"""


def usable_coupons(family: list[int], today: date) -> int:
    """How many coupons a customer can use today."""
    return int(sql.rows(_USABLE, {"family": family, "today": today})[0][0])
