"""Routes of simulations, and of trying an offer on a basket."""

from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.kernel.schemas import (
    Body,
    Cursor,
    Day,
    Figure,
    Id,
    KeyedRequest,
    Limit,
    Page,
    cursor_of,
    needs,
    position_of,
)
from forecourt.kernel.wire import JSON
from forecourt.offers.permissions import VIEW_OFFERS
from forecourt.offers.rules import language
from forecourt.sales import queries, services, wire
from forecourt.sales.api.simulated import told
from forecourt.sales.models import Simulation
from forecourt.sales.values import SimulationAsked

router = Router()

_encoder: Final = msgspec.json.Encoder(decimal_format="string")
_TRY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["offer", "sale"],
    "properties": {
        "offer": {"type": "object", "description": "An offer in the rule language; its schema is at /offers/schema."},
        "sale": {"$ref": "#/components/schemas/NewSale"},
    },
}
Code = Annotated[str, Field(min_length=1, max_length=40)]


class SimulatedPolicy(Body):
    """How all offers combine: at most `most_offers` in a sale (0: any number), at most `most_percent` off any product."""

    most_offers: Annotated[int, Field(ge=0, le=100)] = 0
    most_percent: Annotated[Figure, Field(ge=0, le=100)] = Decimal(100)


class SimulatedFloor(Body):
    """A margin floor as if it had always been so: of a product, at a station or everywhere, per unit over cost; null: none."""

    product: Code
    station: Annotated[str, Field(max_length=40)] = ""
    margin: Figure | None = None


class SimulationBody(Body):
    """What to simulate: the sales of these trading days, both included.

    `programme` "draft" takes the loyalty programme as it is being edited, "review" as it was handed in; `offers` are drafts, by
    code, taken as if they had been in force, `reviewed` offers that are in review, as they were handed in; `without` are offers
    left out; `stations` limits it to these. With a `policy` offers combine by it all the time, with `floors` these hold.
    Drafts are taken as they read now, whatever becomes of them.
    """

    since: Day
    until: Day
    programme: Annotated[str, Field(pattern="^(current|draft|review)$")] = "current"
    offers: Annotated[list[Code], Field(max_length=200)] = []
    reviewed: Annotated[list[Code], Field(max_length=200)] = []
    without: Annotated[list[Code], Field(max_length=200)] = []
    stations: Annotated[list[Code], Field(max_length=30_000)] = []
    policy: SimulatedPolicy | None = None
    floors: Annotated[list[SimulatedFloor], Field(max_length=2_000)] = []


class Changed(Schema):
    """What was edited since it was simulated: offers, by code; the programme or not."""

    offers: list[str]
    programme: bool

    @classmethod
    def of(cls, drift: queries.Drift) -> "Changed":
        return cls(offers=list(drift.offers), programme=drift.programme)


class SimulationOut(Schema):
    """How far a simulation is; `result` holds what it found once its state is "done", as far as the key's scopes go.

    `rules` are the drafts it is of, as they read when it was asked for; `changed` tells which of them read otherwise by now:
    offers by code, "programme". Both are null in a list.
    """

    id: int
    state: str
    done: int
    total: int
    asked: dict[str, Any]
    error: str
    result: dict[str, Any] | None = None
    rules: dict[str, Any] | None = None
    changed: Changed | None = None

    @classmethod
    def of(cls, row: Simulation, actor: Actor, *, whole: bool = True) -> "SimulationOut":
        return cls(
            id=row.pk,
            state=row.state,
            done=row.done,
            total=row.total,
            asked=row.asked,
            error=row.error,
            result=told(row.result, actor) if whole and row.result else None,
            rules=row.rules if whole else None,
            changed=Changed.of(queries.changed_since(row)) if whole else None,
        )


@router.post(
    "/simulations",
    response={202: SimulationOut},
    operation_id="simulations_create",
    summary="Simulate past sales under other rules",
    openapi_extra=needs("offers:write", idempotent=True),
)
def create_simulation(request: KeyedRequest, body: SimulationBody) -> Any:
    """Runs in the background; ask for it again until its state is "done". Sales stay as they are."""
    try:
        asked = msgspec.convert(body.model_dump(), SimulationAsked)
    except msgspec.ValidationError as error:
        message, _at, path = str(error).partition(" - at `$.")
        raise Invalid.field(path.rstrip("`") or "body", message) from None
    number = services.ask_simulation(request.actor, asked)
    return Status(202, SimulationOut.of(queries.simulation(number), request.actor))


@router.get(
    "/simulations",
    response=Page[SimulationOut],
    operation_id="simulations_list",
    summary="List simulations",
    openapi_extra=needs("offers:read"),
)
def list_simulations(request: KeyedRequest, limit: Limit = 50, cursor: Cursor | None = None) -> Page[SimulationOut]:
    """The newest first, of stations in the key's scope, without what they found."""
    request.actor.require(VIEW_OFFERS)
    place = position_of(cursor, [int])
    found = queries.simulations(limit + 1, request.actor, before=place[0] if place else None)
    return Page[SimulationOut](
        items=[SimulationOut.of(row, request.actor, whole=False) for row in found[:limit]],
        next=cursor_of(found[limit - 1].pk) if len(found) > limit else None,
    )


@router.get(
    "/simulations/{simulation_id}",
    response=SimulationOut,
    operation_id="simulations_get",
    summary="A simulation",
    openapi_extra=needs("offers:read"),
)
def get_simulation(request: KeyedRequest, simulation_id: Id) -> SimulationOut:
    """With what it found, once it is done. Of a key of some stations all of the simulation's have to be among them.

    Costs and margins (`cost`, `costed`, `margin_*`, `own_margin_*`, `gifts*`) are told to keys that have `costs:read` too, ids
    of members (`members.most`, `members.least`) to those that have `customers:read`.
    """
    request.actor.require(VIEW_OFFERS)
    return SimulationOut.of(queries.simulation(simulation_id, request.actor), request.actor)


@router.post(
    "/simulations/{simulation_id}/stop",
    response=SimulationOut,
    operation_id="simulations_stop",
    summary="Stop a simulation",
    openapi_extra=needs("offers:write"),
)
def stop_simulation(request: KeyedRequest, simulation_id: Id) -> SimulationOut:
    """Safe to repeat."""
    services.stop_simulation(request.actor, simulation_id)
    return SimulationOut.of(queries.simulation(simulation_id, request.actor), request.actor)


@router.post(
    "/offers/try",
    response={200: None},
    operation_id="offers_try",
    summary="Try an offer on a basket",
    openapi_extra=needs(
        "offers:write", requestBody={"required": True, "content": {"application/json": {"schema": _TRY}}}
    ),
)
def try_offer(request: HttpRequest) -> HttpResponse:
    """What the sale would come to if this offer were in force beside those that are. Nothing is recorded."""
    body = wire.decode_object(request.body)
    for name in ("offer", "sale"):
        if not isinstance(body.get(name), dict):
            raise Invalid.field(name, "is missing; send an object with an offer and a sale")
    offer = language.convert(body["offer"])
    sale = wire.decode_sale(msgspec.json.encode(body["sale"]))
    quote = services.try_offer(request.actor, sale, offer)  # type: ignore[attr-defined]
    return HttpResponse(wire.encode(quote), content_type=JSON)
