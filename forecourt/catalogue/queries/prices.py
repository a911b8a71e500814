"""Prices as of a moment, their history, and what is announced."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final

from forecourt import catalogue
from forecourt.catalogue import permissions
from forecourt.catalogue.values import NextChange, PriceState, PriceView
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor

_PRICES_IN_FORCE: Final = sql.load(catalogue.__file__, "prices_in_force")
_PRICE_HISTORY: Final = sql.load(catalogue.__file__, "price_history")
_NEXT_CHANGES: Final = sql.load(catalogue.__file__, "next_changes")


def prices_in_force(station_id: int, product_ids: Collection[int], at: datetime) -> dict[int, Decimal]:
    """The prices at a station at a moment, by product id, in the currency per unit; one without a price is missing."""
    return prices_at_stations([station_id], product_ids, at)[station_id]


def prices_at_stations(
    station_ids: Collection[int], product_ids: Collection[int], at: datetime
) -> dict[int, dict[int, Decimal]]:
    """The prices at each of these stations at a moment, by station id, then product id. One statement."""
    everywhere: dict[int, Decimal] = {}
    own: dict[int, dict[int, Decimal]] = {station_id: {} for station_id in station_ids}
    parameters = {"station_ids": list(station_ids), "product_ids": list(product_ids), "at": at}
    for product_id, station_id, price in sql.rows(_PRICES_IN_FORCE, parameters):
        (everywhere if station_id is None else own[station_id])[product_id] = price
    return {station_id: everywhere | prices for station_id, prices in own.items()}


def price_history(product_id: int, station_id: int | None = None, *, limit: int = 200) -> list[PriceView]:
    """A product's prices, newest first, announced and withdrawn ones too: a station's and those everywhere.

    All stations' when none is named; the caller keeps to its scope.
    """
    parameters = {"product_id": product_id, "station_id": station_id, "now": clock.now(), "limit": limit}
    rows = sql.dicts(_PRICE_HISTORY, parameters)
    return [PriceView(**row | {"state": PriceState(row["state"])}) for row in rows]


def next_changes(actor: Actor, *, limit: int = 50) -> list[NextChange]:
    """Announced price changes still to come in the actor's scope, the nearest first, beside what is in force now."""
    actor.require(permissions.VIEW)
    now = clock.now()
    stations = None if actor.stations is None else list(actor.stations)
    rows = sql.dicts(_NEXT_CHANGES, {"now": now, "stations": stations, "limit": limit})
    # a station that is none stands for those everywhere
    present = prices_at_stations({row["station_id"] or 0 for row in rows}, {row["product_id"] for row in rows}, now)
    return [
        NextChange(
            id=row["id"],
            product=row["product"],
            product_name=row["product_name"],
            station=row["station"],
            price=row["price"],
            before=present[row["station_id"] or 0].get(row["product_id"]),
            effective_from=row["effective_from"],
            announced_by=row["announced_by"],
        )
        for row in rows
    ]
