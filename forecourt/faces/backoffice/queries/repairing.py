"""The repair queue, within the actor's stations."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from forecourt.faces.backoffice.queries.sales import stations_in_scope
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor

OPEN: Final = sql.load(__file__, "open_repairs")
SALES: Final = sql.load(__file__, "repaired_sales")
UNKNOWN: Final = sql.load(__file__, "unknown_codes")
_WAITING_FOR_PRODUCT: Final = """
SELECT sale_id, customer_id, business_date FROM sales_repair
WHERE closed_at IS NULL AND station_id = ANY(%(stations)s) AND 'unknown_product' = ANY(flags)
ORDER BY opened_at LIMIT 5000
"""


def waiting(
    actor: Actor,
    *,
    station: int | None,
    flag: str,
    before: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Sales to repair, the oldest first, opened before a moment; one more than `limit` where there are more."""
    at, sale_id = after or (None, None)
    parameters = {
        "stations": stations_in_scope(actor, station),
        "flag": flag,
        "before": before,
        "after": at,
        "after_id": sale_id,
        "limit": limit + 1,
    }
    repairs = sql.dicts(OPEN, parameters)
    found = sql.dicts(
        SALES,
        {
            "stations": sorted({row["station_id"] for row in repairs}),
            "days": sorted({row["business_date"] for row in repairs}),
            "ids": [row["sale_id"] for row in repairs],
        },
    )
    sales = {row["id"]: row for row in found}
    return [{**sales[row["sale_id"]], **row} for row in repairs if row["sale_id"] in sales]


def unknown_codes(actor: Actor, station: int | None = None) -> list[dict[str, Any]]:
    """Product codes nobody knows, with the sales that wait for each."""
    repairs = sql.rows(_WAITING_FOR_PRODUCT, {"stations": stations_in_scope(actor, station)})
    if not repairs:
        return []
    ids, customers, days = (list(column) for column in zip(*repairs, strict=True))
    return sql.dicts(UNKNOWN, {"ids": ids, "customers": sorted(set(customers)), "days": sorted(set(days))})
