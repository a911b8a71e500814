"""What is answered about customers. Personal values go out masked, whoever asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema

from forecourt.customers.rules import birthday_text
from forecourt.customers.values import (
    CustomerCard,
    CustomerKind,
    CustomerLine,
    IdentityKind,
    PlateKind,
    ProfileFigures,
    Usage,
)
from forecourt.kernel.schemas import Figure
from forecourt.organisation import queries as organisation


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


class HouseholdMemberOut(Schema):
    customer_id: int
    name: str


class HouseholdOut(Schema):
    """A household and who is in it."""

    id: int
    name: str
    made_at: datetime
    members: list[HouseholdMemberOut]


class HouseholdSettingsOut(Schema):
    """How many members a household may have at most."""

    size: int


class CustomerOut(Schema):
    """A customer. Of one who was merged into another, the other; `aliases` are the ids merged into this one.

    `birthday` is month and day, "03-05".
    """

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
    birthday: str | None
    household: HouseholdOut | None

    @classmethod
    def of(cls, card: CustomerCard) -> "CustomerOut":
        codes = station_codes([card.joined_station_id, card.profile.home_station_id])
        values = {name: getattr(card, name) for name in cls.model_fields if name not in {"joined_station", "profile"}}
        return cls.model_validate(
            values
            | {
                "joined_station": codes.get(card.joined_station_id),
                "profile": profile_of(card.profile, codes),
                "birthday": birthday_text(card.birthday) if card.birthday is not None else None,
            }
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
            values | {"joined_station": codes.get(line.joined_station_id), "profile": profile_of(line.profile, codes)}
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


def station_codes(station_ids: Sequence[int | None]) -> dict[int | None, str]:
    wanted = {station_id for station_id in station_ids if station_id is not None}
    return {facts.id: facts.code for facts in organisation.stations_by_id(wanted).values()} if wanted else {}


def profile_of(figures: ProfileFigures, codes: dict[int | None, str]) -> dict[str, Any]:
    values = {name: getattr(figures, name) for name in figures.__struct_fields__ if name != "home_station_id"}
    return values | {"home_station": codes.get(figures.home_station_id)}
