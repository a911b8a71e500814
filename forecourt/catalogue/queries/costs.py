"""What products cost the retailer: in force at a moment, over time, and as the engine takes it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from forecourt import catalogue
from forecourt.catalogue import permissions, rules
from forecourt.catalogue.queries.products import product_facts
from forecourt.catalogue.values import CostView, PriceState, Unit
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation

_COSTS: Final = (
    "SELECT product_id, station_id, effective_from, cost FROM catalogue_cost "
    "WHERE product_id = ANY(%(ids)s::bigint[]) ORDER BY effective_from, id"
)
_WITHOUT: Final = sql.load(catalogue.__file__, "products_without_cost")
_IN_FORCE: Final = sql.load(catalogue.__file__, "costs_in_force")
_COST_HISTORY: Final = sql.load(catalogue.__file__, "cost_history")


def costs(product_ids: Collection[int]) -> rules.History:
    """What these products cost; `rules.in_force_at` finds what was so at a moment. One statement."""
    found: rules.History = {}
    for product_id, station_id, since, cost in sql.rows(_COSTS, {"ids": sql.array(sorted(product_ids))}):
        found.setdefault((product_id, station_id), []).append((since, cost))
    return found


def products_with_costs() -> list[int]:
    """The products of which a cost is known."""
    return [row[0] for row in sql.rows("SELECT DISTINCT product_id FROM catalogue_cost")]


def products_without_cost(limit: int = 500) -> list[int]:
    """Products on sale of which no cost is known yet at one open station at least: the first of them by code."""
    stations = organisation.open_station_ids()
    return [row[0] for row in sql.rows(_WITHOUT, {"now": clock.now(), "stations": stations, "limit": limit})]


def costs_in_force(
    actor: Actor,
    at: datetime | None = None,
    *,
    product: str = "",
    station_id: int | None = None,
    after: tuple[str, str] = ("", ""),
    limit: int = 50,
) -> list[CostView]:
    """What products cost now or at a moment, in the actor's scope, by product, then station, from the one after `after`.

    Everywhere (an empty station) comes before stations. With a station, what holds there: its own cost, else that of
    everywhere. NotFound for a product that is not there.
    """
    actor.require(permissions.VIEW_COSTS)
    return _views(
        _IN_FORCE,
        at=at or clock.now(),
        product_id=product_facts(product).id if product else None,
        station_id=station_id,
        stations=_scope(actor),
        after_product=after[0],
        after_station=after[1],
        limit=limit,
    )


def cost_history(actor: Actor, product_id: int, *, station_id: int | None = None, limit: int = 200) -> list[CostView]:
    """What a product cost over time, newest first, what is to come too: everywhere and at stations in the actor's scope."""
    actor.require(permissions.VIEW_COSTS)
    return _views(
        _COST_HISTORY,
        product_id=product_id,
        station_id=station_id,
        stations=_scope(actor),
        now=clock.now(),
        limit=limit,
    )


def _scope(actor: Actor) -> list[int] | None:
    return None if actor.stations is None else sorted(actor.stations)


def _views(statement: str, **parameters: Any) -> list[CostView]:
    return [
        CostView(**row | {"state": PriceState(row["state"]), "unit": Unit(row["unit"])})
        for row in sql.dicts(statement, parameters)
    ]
