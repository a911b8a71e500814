"""Products and prices as others see them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import UNSET, UnsetType

from forecourt.kernel.values import Value


class Kind(StrEnum):
    """What sort of thing a product is. Fuel is all that moves a vehicle: petrol, diesel, LPG, CNG, charging."""

    FUEL = "fuel"
    GOODS = "goods"
    SERVICE = "service"


class Unit(StrEnum):
    """What a quantity counts. VOLUME is the company's litre or US gallon."""

    VOLUME = "volume"
    KWH = "kWh"
    KG = "kg"
    PIECE = "piece"


class Family(StrEnum):
    """Families of fuel, for charts, vehicles and rules that speak of all petrol or all diesel."""

    PETROL = "petrol"
    DIESEL = "diesel"
    LPG = "lpg"
    CNG = "cng"
    ELECTRIC = "electric"
    NONE = ""


class ProductFacts(Value):
    """A product as the engine needs it. `categories` holds its category code and all above it."""

    id: int
    code: str
    name: str
    kind: Kind
    unit: Unit
    family: Family = Family.NONE
    categories: tuple[str, ...] = ()
    brand: str = ""


class NewProduct(Value):
    """A product to add. `code` is what the till calls it; `barcodes` are other codes it answers to.

    `unit` follows from kind and family unless given; `category` is a path such as "SHOP/SNACKS", made where missing.
    """

    code: str
    name: str
    kind: Kind = Kind.GOODS
    unit: Unit | None = None
    family: Family = Family.NONE
    category: str = ""
    brand: str = ""
    barcodes: tuple[str, ...] = ()


class NewPrice(Value):
    """A price from a moment on, at one station (by code) or everywhere (empty).

    `price` is in the currency per unit, with at most four decimal places; `effective_from` bears a zone.
    """

    product: str
    price: Decimal
    effective_from: datetime
    station: str = ""


class NewCost(Value):
    """What a unit of a product costs the retailer from a moment on, at one station (by code) or everywhere (empty).

    In the currency, with at most four decimal places; `effective_from` bears a zone.
    """

    product: str
    cost: Decimal
    effective_from: datetime
    station: str = ""


class ProductChanges(Value):
    """What to change of a product; what is not named stays. `barcodes` are all codes but the product's own."""

    name: str | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    family: Family | UnsetType = UNSET
    category: str | UnsetType = UNSET
    brand: str | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    barcodes: tuple[str, ...] | UnsetType = UNSET


class ProductView(Value):
    """A product as screens and the API show it. `category` is a path, `barcodes` all codes but its own."""

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
    barcodes: tuple[str, ...]


class CategoryView(Value):
    """A category; `code` is its path, `products` how many stand directly in it."""

    code: str
    name: str
    products: int


class PriceState(StrEnum):
    """Where a price stands: announced and still to come, in force, followed by another, or taken back in time."""

    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    PAST = "past"
    WITHDRAWN = "withdrawn"


class PriceView(Value):
    """A line of the price history; `station` is a code, empty for everywhere."""

    id: int
    product_id: int
    station_id: int | None
    station: str
    price: Decimal
    effective_from: datetime
    announced_at: datetime
    announced_by: str
    withdrawn_at: datetime | None
    state: PriceState


class CostView(Value):
    """What a unit of a product costs from a moment on; `station` is a code, empty for everywhere. Nothing withdraws a cost."""

    id: int
    product_id: int
    product: str
    name: str
    unit: Unit
    station_id: int | None
    station: str
    cost: Decimal
    effective_from: datetime
    recorded_at: datetime
    recorded_by: str
    state: PriceState


class NotedCosts(Value):
    """What noting a list of costs came to: how many are new, and how many stood there already."""

    noted: int
    known: int


class NextChange(Value):
    """A price change that is announced; `before` is what is in force now, null where the product has no price yet."""

    id: int
    product: str
    product_name: str
    station: str
    price: Decimal
    before: Decimal | None
    effective_from: datetime
    announced_by: str
