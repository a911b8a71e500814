"""Routes of stations, and of what holds for the company."""

from datetime import date, time
from typing import Annotated, Any

from ninja import Query, Router, Schema, Status
from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

from forecourt.kernel.schemas import (
    Body,
    Changes,
    Code,
    Cursor,
    Day,
    KeyedRequest,
    Limit,
    Page,
    cursor_of,
    needs,
    position_of,
)
from forecourt.organisation import queries, services
from forecourt.organisation.values import NewPump, NewStation, StationChanges, StationView, VolumeUnit

router = Router()

_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _clock(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 5 and value[2] == ":" and value.replace(":", "").isascii():
        return value
    if isinstance(value, time):
        return value
    raise ValueError('must be a time of day such as "06:00"')


Clock = Annotated[
    time,
    BeforeValidator(_clock),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _CLOCK, "examples": ["06:00"]}),
]
Moment = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Hours = dict[str, Annotated[list[Annotated[list[Moment], Field(min_length=2, max_length=2)]], Field(max_length=10)]]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
ShortText = Annotated[str, StringConstraints(max_length=80)]


class Position(Body):
    """A place on the globe, WGS-84."""

    latitude: Annotated[float, Field(ge=-90, le=90, strict=True)]
    longitude: Annotated[float, Field(ge=-180, le=180, strict=True)]


class PumpBody(Body):
    """A pump by its number, with the codes of the grades it serves."""

    number: Annotated[int, Field(ge=0, le=999, strict=True)]
    grades: Annotated[list[Code], Field(max_length=50)] = []


class StationBody(Body):
    """A station to open."""

    code: Code
    name: Name
    address: Annotated[str, StringConstraints(max_length=240)] = ""
    phone: Annotated[str, StringConstraints(max_length=32)] = ""
    region: ShortText = ""
    legal_entity: Annotated[str, StringConstraints(max_length=160)] = ""
    position: Position | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] = ""
    day_rolls_at: Clock = time(0)
    hours: Hours = {}
    services: Annotated[list[Code], Field(max_length=50)] = []
    opened_on: Day | None = None
    pumps: Annotated[list[PumpBody], Field(max_length=200)] = []


class StationChangesBody(Changes):
    """What to change of a station."""

    name: Name = ""
    address: Annotated[str, StringConstraints(max_length=240)] = ""
    phone: Annotated[str, StringConstraints(max_length=32)] = ""
    region: ShortText = ""
    legal_entity: Annotated[str, StringConstraints(max_length=160)] = ""
    position: Position | None = None
    zone: Annotated[str, StringConstraints(min_length=1, max_length=64)] = ""
    day_rolls_at: Clock = time(0)
    hours: Hours = {}
    services: Annotated[list[Code], Field(max_length=50)] = []
    opened_on: Day | None = None
    pumps: Annotated[list[PumpBody], Field(max_length=200)] = []


class PumpOut(Schema):
    number: int
    grades: list[str]


class PositionOut(Schema):
    latitude: float
    longitude: float


class CompanyOut(Schema):
    """What figures and moments here mean: `currency` after ISO 4217 with its decimal `digits`, the unit of fuel, the zone of
    days that are the company's. `hold_minutes` is how long a reserved sale is kept.
    """

    name: str
    currency: str
    digits: int
    volume_unit: VolumeUnit
    zone: str
    hold_minutes: int


class StationOut(Schema):
    """A station. `hours` is empty for day and night; `day_rolls_at` is when its trading day begins."""

    code: str
    name: str
    address: str
    phone: str
    region: str
    legal_entity: str
    position: PositionOut | None
    zone: str
    day_rolls_at: Clock
    hours: dict[str, list[list[str]]]
    services: list[str]
    opened_on: date | None
    is_open: bool
    pumps: list[PumpOut]

    @classmethod
    def of(cls, view: StationView) -> "StationOut":
        values = {name: getattr(view, name) for name in cls.model_fields if name not in {"position", "pumps"}}
        latitude, longitude = view.position or (None, None)
        return cls.model_validate(
            values
            | {
                "position": None if latitude is None else {"latitude": latitude, "longitude": longitude},
                "pumps": [{"number": pump.number, "grades": list(pump.grades)} for pump in view.pumps],
            }
        )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The members of a body as our values want them."""
    position, pumps = values.get("position"), values.get("pumps")
    if position is not None:
        values["position"] = (position.latitude, position.longitude)
    if pumps is not None:
        values["pumps"] = tuple(NewPump(number=pump.number, grades=tuple(pump.grades)) for pump in pumps)
    if "services" in values:
        values["services"] = tuple(values["services"])
    return values


@router.get(
    "/company",
    response=CompanyOut,
    operation_id="company_get",
    summary="The company's currency, units and zone",
    openapi_extra=needs("catalogue:read"),
)
def get_company(request: KeyedRequest) -> CompanyOut:
    """Set in the back office, by who may; up to 5 seconds old."""
    facts = queries.company()
    return CompanyOut(**{name: getattr(facts, name) for name in CompanyOut.model_fields})


@router.get(
    "/stations",
    response=Page[StationOut],
    operation_id="stations_list",
    summary="List stations",
    openapi_extra=needs("catalogue:read"),
)
def list_stations(
    request: KeyedRequest,
    q: Annotated[str, Query(max_length=120)] = "",
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Page[StationOut]:
    """Stations in the key's scope by code, closed ones too. `q` is looked for in code, name and address."""
    after = position_of(cursor, [str]) or ("",)
    found = queries.list_stations(request.actor, text=q, after=after[0], limit=limit + 1)
    more = cursor_of(found[limit - 1].code) if len(found) > limit else None
    return Page[StationOut](items=[StationOut.of(view) for view in found[:limit]], next=more)


@router.post(
    "/stations",
    response={201: StationOut},
    operation_id="stations_open",
    summary="Open a station",
    openapi_extra=needs("catalogue:write", idempotent=True),
)
def open_station(request: KeyedRequest, station: StationBody) -> Status[StationOut]:
    services.open_station(request.actor, NewStation(**_plain(dict(station))))
    return Status(201, StationOut.of(queries.station(request.actor, station.code)))


@router.get(
    "/stations/{code}",
    response=StationOut,
    operation_id="stations_get",
    summary="One station",
    openapi_extra=needs("catalogue:read"),
)
def get_station(request: KeyedRequest, code: str) -> StationOut:
    return StationOut.of(queries.station(request.actor, code))


@router.patch(
    "/stations/{code}",
    response=StationOut,
    operation_id="stations_update",
    summary="Change a station",
    openapi_extra=needs("catalogue:write"),
)
def update_station(request: KeyedRequest, code: str, changes: StationChangesBody) -> StationOut:
    station = queries.station(request.actor, code)
    services.update_station(request.actor, station.id, StationChanges(**_plain(changes.sent())))
    return StationOut.of(queries.station(request.actor, code))


@router.post(
    "/stations/{code}/close",
    response=StationOut,
    operation_id="stations_close",
    summary="Take a station out of operation",
    openapi_extra=needs("catalogue:write"),
)
def close_station(request: KeyedRequest, code: str) -> StationOut:
    """Its sales, prices and staff stay, and late sales are still taken."""
    services.close_station(request.actor, queries.station(request.actor, code).id)
    return StationOut.of(queries.station(request.actor, code))


@router.post(
    "/stations/{code}/reopen",
    response=StationOut,
    operation_id="stations_reopen",
    summary="Put a closed station into operation again",
    openapi_extra=needs("catalogue:write"),
)
def reopen_station(request: KeyedRequest, code: str) -> StationOut:
    services.reopen_station(request.actor, queries.station(request.actor, code).id)
    return StationOut.of(queries.station(request.actor, code))
