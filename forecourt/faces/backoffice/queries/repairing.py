"""The repair queue, within the actor's stations."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from forecourt.faces.backoffice.queries.sales import stations_in_scope
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor

OPEN: Final = sql.load(__file__, "open_repairs")
UNKNOWN: Final = sql.load(__file__, "unknown_codes")


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
    return sql.dicts(OPEN, parameters)


def unknown_codes(actor: Actor, station: int | None = None) -> list[dict[str, Any]]:
    """Product codes nobody knows, with the sales that wait for each."""
    return sql.dicts(UNKNOWN, {"stations": stations_in_scope(actor, station)})
