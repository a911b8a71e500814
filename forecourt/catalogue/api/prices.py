"""Routes of prices."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Body as FromBody
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.catalogue import permissions, queries, services
from forecourt.catalogue.api.places import station_of
from forecourt.catalogue.api.schemas import OneOrMany
from forecourt.catalogue.values import (
    NewPrice,
    PriceView,
    Unit,
)
from forecourt.kernel import clock
from forecourt.kernel.schemas import (
    Body,
    Code,
    Cursor,
    Figure,
    Id,
    Instant,
    KeyedRequest,
    Limit,
    Page,
    cursor_of,
    needs,
    position_of,
)

router = Router()


class PriceBody(Body):
    """A price from a moment on, at one station or, with none named, everywhere; in the currency per unit."""

    product: Code
    price: Figure
    effective_from: Instant
    station: Annotated[str, StringConstraints(max_length=32)] = ""

    def to_value(self) -> NewPrice:
        return NewPrice(**dict(self))


class PricesAnnounced(Schema):
    """The ids of the prices, in the order given; an announced price is withdrawn by its id."""

    ids: list[int]


class PriceOut(Schema):
    """What a product costs at a station at a moment, in the currency per unit."""

    product: str
    name: str
    unit: Unit
    price: Figure


class PriceLineOut(Schema):
    """A line of a price history. `station` is empty for a price everywhere."""

    id: int
    station: str
    price: Figure
    effective_from: datetime
    announced_at: datetime
    announced_by: str
    withdrawn_at: datetime | None
    state: Literal["announced", "in_force", "past", "withdrawn"]

    @classmethod
    def of(cls, view: PriceView) -> "PriceLineOut":
        values = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**{**values, "state": view.state.value})


class InForceFilter(Schema):
    """Which prices to show: at a station, of one product or of all that are on sale, now or at a moment."""

    station: Annotated[str, Field(min_length=1, max_length=32)]
    product: Annotated[str, Field(max_length=32)] = ""
    at: Instant | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


@router.get(
    "/prices",
    response=Page[PriceOut],
    operation_id="prices_in_force",
    summary="Prices in force at a station",
    openapi_extra=needs("catalogue:read"),
)
def list_prices(request: KeyedRequest, wanted: Query[InForceFilter]) -> Page[PriceOut]:
    """By product code. A product without a price is left out, so a page may hold fewer than `limit`."""
    station = station_of(request, wanted.station, permissions.VIEW)
    after = position_of(wanted.cursor, [str]) or ("",)
    if wanted.product:
        found = [queries.product(request.actor, wanted.product)]
    else:
        found = queries.list_products(request.actor, only_active=True, after=after[0], limit=wanted.limit + 1)
    prices = queries.prices_in_force(station.id, [view.id for view in found], wanted.at or clock.now())
    more = cursor_of(found[wanted.limit - 1].code) if len(found) > wanted.limit else None
    items = [
        PriceOut(product=view.code, name=view.name, unit=view.unit, price=prices[view.id])
        for view in found[: wanted.limit]
        if view.id in prices
    ]
    return Page[PriceOut](items=items, next=more)


class HistoryFilter(Schema):
    """Whose price history: a product's, at one station or at all the key may see."""

    product: Annotated[str, Field(min_length=1, max_length=32)]
    station: Annotated[str, Field(max_length=32)] = ""
    limit: Limit = 50


@router.get(
    "/prices/history",
    response=Page[PriceLineOut],
    operation_id="prices_history",
    summary="The price history of a product",
    openapi_extra=needs("catalogue:read"),
)
def list_history(request: KeyedRequest, wanted: Query[HistoryFilter]) -> Page[PriceLineOut]:
    """Newest first, announced and withdrawn prices too, those everywhere among them; at most `limit`, one page only."""
    station_id = station_of(request, wanted.station, permissions.VIEW).id if wanted.station else None
    product = queries.product(request.actor, wanted.product)
    found = queries.price_history(product.id, station_id, limit=wanted.limit)
    items = [
        PriceLineOut.of(line) for line in found if line.station_id is None or request.actor.may_at(line.station_id)
    ]
    return Page[PriceLineOut](items=items)


@router.post(
    "/prices",
    response={201: PricesAnnounced},
    operation_id="prices_announce",
    summary="Announce prices",
    openapi_extra=needs("catalogue:write"),
)
def announce_prices(request: KeyedRequest, prices: FromBody[OneOrMany[PriceBody]]) -> Status[PricesAnnounced]:
    """One object or a list of up to 10,000. A price takes effect by itself; the same one sent again changes nothing."""
    wanted = prices if isinstance(prices, list) else [prices]
    ids = services.announce_prices(request.actor, [price.to_value() for price in wanted])
    return Status(201, PricesAnnounced(ids=ids))


@router.delete(
    "/prices/{price_id}",
    response={204: None},
    operation_id="prices_withdraw",
    summary="Withdraw an announced price",
    openapi_extra=needs("catalogue:write"),
)
def withdraw_price(request: KeyedRequest, price_id: Id) -> Status[None]:
    """Only before it takes effect; afterwards announce another."""
    services.withdraw_price(request.actor, price_id)
    return Status(204, None)
