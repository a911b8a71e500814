"""What is sent about customers. Personal values come in clear."""

from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from forecourt.customers.values import (
    CustomerChanges,
    CustomerKind,
    IdentityKind,
    NewCustomer,
    NewIdentity,
    NewVehicle,
    Usage,
)
from forecourt.kernel.schemas import MAX_ID, Body, Changes, Cursor, Figure, Id, Instant, Limit, Text

Name = Annotated[Text, Field(max_length=120)]
Language = Annotated[str, StringConstraints(max_length=8)]
Tag = Annotated[Text, Field(min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=50)]
Code = Annotated[str, StringConstraints(max_length=32)]
Reason = Annotated[str, StringConstraints(max_length=200)]
Birthday = Annotated[str, StringConstraints(max_length=20)]
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
    """A customer to enrol. `station` is the code of the one where, `joined_at` when: nowhere and now unless given.

    `birthday` is "03-05" or "1990-03-05", of which the year is not kept. `referred_by` is the referral code of the member who
    brought this one; whether it counts, the customer's timeline tells.
    """

    name: Name
    kind: CustomerKind = CustomerKind.PERSON
    identities: Annotated[list[IdentityBody], Field(max_length=20)] = []
    vehicles: Annotated[list[VehicleBody], Field(max_length=200)] = []
    tags: Tags = []
    language: Language = ""
    station: Code | None = None
    joined_at: Instant | None = None
    birthday: Birthday = ""
    referred_by: Annotated[str, StringConstraints(max_length=40)] = ""

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
    """What to change of a customer. In `custom` a null takes the field away, and others stay.

    `birthday` is "03-05" or "1990-03-05", of which the year is not kept; an empty one takes it away.
    """

    name: Name = ""
    kind: CustomerKind = CustomerKind.PERSON
    language: Language = ""
    tags: Tags = []
    custom: Custom = {}
    birthday: Birthday = ""

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


class BlockBody(Body):
    """Why; it stands in the audit trail."""

    reason: Annotated[Text, Field(min_length=1, max_length=200)]


class HouseholdBody(Body):
    """A household: what to call it, and the customers in it."""

    name: Annotated[str, StringConstraints(max_length=80)] = ""
    members: Annotated[list[Annotated[Id, Field(strict=True)]], Field(min_length=1, max_length=100)]


class HouseholdSettingsBody(Body):
    """How many members a household may have at most."""

    size: Annotated[int, Field(ge=1, le=100, strict=True)]


class HouseholdNameBody(Body):
    name: Annotated[str, StringConstraints(max_length=80)]


class HouseholdMembersBody(Body):
    """Customers to put into a household."""

    members: Annotated[list[Annotated[Id, Field(strict=True)]], Field(min_length=1, max_length=100)]
