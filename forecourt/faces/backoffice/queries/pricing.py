"""Prices as screens show them: in force, announced, and how they went."""

from datetime import timedelta
from typing import Any, Final

from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation

MATRIX: Final = sql.load(__file__, "price_matrix")
_ANNOUNCED: Final = """
SELECT price.id, price.product_id, product.code, product.name, price.station_id, price.price, price.effective_from,
       price.announced_at, price.announced_by
FROM catalogue_price AS price JOIN catalogue_product AS product ON product.id = price.product_id
WHERE price.effective_from > %(now)s AND price.withdrawn_at IS NULL
    AND (price.station_id IS NULL OR price.station_id = ANY(%(stations)s))
ORDER BY price.effective_from, product.code, price.station_id NULLS FIRST
LIMIT 200
"""
_EVERYWHERE: Final = """
SELECT DISTINCT ON (price.product_id) price.product_id, price.price, price.effective_from
FROM catalogue_price AS price JOIN catalogue_product AS product ON product.id = price.product_id AND product.kind = 'fuel'
WHERE price.station_id IS NULL AND price.effective_from <= %(now)s AND price.withdrawn_at IS NULL
ORDER BY price.product_id, price.effective_from DESC, price.id DESC
"""
_HISTORY: Final = """
SELECT product.code, product.name, price.price, price.effective_from
FROM catalogue_price AS price JOIN catalogue_product AS product ON product.id = price.product_id
WHERE product.kind = 'fuel' AND product.is_active AND price.withdrawn_at IS NULL
    AND (NOT %(liquid)s OR product.unit = 'volume')
    AND price.station_id IS NOT DISTINCT FROM %(station)s AND price.effective_from >= %(since)s
    AND price.effective_from <= %(now)s
ORDER BY price.effective_from, product.code
"""


def matrix(stations: list[int]) -> dict[tuple[int, int], dict[str, Any]]:
    """The price in force by (station, product)."""
    rows = sql.dicts(MATRIX, {"now": clock.now(), "stations": stations})
    return {(row["station_id"], row["product_id"]): row for row in rows if row["price"] is not None}


def everywhere() -> dict[int, dict[str, Any]]:
    """The prices in force that hold everywhere, by product."""
    return {row["product_id"]: row for row in sql.dicts(_EVERYWHERE, {"now": clock.now()})}


def at_station(station_id: int) -> dict[int, dict[str, Any]]:
    """The prices in force at one station, by product."""
    return {product: row for (_station, product), row in matrix([station_id]).items()}


def announced(actor: Actor, station_id: int | None = None) -> list[dict[str, Any]]:
    """Announced changes that have not begun, of the actor's stations or one, those that hold everywhere among them."""
    stations = [station.id for station in organisation.all_stations(actor)] if station_id is None else [station_id]
    return sql.dicts(_ANNOUNCED, {"now": clock.now(), "stations": stations})


def history(station_id: int | None, days: int = 365, *, liquid: bool = False) -> list[dict[str, Any]]:
    """How fuel prices went: the station's own, or those that held everywhere; of `liquid` fuels only, or of all."""
    now = clock.now()
    return sql.dicts(
        _HISTORY, {"station": station_id, "since": now - timedelta(days=days), "now": now, "liquid": liquid}
    )


def changes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Announced prices of one station (None: everywhere) and moment together: {"at", "station_id", "by", "ids", "prices"}."""
    groups: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["effective_from"], row["station_id"] or 0)):
        group = groups.setdefault(
            (row["effective_from"], row["station_id"]),
            {"at": row["effective_from"], "station_id": row["station_id"], "by": [], "ids": [], "prices": {}},
        )
        group["ids"].append(row["id"])
        group["prices"][row["product_id"]] = row
        if row["announced_by"] not in group["by"]:
            group["by"].append(row["announced_by"])
    return list(groups.values())
