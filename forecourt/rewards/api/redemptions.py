"""Routes of redemptions: redeemed, collected, taken back. They are answered by `answers`, as at the till door."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field, WithJsonSchema

from forecourt.customers import queries as customers
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, cursor_of, needs, position_of
from forecourt.kernel.wire import HttpAnswer, content, described, ref
from forecourt.organisation import queries as organisation
from forecourt.rewards import answers, queries
from forecourt.rewards.values import RedemptionState
from forecourt.rewards.wire import CODE_SCHEMA, Cancelling, Collecting, NewRedemption, RedemptionOut, RedemptionsPage

COMPONENTS = described(NewRedemption, Collecting, Cancelling, RedemptionOut, RedemptionsPage)

router = Router()

Code = Annotated[str, Path(), WithJsonSchema(CODE_SCHEMA)]


def _takes(name: str) -> dict[str, Any]:
    return {"required": True, "content": content(ref(name))}


def _answers(schema: dict[str, Any], words: str, status: int = 200) -> dict[int, Any]:
    return {status: {"description": words, "content": content(schema)}}


class RedemptionFilter(Schema):
    """Which redemptions to list."""

    customer: Annotated[Id | None, Field(description="The customer's id; those merged into it count too.")] = None
    reward: Annotated[str, Field(max_length=32)] = ""
    state: RedemptionState | None = None
    station: Annotated[str, Field(max_length=32)] = ""
    limit: Limit = 50
    cursor: Cursor | None = None


@router.post(
    "/redemptions",
    response={201: None},
    operation_id="redemptions_create",
    summary="Redeem a reward",
    openapi_extra=needs(
        "rewards:redeem",
        idempotent=True,
        requestBody=_takes("NewRedemption"),
        responses=_answers(ref("RedemptionOut"), "It was redeemed", 201),
    ),
)
def redeem(request: KeyedRequest) -> HttpResponse:
    """Takes the points and answers the code it is collected with, or the coupon it issued. Send an Idempotency-Key.

    409 says what is in the way: too few points, none left, a limit that is reached, not enough to know the customer by.
    """
    return _http(answers.redeem(request.actor, request.body))


@router.get(
    "/redemptions",
    response={200: None},
    operation_id="redemptions_list",
    summary="List redemptions",
    openapi_extra=needs("rewards:read", responses=_answers(ref("RedemptionsPage"), "A page of redemptions")),
)
def list_redemptions(request: KeyedRequest, wanted: Query[RedemptionFilter]) -> HttpResponse:
    """The latest first; a key of one station sees those redeemed or collected there."""
    place = position_of(wanted.cursor, [UUID])
    found = queries.list_redemptions(
        request.actor,
        customer_ids=customers.family_ids(wanted.customer) if wanted.customer else None,
        reward_id=queries.by_code(wanted.reward).id if wanted.reward else None,
        state=wanted.state,
        station_id=_station_id(request, wanted.station) if wanted.station else None,
        before=place[0] if place else None,
        limit=wanted.limit + 1,
    )
    shown = found[: wanted.limit]
    following = cursor_of(shown[-1].id) if len(found) > wanted.limit else None
    return _http(answers.given(RedemptionsPage(items=answers.outs(shown), next=following)))


@router.get(
    "/customers/{customer_id}/redemptions",
    response={200: None},
    operation_id="redemptions_of_customer",
    summary="A customer's redemptions",
    openapi_extra=needs(
        "rewards:read", responses=_answers({"type": "array", "items": ref("RedemptionOut")}, "Redemptions")
    ),
)
def list_of_customer(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> HttpResponse:
    """The latest first, those of customers merged into this one too."""
    return _http(answers.given(answers.outs(queries.of_customer(request.actor, customer_id, limit))))


@router.get(
    "/redemptions/{code}",
    response={200: None},
    operation_id="redemptions_get",
    summary="The redemption with a code",
    openapi_extra=needs("rewards:read", responses=_answers(ref("RedemptionOut"), "The redemption")),
)
def get_redemption(request: KeyedRequest, code: Code) -> HttpResponse:
    """However the code was typed: small letters, blanks and dashes do not matter."""
    return _http(answers.show(request.actor, code))


@router.post(
    "/redemptions/{code}/collect",
    response={200: None},
    operation_id="redemptions_collect",
    summary="Hand over what was redeemed",
    openapi_extra=needs(
        "rewards:redeem",
        requestBody=_takes("Collecting"),
        responses=_answers(ref("RedemptionOut"), "It was handed over"),
    ),
)
def collect(request: KeyedRequest, code: Code) -> HttpResponse:
    """409 when it was collected before, was cancelled or expired: then nothing must be handed over."""
    return _http(answers.collect(request.actor, code, request.body))


@router.post(
    "/redemptions/{code}/cancel",
    response={200: None},
    operation_id="redemptions_cancel",
    summary="Take a redemption back",
    openapi_extra=needs(
        "rewards:redeem",
        requestBody=_takes("Cancelling"),
        responses=_answers(ref("RedemptionOut"), "It was taken back"),
    ),
)
def cancel(request: KeyedRequest, code: Code) -> HttpResponse:
    """Points, piece and unused coupon return. What was handed over wants the scope rewards:write too."""
    return _http(answers.cancel(request.actor, code, request.body))


def _http(answer: HttpAnswer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.media_type)


def _station_id(request: KeyedRequest, code: str) -> int:
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise NotFound(f"There is no station {code}.")
    request.actor.require_station(station.id, code)
    return station.id
