"""Routes of customers. Personal values come in clear and go out masked, whoever asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from forecourt.customers import permissions, queries, services
from forecourt.customers.values import (
    CustomerCard,
    CustomerChanges,
    CustomerKind,
    CustomerLine,
    IdentityKind,
    NewCustomer,
    NewIdentity,
    NewVehicle,
    PlateKind,
    ProfileFigures,
    Usage,
    VehicleChanges,
)
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Recorded
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import (
    MAX_ID,
    Body,
    Changes,
    Cursor,
    Figure,
    Id,
    Instant,
    KeyedRequest,
    Limit,
    Page,
    Text,
    needs,
)
from forecourt.organisation import queries as organisation

router = Router()

Name = Annotated[Text, Field(max_length=120)]
Language = Annotated[str, StringConstraints(max_length=8)]
Tag = Annotated[Text, Field(min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=50)]
Code = Annotated[str, StringConstraints(max_length=32)]
Reason = Annotated[str, StringConstraints(max_length=200)]
Whole = Annotated[int, Field(ge=-MAX_ID, le=MAX_ID, strict=True)]
Custom = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=40)],
        Annotated[str, StringConstraints(max_length=500)]
        | Annotated[bool, Field(strict=True)]
        | Whole
        | Annotated[float, Field(strict=True, allow_inf_nan=False)]
        | None,
    ],
    Field(max_length=50),
]


class IdentityBody(Body):
    """What a customer is recognised by."""

    kind: IdentityKind
    value: Annotated[Text, Field(min_length=1, max_length=254)]

    def to_value(self) -> NewIdentity:
        return NewIdentity(kind=self.kind, value=self.value)


class VehicleBody(Body):
    """A vehicle. `grade` is a product code, `tank` in the company's unit of volume."""

    plate: Annotated[Text, Field(min_length=1, max_length=16)]
    usage: Usage = Usage.PRIVATE
    grade: Code = ""
    tank: Figure | None = None
    model: Annotated[str, StringConstraints(max_length=80)] = ""

    def to_value(self) -> NewVehicle:
        return NewVehicle(**dict(self))


class VehicleChangesBody(Changes):
    """What to change of a vehicle. Another plate is another vehicle."""

    usage: Usage = Usage.PRIVATE
    grade: Code = ""
    tank: Figure | None = None
    model: Annotated[str, StringConstraints(max_length=80)] = ""


class CustomerBody(Body):
    """A customer to enrol. `station` is the code of the one where, `joined_at` when: nowhere and now unless given."""

    name: Name
    kind: CustomerKind = CustomerKind.PERSON
    identities: Annotated[list[IdentityBody], Field(max_length=20)] = []
    vehicles: Annotated[list[VehicleBody], Field(max_length=200)] = []
    tags: Tags = []
    language: Language = ""
    station: Code | None = None
    joined_at: Instant | None = None

    def to_value(self) -> NewCustomer:
        return NewCustomer(
            **dict(self)
            | {
                "identities": tuple(identity.to_value() for identity in self.identities),
                "vehicles": tuple(vehicle.to_value() for vehicle in self.vehicles),
                "tags": tuple(self.tags),
            }
        )


class CustomerChangesBody(Changes):
    """What to change of a customer. In `custom` a null takes the field away, and others stay."""

    name: Name = ""
    kind: CustomerKind = CustomerKind.PERSON
    language: Language = ""
    tags: Tags = []
    custom: Custom = {}

    def to_value(self) -> CustomerChanges:
        sent = self.sent()
        if "tags" in sent:
            sent["tags"] = tuple(sent["tags"])
        return CustomerChanges(**sent)


class TagsBody(Body):
    """All tags the customer shall have."""

    tags: Tags


class NoteBody(Body):
    """A note. Phone numbers, cards, plates and addresses in it are masked before it is kept."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]


class MergeBody(Body):
    """Whom to take into this customer, and why."""

    merged_id: Annotated[Id, Field(strict=True)]
    reason: Reason = ""


class IdentityOut(Schema):
    id: int
    kind: IdentityKind
    masked: str
    added_at: datetime
    verified_at: datetime | None


class VehicleOut(Schema):
    """A vehicle, its plate masked."""

    id: int
    plate: str
    plate_kind: PlateKind
    usage: Usage
    grade: str
    tank: Figure | None
    model: str
    added_at: datetime


class NoteOut(Schema):
    id: int
    text: str
    author: str
    written_at: datetime


class MergeOut(Schema):
    """A merge that stands. `moved` are the ids that became aliases."""

    id: int
    survivor_id: int
    merged_id: int
    merged_name: str
    moved: list[int]
    reason: str
    merged_at: datetime
    merged_by: str


class ProfileOut(Schema):
    """Habits. Quantities in the company's unit of volume; a year is the last 365 days."""

    first_sale_at: datetime | None
    last_sale_at: datetime | None
    sales_count: int
    sales_year: int
    fuel_total: Figure
    fuel_year: Figure
    spend_total: Figure
    spend_year: Figure
    shop_year: Figure
    interval_days: Figure | None
    home_station: str | None
    main_grade: str


class CustomerOut(Schema):
    """A customer. Of one who was merged into another, the other; `aliases` are the ids merged into this one."""

    id: int
    name: str
    kind: CustomerKind
    language: str
    tags: list[str]
    is_blocked: bool
    joined_at: datetime
    joined_station: str | None
    custom: dict[str, Any]
    identities: list[IdentityOut]
    vehicles: list[VehicleOut]
    aliases: list[int]
    merges: list[MergeOut]
    profile: ProfileOut

    @classmethod
    def of(cls, card: CustomerCard) -> "CustomerOut":
        codes = _station_codes([card.joined_station_id, card.profile.home_station_id])
        values = {name: getattr(card, name) for name in cls.model_fields if name not in {"joined_station", "profile"}}
        return cls.model_validate(
            values | {"joined_station": codes.get(card.joined_station_id), "profile": _profile(card.profile, codes)}
        )


class CustomerLineOut(Schema):
    """A customer in a list: the first telephone, empty without one, and the plates, all masked."""

    id: int
    name: str
    kind: CustomerKind
    phone: str
    plates: list[str]
    tags: list[str]
    is_blocked: bool
    joined_at: datetime
    joined_station: str | None
    profile: ProfileOut

    @classmethod
    def of(cls, line: CustomerLine, codes: dict[int | None, str]) -> "CustomerLineOut":
        values = {name: getattr(line, name) for name in cls.model_fields if name not in {"joined_station", "profile"}}
        return cls.model_validate(
            values | {"joined_station": codes.get(line.joined_station_id), "profile": _profile(line.profile, codes)}
        )


class EventOut(Schema):
    """Something that happened to a customer; `body` holds ids, codes and figures, as the event's name defines."""

    id: UUID
    name: str
    occurred_at: datetime
    recorded_at: datetime
    customer_id: int
    body: dict[str, Any]


class VehicleList(Schema):
    """All vehicles of a customer."""

    items: list[VehicleOut]
    next: None = None


class Created(Schema):
    """The id of what was added."""

    id: int


class CustomerFilter(Schema):
    """Whom to find. `q` is anything: a phone, plate or card, the last four of one, a name or part of it."""

    phone: Annotated[str, Field(max_length=64)] = ""
    plate: Annotated[str, Field(max_length=16)] = ""
    card: Annotated[str, Field(max_length=64)] = ""
    q: Annotated[str, Field(max_length=120)] = ""
    tag: Annotated[str, Field(max_length=40)] = ""
    kind: CustomerKind | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


@router.get(
    "/customers",
    response=Page[CustomerLineOut],
    operation_id="customers_search",
    summary="Find customers",
    openapi_extra=needs("customers:read"),
)
def search_customers(request: KeyedRequest, wanted: Query[CustomerFilter]) -> Page[CustomerLineOut]:
    """By phone, plate, card or anything; without words, those who joined last first."""
    page = queries.search(
        request.actor,
        wanted.q or None,
        phone=wanted.phone or None,
        plate=wanted.plate or None,
        card=wanted.card or None,
        tag=wanted.tag or None,
        kind=wanted.kind,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    stations = [line.joined_station_id for line in page.items] + [line.profile.home_station_id for line in page.items]
    codes = _station_codes(stations)
    return Page[CustomerLineOut](items=[CustomerLineOut.of(line, codes) for line in page.items], next=page.next)


@router.post(
    "/customers",
    response={201: CustomerOut},
    operation_id="customers_create",
    summary="Enrol a customer",
    openapi_extra=needs("customers:write", idempotent=True),
)
def create_customer(request: KeyedRequest, customer: CustomerBody) -> Status[CustomerOut]:
    """409 when an identity or a plate belongs to somebody already, naming the other's id."""
    customer_id = services.create_customer(request.actor, customer.to_value())
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.get(
    "/customers/{customer_id}",
    response=CustomerOut,
    operation_id="customers_get",
    summary="One customer",
    openapi_extra=needs("customers:read"),
)
def get_customer(request: KeyedRequest, customer_id: Id) -> CustomerOut:
    """Reading a customer is audited."""
    return CustomerOut.of(services.view_customer(request.actor, customer_id))


@router.patch(
    "/customers/{customer_id}",
    response=CustomerOut,
    operation_id="customers_update",
    summary="Change a customer",
    openapi_extra=needs("customers:write"),
)
def update_customer(request: KeyedRequest, customer_id: Id, changes: CustomerChangesBody) -> CustomerOut:
    services.update_customer(request.actor, customer_id, changes.to_value())
    return CustomerOut.of(queries.customer_card(customer_id))


@router.post(
    "/customers/{customer_id}/identities",
    response={201: CustomerOut},
    operation_id="identities_add",
    summary="Add an identity",
    openapi_extra=needs("customers:write", idempotent=True),
)
def add_identity(request: KeyedRequest, customer_id: Id, identity: IdentityBody) -> Status[CustomerOut]:
    services.add_identity(request.actor, customer_id, identity.to_value())
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.delete(
    "/customers/{customer_id}/identities/{identity_id}",
    response={204: None},
    operation_id="identities_remove",
    summary="Remove an identity",
    openapi_extra=needs("customers:write"),
)
def remove_identity(request: KeyedRequest, customer_id: Id, identity_id: Id) -> Status[None]:
    services.remove_identity(request.actor, customer_id, identity_id)
    return Status(204, None)


@router.get(
    "/customers/{customer_id}/vehicles",
    response=VehicleList,
    operation_id="vehicles_list",
    summary="The vehicles of a customer",
    openapi_extra=needs("customers:read"),
)
def list_vehicles(request: KeyedRequest, customer_id: Id) -> VehicleList:
    request.actor.require(permissions.VIEW)
    return VehicleList.model_validate({"items": queries.customer_card(customer_id).vehicles})


@router.post(
    "/customers/{customer_id}/vehicles",
    response={201: Created},
    operation_id="vehicles_add",
    summary="Add a vehicle",
    openapi_extra=needs("customers:write", idempotent=True),
)
def add_vehicle(request: KeyedRequest, customer_id: Id, vehicle: VehicleBody) -> Status[Created]:
    """409 when the plate belongs to another customer."""
    return Status(201, Created(id=services.add_vehicle(request.actor, customer_id, vehicle.to_value())))


@router.patch(
    "/customers/{customer_id}/vehicles/{vehicle_id}",
    response=VehicleList,
    operation_id="vehicles_update",
    summary="Change a vehicle",
    openapi_extra=needs("customers:write"),
)
def update_vehicle(request: KeyedRequest, customer_id: Id, vehicle_id: Id, changes: VehicleChangesBody) -> VehicleList:
    services.update_vehicle(request.actor, customer_id, vehicle_id, VehicleChanges(**changes.sent()))
    return VehicleList.model_validate({"items": queries.customer_card(customer_id).vehicles})


@router.delete(
    "/customers/{customer_id}/vehicles/{vehicle_id}",
    response={204: None},
    operation_id="vehicles_remove",
    summary="Remove a vehicle",
    openapi_extra=needs("customers:write"),
)
def remove_vehicle(request: KeyedRequest, customer_id: Id, vehicle_id: Id) -> Status[None]:
    services.remove_vehicle(request.actor, customer_id, vehicle_id)
    return Status(204, None)


@router.put(
    "/customers/{customer_id}/tags",
    response=CustomerOut,
    operation_id="tags_set",
    summary="Set the tags of a customer",
    openapi_extra=needs("customers:write"),
)
def set_tags(request: KeyedRequest, customer_id: Id, tags: TagsBody) -> CustomerOut:
    services.set_tags(request.actor, customer_id, tags.tags)
    return CustomerOut.of(queries.customer_card(customer_id))


@router.get(
    "/customers/{customer_id}/notes",
    response=Page[NoteOut],
    operation_id="notes_list",
    summary="The notes on a customer",
    openapi_extra=needs("customers:read"),
)
def list_notes(request: KeyedRequest, customer_id: Id) -> Page[NoteOut]:
    """The last hundred, newest first."""
    card = services.view_customer(request.actor, customer_id)
    return Page[NoteOut].model_validate({"items": card.notes, "next": None})


@router.post(
    "/customers/{customer_id}/notes",
    response={201: Created},
    operation_id="notes_write",
    summary="Write a note",
    openapi_extra=needs("customers:write", idempotent=True),
)
def write_note(request: KeyedRequest, customer_id: Id, note: NoteBody) -> Status[Created]:
    return Status(201, Created(id=services.write_note(request.actor, customer_id, note.text)))


@router.get(
    "/customers/{customer_id}/timeline",
    response=Page[EventOut],
    operation_id="timeline_get",
    summary="What happened to a customer",
    openapi_extra=needs("customers:read"),
)
def get_timeline(
    request: KeyedRequest, customer_id: Id, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[EventOut]:
    """Newest first. A key of one station does not see what happened at others, so that a page may hold fewer."""
    card = services.view_customer(request.actor, customer_id)
    found = queries.timeline((card.id, *card.aliases), cursor, limit + 1)
    shown = [event for event in found[:limit] if _may_see(request.actor, event)]
    return Page[EventOut].model_validate(
        {
            "items": shown,
            "next": queries.timeline_cursor(found[limit - 1]) if len(found) > limit else None,
        }
    )


@router.post(
    "/customers/{customer_id}/merge",
    response={201: CustomerOut},
    operation_id="customers_merge",
    summary="Take another customer into this one",
    openapi_extra=needs("customers:write", idempotent=True),
)
def merge_customers(request: KeyedRequest, customer_id: Id, merge: MergeBody) -> Status[CustomerOut]:
    """The other's id stays as an alias, and the merge can be undone by the id it has in `merges`."""
    services.merge_customers(request.actor, customer_id, merge.merged_id, merge.reason)
    return Status(201, CustomerOut.of(queries.customer_card(customer_id)))


@router.post(
    "/customers/{customer_id}/merges/{merge_id}/undo",
    response=CustomerOut,
    operation_id="merges_undo",
    summary="Undo a merge",
    openapi_extra=needs("customers:write"),
)
def undo_merge(request: KeyedRequest, customer_id: Id, merge_id: Id) -> CustomerOut:
    request.actor.require(permissions.MERGE)
    if merge_id not in {merge.id for merge in queries.customer_card(customer_id).merges}:
        raise NotFound(f"Customer {customer_id} has no merge {merge_id} that stands.")
    services.undo_merge(request.actor, merge_id)
    return CustomerOut.of(queries.customer_card(customer_id))


def _may_see(actor: Actor, event: Recorded) -> bool:
    station_id = event.body.get("station_id")
    return station_id is None or actor.may_at(station_id)


def _station_codes(station_ids: Sequence[int | None]) -> dict[int | None, str]:
    wanted = {station_id for station_id in station_ids if station_id is not None}
    return {facts.id: facts.code for facts in organisation.stations_by_id(wanted).values()} if wanted else {}


def _profile(figures: ProfileFigures, codes: dict[int | None, str]) -> dict[str, Any]:
    values = {name: getattr(figures, name) for name in figures.__struct_fields__ if name != "home_station_id"}
    return values | {"home_station": codes.get(figures.home_station_id)}
