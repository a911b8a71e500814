"""Customers as others see them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from forecourt.kernel.values import Value

Short = Annotated[str, Meta(max_length=64)]


class CustomerKind(StrEnum):
    PERSON = "person"
    BUSINESS = "business"


class IdentityKind(StrEnum):
    """What somebody can be recognised by. A plate belongs to a vehicle."""

    PHONE = "phone"
    CARD = "card"
    EMAIL = "email"
    WECHAT = "wechat"
    APP = "app"


class PlateKind(StrEnum):
    ORDINARY = "ordinary"
    NEW_ENERGY = "new_energy"
    OTHER = "other"


class Usage(StrEnum):
    PRIVATE = "private"
    BUSINESS = "business"
    HEAVY = "heavy"


class CustomerClaim(Value, forbid_unknown_fields=True, omit_defaults=True):
    """By what a till says the customer is to be recognised: exactly one of these."""

    phone: Short | None = None
    plate: Short | None = None
    card: Short | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    wechat: Short | None = None
    app: Short | None = None
    id: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class NewIdentity(Value, forbid_unknown_fields=True):
    kind: IdentityKind
    value: Annotated[str, Meta(min_length=1, max_length=254)]


class NewVehicle(Value, forbid_unknown_fields=True):
    """A vehicle. `grade` is a product code; `tank` in the company's unit of volume."""

    plate: Annotated[str, Meta(min_length=1, max_length=16)]
    usage: Usage = Usage.PRIVATE
    grade: Annotated[str, Meta(max_length=32)] = ""
    tank: Decimal | None = None
    model: Annotated[str, Meta(max_length=80)] = ""


class NewCustomer(Value, forbid_unknown_fields=True):
    """A customer to enrol. `joined_at` and `station` (a code) say when and where, now and nowhere unless given."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: CustomerKind = CustomerKind.PERSON
    identities: Annotated[tuple[NewIdentity, ...], Meta(max_length=20)] = ()
    vehicles: Annotated[tuple[NewVehicle, ...], Meta(max_length=200)] = ()
    tags: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=50)] = ()
    language: Annotated[str, Meta(max_length=8)] = ""
    station: Annotated[str, Meta(max_length=32)] | None = None
    joined_at: datetime | None = None


class ProfileFigures(Value):
    """What is known of a customer's habits. Quantities of fuel in the company's unit; `year` is the last 365 days."""

    customer_id: int
    first_sale_at: datetime | None = None
    last_sale_at: datetime | None = None
    sales_count: int = 0
    sales_year: int = 0
    fuel_total: Decimal = Decimal(0)
    fuel_year: Decimal = Decimal(0)
    spend_total: Decimal = Decimal(0)
    spend_year: Decimal = Decimal(0)
    shop_year: Decimal = Decimal(0)
    interval_days: Decimal | None = None
    home_station_id: int | None = None
    main_grade: str = ""


def anonymous_customer_id(station_id: int) -> int:
    """The customer whom a station's anonymous sales belong to: the station's id, negative. There is no row for it."""
    return -station_id
