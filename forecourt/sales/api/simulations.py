"""Routes of simulations, and of trying an offer on a basket."""

from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from forecourt.kernel.problems import Invalid
from forecourt.kernel.schemas import Body, Day, Id, KeyedRequest, Limit, needs
from forecourt.kernel.wire import JSON
from forecourt.offers.permissions import VIEW_OFFERS
from forecourt.offers.rules import language
from forecourt.sales import queries, services, wire
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


class SimulationBody(Body):
    """What to simulate: the sales of these trading days, both included.

    `programme` "draft" takes the loyalty programme as it is being edited; `offers` are drafts, by code, taken as if they had
    been in force; `without` are offers left out; `stations` limits it to these.
    """

    since: Day
    until: Day
    programme: Annotated[str, Field(pattern="^(current|draft)$")] = "current"
    offers: Annotated[list[Code], Field(max_length=200)] = []
    without: Annotated[list[Code], Field(max_length=200)] = []
    stations: Annotated[list[Code], Field(max_length=30_000)] = []


class SimulationOut(Schema):
    """How far a simulation is; `result` holds what it found once its state is "done"."""

    id: int
    state: str
    done: int
    total: int
    asked: dict[str, Any]
    error: str
    result: dict[str, Any] | None = None

    @classmethod
    def of(cls, row: Simulation, *, whole: bool = True) -> "SimulationOut":
        return cls(
            id=row.pk,
            state=row.state,
            done=row.done,
            total=row.total,
            asked=row.asked,
            error=row.error,
            result=row.result if whole else None,
        )


class Simulations(Schema):
    """Simulations, the newest first, without what they found."""

    items: list[SimulationOut]


@router.post(
    "/simulations",
    response={202: SimulationOut},
    operation_id="simulations_create",
    summary="Simulate past sales under other rules",
    openapi_extra=needs("offers:write", idempotent=True),
)
def create_simulation(request: KeyedRequest, body: SimulationBody) -> Any:
    """Runs in the background; ask for it again until its state is "done". Sales stay as they are."""
    asked = msgspec.convert(body.model_dump(), SimulationAsked)
    number = services.ask_simulation(request.actor, asked)
    return 202, SimulationOut.of(queries.simulation(number))


@router.get(
    "/simulations",
    response=Simulations,
    operation_id="simulations_list",
    summary="List simulations",
    openapi_extra=needs("offers:read"),
)
def list_simulations(request: KeyedRequest, limit: Limit = 50) -> Simulations:
    """The newest first."""
    request.actor.require(VIEW_OFFERS)
    return Simulations(items=[SimulationOut.of(row, whole=False) for row in queries.simulations(limit)])


@router.get(
    "/simulations/{simulation_id}",
    response=SimulationOut,
    operation_id="simulations_get",
    summary="A simulation",
    openapi_extra=needs("offers:read"),
)
def get_simulation(request: KeyedRequest, simulation_id: Id) -> SimulationOut:
    """With what it found, once it is done."""
    request.actor.require(VIEW_OFFERS)
    return SimulationOut.of(queries.simulation(simulation_id))


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
    return SimulationOut.of(queries.simulation(simulation_id))


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
