"""Routes of redemptions: redeemed, collected, taken back."""

from typing import Annotated
from uuid import UUID

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import Cursor, Id, KeyedRequest, Limit, Page, cursor_of, needs, position_of
from forecourt.organisation import queries as organisation
from forecourt.rewards import queries, services
from forecourt.rewards.api.schemas import RedemptionOut, RewardCancelBody, RewardCollectBody, RewardRedeemBody
from forecourt.rewards.values import Redemption, RedemptionState

router = Router()

Code = Annotated[str, Path(min_length=4, max_length=40)]


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
    response={201: RedemptionOut},
    operation_id="redemptions_create",
    summary="Redeem a reward",
    openapi_extra=needs("rewards:redeem", idempotent=True),
)
def redeem(request: KeyedRequest, wanted: RewardRedeemBody) -> Status[RedemptionOut]:
    """Takes the points and answers the code it is collected with, or the coupon it issued. Send an Idempotency-Key.

    409 says what is in the way: too few points, none left, a limit that is reached, not enough to know the customer by.
    """
    claim, identified_by = wanted.customer.to_value()
    found = customers.resolve([claim])[0]
    if found is None:
        raise NotFound(f"Nobody is known by that {identified_by.value}.")
    redemption = services.redeem_reward(
        request.actor,
        found.customer_id,
        wanted.reward,
        wanted.station or None,
        identified_by=identified_by,
        supervisor=wanted.supervisor,
    )
    return Status(201, _out([redemption])[0])


@router.get(
    "/redemptions",
    response=Page[RedemptionOut],
    operation_id="redemptions_list",
    summary="List redemptions",
    openapi_extra=needs("rewards:read"),
)
def list_redemptions(request: KeyedRequest, wanted: Query[RedemptionFilter]) -> Page[RedemptionOut]:
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
    return _page(found, wanted.limit)


@router.get(
    "/customers/{customer_id}/redemptions",
    response=list[RedemptionOut],
    operation_id="redemptions_of_customer",
    summary="A customer's redemptions",
    openapi_extra=needs("rewards:read"),
)
def list_of_customer(request: KeyedRequest, customer_id: Id, limit: Limit = 50) -> list[RedemptionOut]:
    """The latest first, those of customers merged into this one too."""
    return _out(queries.of_customer(request.actor, customer_id, limit))


@router.get(
    "/redemptions/{code}",
    response=RedemptionOut,
    operation_id="redemptions_get",
    summary="The redemption with a code",
    openapi_extra=needs("rewards:read"),
)
def get_redemption(request: KeyedRequest, code: Code) -> RedemptionOut:
    """However the code was typed: small letters, blanks and dashes do not matter."""
    return _out([queries.redemption_by_code(request.actor, code)])[0]


@router.post(
    "/redemptions/{code}/collect",
    response=RedemptionOut,
    operation_id="redemptions_collect",
    summary="Hand over what was redeemed",
    openapi_extra=needs("rewards:redeem"),
)
def collect(request: KeyedRequest, code: Code, body: RewardCollectBody) -> RedemptionOut:
    """409 when it was collected before, was cancelled or expired: then nothing must be handed over."""
    return _out([services.collect_redemption(request.actor, code, body.station or None)])[0]


@router.post(
    "/redemptions/{code}/cancel",
    response=RedemptionOut,
    operation_id="redemptions_cancel",
    summary="Take a redemption back",
    openapi_extra=needs("rewards:redeem"),
)
def cancel(request: KeyedRequest, code: Code, body: RewardCancelBody) -> RedemptionOut:
    """Points, piece and unused coupon return. What was handed over wants the scope rewards:write too."""
    redemption_id = queries.redemption_by_code(request.actor, code).id
    return _out([services.cancel_redemption(request.actor, redemption_id, body.reason)])[0]


def _out(redemptions: list[Redemption]) -> list[RedemptionOut]:
    wanted = {one.station_id for one in redemptions} | {one.collected_station_id for one in redemptions}
    stations = organisation.stations_by_id({station_id for station_id in wanted if station_id})
    codes = {facts.id: facts.code for facts in stations.values()}
    return [RedemptionOut.of(one, codes) for one in redemptions]


def _page(found: list[Redemption], limit: int) -> Page[RedemptionOut]:
    shown = found[:limit]
    following = cursor_of(shown[-1].id) if len(found) > limit else None
    return Page[RedemptionOut](items=_out(shown), next=following)


def _station_id(request: KeyedRequest, code: str) -> int:
    station = organisation.station_facts([code]).get(code)
    if station is None:
        raise NotFound(f"There is no station {code}.")
    request.actor.require_station(station.id, code)
    return station.id
