"""Routes of what products cost the retailer: for who may know it, so with scopes of their own."""

from datetime import datetime
from typing import Annotated

from ninja import Body as FromBody
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.catalogue import permissions, queries, services
from forecourt.catalogue.api.places import station_of
from forecourt.catalogue.api.schemas import OneOrMany
from forecourt.catalogue.values import CostView, NewCost, PriceState, Unit
from forecourt.kernel.schemas import (
    Body,
    Code,
    Cursor,
    Figure,
    Instant,
    KeyedRequest,
    Limit,
    Page,
    cursor_of,
    needs,
    position_of,
)

router = Router()


class CostBody(Body):
    """What a unit costs the retailer from a moment on, at one station or, with none named, everywhere; in the currency."""

    product: Code
    cost: Figure
    effective_from: Instant
    station: Annotated[str, StringConstraints(max_length=32)] = ""

    def to_value(self) -> NewCost:
        return NewCost(**dict(self))


class CostsNoted(Schema):
    """How many costs are new, and how many stood there already."""

    noted: int
    known: int


class ProductCostOut(Schema):
    """What a unit of a product costs from a moment on, in the currency; `station` is empty for a cost everywhere."""

    product: str
    name: str
    unit: Unit
    station: str
    cost: Figure
    effective_from: datetime
    recorded_at: datetime
    recorded_by: str

    @classmethod
    def of(cls, view: CostView) -> "ProductCostOut":
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class CostLineOut(ProductCostOut):
    """A line of the history of costs."""

    state: Annotated[PriceState, Field(description="`announced`: it is to come.")]


class CostsFilter(Schema):
    """Which costs to show: of one product, at one station, now or at a moment."""

    product: Annotated[str, Field(max_length=32)] = ""
    station: Annotated[str, Field(max_length=32)] = ""
    at: Instant | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


@router.get(
    "/costs",
    response=Page[ProductCostOut],
    operation_id="costs_in_force",
    summary="What products cost",
    openapi_extra=needs("costs:read"),
)
def list_costs(request: KeyedRequest, wanted: Query[CostsFilter]) -> Page[ProductCostOut]:
    """By product, then station, a cost everywhere first. With a station one line a product: its own cost, else everywhere's."""
    station_id = station_of(request, wanted.station, permissions.VIEW_COSTS).id if wanted.station else None
    found = queries.costs_in_force(
        request.actor,
        wanted.at,
        product=wanted.product,
        station_id=station_id,
        after=position_of(wanted.cursor, [str, str]) or ("", ""),
        limit=wanted.limit + 1,
    )
    page = found[: wanted.limit]
    more = cursor_of(page[-1].product, page[-1].station) if len(found) > wanted.limit else None
    return Page[ProductCostOut](items=[ProductCostOut.of(view) for view in page], next=more)


class CostHistoryFilter(Schema):
    """Whose costs over time: a product's, at one station or at all the key may see."""

    product: Annotated[str, Field(min_length=1, max_length=32)]
    station: Annotated[str, Field(max_length=32)] = ""
    limit: Limit = 50


@router.get(
    "/costs/history",
    response=Page[CostLineOut],
    operation_id="costs_history",
    summary="What a product cost over time",
    openapi_extra=needs("costs:read"),
)
def list_history(request: KeyedRequest, wanted: Query[CostHistoryFilter]) -> Page[CostLineOut]:
    """Newest first, costs to come too, those everywhere among them; at most `limit`, one page only."""
    request.actor.require(permissions.VIEW_COSTS)
    station_id = station_of(request, wanted.station, permissions.VIEW_COSTS).id if wanted.station else None
    product = queries.product_facts(wanted.product)
    found = queries.cost_history(request.actor, product.id, station_id=station_id, limit=wanted.limit)
    return Page[CostLineOut](items=[CostLineOut.of(line) for line in found])


@router.post(
    "/costs",
    response={201: CostsNoted},
    operation_id="costs_note",
    summary="Note what products cost",
    openapi_extra=needs("costs:write"),
)
def note_costs(request: KeyedRequest, costs: FromBody[OneOrMany[CostBody]]) -> Status[CostsNoted]:
    """One object or a list of up to 10,000, all or none. The same cost sent again changes nothing.

    What was rated already is not rated again; offers and simulations go by the cost as of the time of a sale.
    """
    wanted = costs if isinstance(costs, list) else [costs]
    found = services.note_costs(request.actor, [cost.to_value() for cost in wanted])
    return Status(201, CostsNoted(noted=found.noted, known=found.known))
