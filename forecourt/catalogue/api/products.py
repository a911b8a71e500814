"""Routes of products."""

from typing import Annotated

from ninja import Body as FromBody
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.catalogue import queries, services
from forecourt.catalogue.api.schemas import OneOrMany
from forecourt.catalogue.values import (
    Family,
    Kind,
    NewProduct,
    ProductChanges,
    ProductView,
    Unit,
)
from forecourt.kernel.schemas import (
    Body,
    Changes,
    Code,
    Cursor,
    KeyedRequest,
    Limit,
    Page,
    cursor_of,
    needs,
    position_of,
)

router = Router()

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
def add_products(
    request: KeyedRequest, products: FromBody[OneOrMany[ProductBody]]
) -> Status[ProductOut | ProductsAdded]:
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
