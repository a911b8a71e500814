"""Customers as others see them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from forecourt.kernel.values import Value

Short = Annotated[str, Meta(max_length=64)]
Tags = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=50)]


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


class Resolved(Value):
    """The customer whom a claim leads to, a merged one's survivor. A blocked one's sales are flagged.

    `usage` is the vehicle's, where a plate was claimed.
    """

    customer_id: int
    is_blocked: bool
    usage: Usage | None = None


class BuyerFacts(Value):
    """What rules of offers ask about a customer who buys. `birthday` is month * 100 + day.

    `tags` and `usages` (of vehicles) are those of everybody merged into this customer too.
    """

    customer_id: int
    kind: CustomerKind
    tags: frozenset[str]
    birthday: int | None
    joined_at: datetime
    household_id: int | None
    usages: frozenset[Usage]


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
    """A customer to enrol. `joined_at` and `station` (a code) say when and where, now and nowhere unless given.

    `birthday` is "03-05" or "1990-03-05", of which the year is not kept; `referred_by` another member's referral code.
    """

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: CustomerKind = CustomerKind.PERSON
    identities: Annotated[tuple[NewIdentity, ...], Meta(max_length=20)] = ()
    vehicles: Annotated[tuple[NewVehicle, ...], Meta(max_length=200)] = ()
    tags: Tags = ()
    language: Annotated[str, Meta(max_length=8)] = ""
    station: Annotated[str, Meta(max_length=32)] | None = None
    joined_at: datetime | None = None
    birthday: Annotated[str, Meta(max_length=20)] = ""
    referred_by: Annotated[str, Meta(max_length=40)] = ""


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


Scalar = str | int | float | bool | None


class CustomerChanges(Value, forbid_unknown_fields=True):
    """What to change of a customer; what is left out stays. In `custom` a null takes the field away, others stay.

    `birthday` is "03-05" or "1990-03-05", of which the year is not kept; "" takes it away.
    """

    name: Annotated[str, Meta(min_length=1, max_length=120)] | UnsetType = UNSET
    kind: CustomerKind | UnsetType = UNSET
    language: Annotated[str, Meta(max_length=8)] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    custom: dict[str, Scalar] | UnsetType = UNSET
    birthday: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET


class VehicleChanges(Value, forbid_unknown_fields=True):
    """What to change of a vehicle; what is left out stays. Another plate is another vehicle."""

    usage: Usage | UnsetType = UNSET
    grade: Annotated[str, Meta(max_length=32)] | UnsetType = UNSET
    tank: Decimal | UnsetType | None = UNSET
    model: Annotated[str, Meta(max_length=80)] | UnsetType = UNSET


class IdentityView(Value):
    """An identity as a screen shows it: masked. `customer_id` tells which of the merged customers brought it."""

    id: int
    customer_id: int
    kind: IdentityKind
    masked: str
    added_at: datetime
    verified_at: datetime | None = None


class VehicleView(Value):
    """A vehicle as a screen shows it, its plate masked. `tank` in the company's unit of volume."""

    id: int
    customer_id: int
    plate: str
    plate_kind: PlateKind
    usage: Usage
    grade: str
    tank: Decimal | None
    model: str
    added_at: datetime


class NoteView(Value):
    id: int
    text: str
    author: str
    written_at: datetime


class MergeView(Value):
    """A merge that stands: it can be undone by its id."""

    id: int
    survivor_id: int
    merged_id: int
    merged_name: str
    moved: tuple[int, ...]
    reason: str
    merged_at: datetime
    merged_by: str


class CustomerLine(Value):
    """A customer in a list. `phone` is the first telephone, masked, "" without one; `plates` are masked."""

    id: int
    name: str
    kind: CustomerKind
    phone: str
    plates: tuple[str, ...]
    tags: tuple[str, ...]
    is_blocked: bool
    joined_at: datetime
    joined_station_id: int | None = None
    profile: ProfileFigures


class HouseholdMember(Value):
    customer_id: int
    name: str


class HouseholdView(Value):
    """A household and who is in it: survivors only, in the order of their numbers."""

    id: int
    name: str
    made_at: datetime
    made_by: str
    members: tuple[HouseholdMember, ...]


class CustomerCard(Value):
    """All of a customer that this folder knows. Of a merged one, the survivor; `aliases` are the ids merged into it.

    `birthday` is month * 100 + day.
    """

    id: int
    name: str
    kind: CustomerKind
    language: str
    tags: tuple[str, ...]
    is_blocked: bool
    joined_at: datetime
    joined_station_id: int | None
    custom: dict[str, Scalar]
    identities: tuple[IdentityView, ...]
    vehicles: tuple[VehicleView, ...]
    notes: tuple[NoteView, ...]
    aliases: tuple[int, ...]
    merges: tuple[MergeView, ...]
    profile: ProfileFigures
    birthday: int | None = None
    household: HouseholdView | None = None


class TagCount(Value):
    tag: str
    customers: int


class Likeness(Value):
    """Customers who may be one: the same name, and the same last four of a phone, card or plate."""

    name: str
    customer_ids: tuple[int, ...]


class CustomerPage(Value):
    """A page of customers, and the cursor of the next one, null on the last."""

    items: tuple[CustomerLine, ...]
    next: str | None = None
