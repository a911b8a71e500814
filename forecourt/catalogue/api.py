"""Routes of products and prices."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Body as FromBody
from ninja import Query, Router, Schema, Status
from pydantic import Discriminator, Field, StringConstraints, Tag

from forecourt.catalogue import permissions, queries, services
from forecourt.catalogue.values import (
    Family,
    Kind,
    NewPrice,
    NewProduct,
    PriceView,
    ProductChanges,
    ProductView,
    Unit,
)
from forecourt.kernel import clock
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import (
    Body,
    Changes,
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
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts

router = Router()

MAX_LIST = 10_000
"""Products or prices in one list."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=160)]
Path = Annotated[str, StringConstraints(max_length=200)]
Brand = Annotated[str, StringConstraints(max_length=80)]
Barcodes = Annotated[list[Code], Field(max_length=50)]


class ProductBody(Body):
    """A product to add. `barcodes` are other codes it answers to; categories of the path that are missing are made."""

    code: Code
    name: Name
    kind: Kind = Kind.GOODS
    unit: Unit | None = None
    family: Family = Family.NONE
    category: Path = ""
    brand: Brand = ""
    barcodes: Barcodes = []

    def to_value(self) -> NewProduct:
        return NewProduct(**{**dict(self), "barcodes": tuple(self.barcodes)})


class ProductChangesBody(Changes):
    """What to change of a product; `barcodes` are all its codes but its own."""

    name: Name = ""
    unit: Unit = Unit.PIECE
    family: Family = Family.NONE
    category: Path = ""
    brand: Brand = ""
    is_active: Annotated[bool, Field(strict=True)] = True
    barcodes: Barcodes = []

    def to_value(self) -> ProductChanges:
        sent = self.sent()
        if "barcodes" in sent:
            sent["barcodes"] = tuple(sent["barcodes"])
        return ProductChanges(**sent)


class PriceBody(Body):
    """A price from a moment on, at one station or, with none named, everywhere; in the currency per unit."""

    product: Code
    price: Figure
    effective_from: Instant
    station: Annotated[str, StringConstraints(max_length=32)] = ""

    def to_value(self) -> NewPrice:
        return NewPrice(**dict(self))


def _one_or_many(body: Any) -> str:
    return "<many>" if isinstance(body, list) else "<one>"


ProductsBody = Annotated[
    Annotated[ProductBody, Tag("<one>")]
    | Annotated[list[ProductBody], Field(min_length=1, max_length=MAX_LIST), Tag("<many>")],
    Discriminator(_one_or_many),
]
PricesBody = Annotated[
    Annotated[PriceBody, Tag("<one>")]
    | Annotated[list[PriceBody], Field(min_length=1, max_length=MAX_LIST), Tag("<many>")],
    Discriminator(_one_or_many),
]


class ProductOut(Schema):
    """A product. `category` is a path, `barcodes` are all its codes but its own."""

    id: int
    code: str
    name: str
    kind: Kind
    unit: Unit
    family: Family
    category: str
    category_name: str
    brand: str
    is_active: bool
    barcodes: list[str]

    @classmethod
    def of(cls, view: ProductView) -> "ProductOut":
        return cls(
            **{name: getattr(view, name) for name in cls.model_fields if name != "barcodes"},
            barcodes=list(view.barcodes),
        )


class ProductsAdded(Schema):
    """The ids of the products of a list, by code."""

    ids: dict[str, int]


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


class ProductFilter(Schema):
    """Which products to list. `q` is a code, the beginning of one, or part of the name or brand."""

    q: Annotated[str, Field(max_length=120)] = ""
    kind: Kind | None = None
    family: Annotated[str, Field(max_length=8)] = ""
    category: Annotated[str, Field(max_length=200, description="A path; what stands below it is included.")] = ""
    on_sale: bool = False
    limit: Limit = 50
    cursor: Cursor | None = None


@router.get(
    "/products",
    response=Page[ProductOut],
    operation_id="products_list",
    summary="List and search products",
    openapi_extra=needs("catalogue:read"),
)
def list_products(request: KeyedRequest, wanted: Query[ProductFilter]) -> Page[ProductOut]:
    """By code. A search for a barcode finds the product that answers to it."""
    after = position_of(wanted.cursor, [str]) or ("",)
    found = queries.list_products(
        request.actor,
        text=wanted.q,
        kind=wanted.kind or "",
        family=wanted.family,
        category=wanted.category,
        only_active=wanted.on_sale,
        after=after[0],
        limit=wanted.limit + 1,
    )
    more = cursor_of(found[wanted.limit - 1].code) if len(found) > wanted.limit else None
    return Page[ProductOut](items=[ProductOut.of(view) for view in found[: wanted.limit]], next=more)


@router.post(
    "/products",
    response={201: ProductOut | ProductsAdded},
    operation_id="products_add",
    summary="Add a product or a list of them",
    openapi_extra=needs("catalogue:write", idempotent=True),
)
def add_products(request: KeyedRequest, products: FromBody[ProductsBody]) -> Status[ProductOut | ProductsAdded]:
    """One object or a list of up to 10,000. A code that exists keeps the product it has."""
    if isinstance(products, list):
        return Status(
            201, ProductsAdded(ids=services.add_products(request.actor, [one.to_value() for one in products]))
        )
    services.add_products(request.actor, [products.to_value()])
    return Status(201, ProductOut.of(queries.product(request.actor, products.code)))


@router.get(
    "/products/{code}",
    response=ProductOut,
    operation_id="products_get",
    summary="One product by any of its codes",
    openapi_extra=needs("catalogue:read"),
)
def get_product(request: KeyedRequest, code: str) -> ProductOut:
    return ProductOut.of(queries.product(request.actor, code))


@router.patch(
    "/products/{code}",
    response=ProductOut,
    operation_id="products_update",
    summary="Change a product",
    openapi_extra=needs("catalogue:write"),
)
def update_product(request: KeyedRequest, code: str, changes: ProductChangesBody) -> ProductOut:
    services.update_product(request.actor, queries.product(request.actor, code).id, changes.to_value())
    return ProductOut.of(queries.product(request.actor, code))


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
    station = _station(request, wanted.station)
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
    station_id = _station(request, wanted.station).id if wanted.station else None
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
def announce_prices(request: KeyedRequest, prices: FromBody[PricesBody]) -> Status[PricesAnnounced]:
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


def _station(request: KeyedRequest, code: str) -> StationFacts:
    """A station that the key may see. NotFound when there is none, NotAllowed when it is not in the key's scope."""
    request.actor.require(permissions.VIEW)
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise NotFound(f"There is no station {code}.")
    request.actor.require_station(station.id, code)
    return station
