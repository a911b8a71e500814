"""Products and prices as others see them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

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


class NewProduct(Value):
    """A product to add. `code` is what the till calls it; `barcodes` are other codes it answers to."""

    code: str
    name: str
    kind: Kind = Kind.GOODS
    unit: Unit | None = None
    family: Family = Family.NONE
    category: str = ""
    brand: str = ""
    barcodes: tuple[str, ...] = ()


class NewPrice(Value):
    """A price from a moment on, at one station (by code) or everywhere (empty). `price` is in the currency per unit."""

    product: str
    price: Decimal
    effective_from: datetime
    station: str = ""
