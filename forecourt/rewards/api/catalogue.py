"""Routes of the catalogue, as it is kept and as a customer sees it."""

from typing import Annotated

import msgspec
from ninja import Query, Router, Schema, Status
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import Day, HandInBody, Id, KeyedRequest, Page, SendBackBody, needs
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, queries, services
from forecourt.rewards.api.schemas import (
    ChoiceOut,
    CostOut,
    EndBody,
    NewRewardBody,
    RewardBody,
    RewardCode,
    RewardOut,
    RewardReviewOut,
    StockBody,
    StockOut,
)
from forecourt.rewards.values import Asking, Reward, RewardKind, RewardLine, RewardState

router = Router()
step = review_routes(router, "/rewards/{code}", "rewards", RewardOut, write="rewards:write", approve="rewards:approve")


class CatalogueFilter(Schema):
    """Which rewards to list. `q` is a part of the name or code."""

    q: Annotated[str, Field(max_length=80)] = ""
    state: RewardState | None = None
    kind: RewardKind | None = None


@router.get(
    "/rewards",
    response=Page[RewardOut],
    operation_id="rewards_list",
    summary="The catalogue of rewards",
    openapi_extra=needs("rewards:read"),
)
def list_rewards(request: KeyedRequest, wanted: Query[CatalogueFilter]) -> Page[RewardOut]:
    """In the order of the catalogue, all at once. What was never live is for those who may see costs."""
    lines = queries.catalogue(request.actor, text=wanted.q, state=wanted.state, kind=wanted.kind)
    return Page[RewardOut](items=[RewardOut.shown(line, request.actor) for line in lines if _may_see(request, line)])


@router.get(
    "/customers/{customer_id}/rewards",
    response=Page[ChoiceOut],
    operation_id="rewards_choices",
    summary="What a customer can redeem",
    openapi_extra=needs("rewards:read"),
)
def list_choices(
    request: KeyedRequest, customer_id: Id, station: Annotated[str, Field(max_length=32)] = ""
) -> Page[ChoiceOut]:
    """The live rewards, what is missing for each and what else is in the way; `station`: where it will be collected."""
    found = queries.choices(request.actor, customer_id, station)
    survivor = customers.survivor_of(customer_id)
    asking = Asking(
        today=organisation.company_day(),
        tier=loyalty.balance(survivor).tier,
        spendable=queries.spendable(survivor),
        station=station,
    )
    tiers = {tier.code: tier.name for tier in loyalty.programme_at(clock.now()).tiers}
    codes = {station, *(code for choice in found for code in choice.known.reward.stations[:10])}
    stations = {code: facts.name for code, facts in organisation.station_facts(codes).items()}
    asking = msgspec.structs.replace(asking, station=stations.get(station, station))
    items = [
        ChoiceOut.of(
            choice, _named(choice.known.reward, tiers, stations), msgspec.structs.replace(asking, left=choice.left)
        )
        for choice in found
    ]
    return Page[ChoiceOut](items=items)


def _named(reward: Reward, tiers: dict[str, str], stations: dict[str, str]) -> Reward:
    """The reward with what its tiers and stations are called in the place of their codes, for members to read."""
    return msgspec.structs.replace(
        reward,
        tiers=tuple(tiers.get(code, code) for code in reward.tiers),
        stations=tuple(stations.get(code, code) for code in reward.stations),
    )


@router.get(
    "/rewards/{code}",
    response=RewardOut,
    operation_id="rewards_get",
    summary="One reward",
    openapi_extra=needs("rewards:read"),
)
def get_reward(request: KeyedRequest, code: RewardCode) -> RewardOut:
    line = queries.reward(request.actor, code)
    if not _may_see(request, line):
        raise NotFound(f"There is no reward {code}.")
    return RewardOut.shown(line, request.actor)


def _may_see(request: KeyedRequest, line: RewardLine) -> bool:
    return line.known.state is not RewardState.DRAFT or request.actor.may_everywhere(permissions.VIEW_COSTS)


@router.post(
    "/rewards",
    response={201: RewardOut},
    operation_id="rewards_create",
    summary="Add a reward",
    openapi_extra=needs("rewards:write", idempotent=True),
)
def make_reward(request: KeyedRequest, reward: NewRewardBody) -> Status[RewardOut]:
    """As a draft; 409 when the code is taken."""
    services.make_reward(request.actor, reward.to_value())
    return Status(201, RewardOut.of(queries.reward(request.actor, reward.code)))


@router.put(
    "/rewards/{code}",
    response=RewardOut,
    operation_id="rewards_change",
    summary="Change a reward",
    openapi_extra=needs("rewards:write"),
)
def change_reward(request: KeyedRequest, code: RewardCode, reward: RewardBody) -> RewardOut:
    """Its draft: what is live stays until this is handed in and approved."""
    services.change_reward(request.actor, code, reward.to_value(code))
    return RewardOut.of(queries.reward(request.actor, code))


@router.delete(
    "/rewards/{code}/draft",
    response=RewardOut,
    operation_id="rewards_discard",
    summary="Throw away what a reward was to become",
    openapi_extra=needs("rewards:write"),
)
def discard_draft(request: KeyedRequest, code: RewardCode) -> RewardOut:
    """It says again what it said when it was approved last. 409 for one that never was, and while it is in review."""
    services.discard_reward_draft(request.actor, code)
    return RewardOut.of(queries.reward(request.actor, code))


@step("submit", "Hand a reward in for review")
def submit_reward(request: KeyedRequest, code: RewardCode, body: HandInBody) -> RewardOut:
    """It cannot be edited until that is decided or withdrawn."""
    services.submit_reward(request.actor, code, body.note)
    return RewardOut.of(queries.reward(request.actor, code))


@step("withdraw", "Take a reward back that was handed in")
def withdraw_reward(request: KeyedRequest, code: RewardCode) -> RewardOut:
    services.withdraw_reward(request.actor, code)
    return RewardOut.of(queries.reward(request.actor, code))


@step("approve", "Approve a reward")
def approve_reward(request: KeyedRequest, code: RewardCode) -> RewardOut:
    """By another than who handed it in. Members redeem it as it is now; what was redeemed keeps its price."""
    services.approve_reward(request.actor, code)
    return RewardOut.of(queries.reward(request.actor, code))


@step("refuse", "Send a reward back")
def refuse_reward(request: KeyedRequest, code: RewardCode, body: SendBackBody) -> RewardOut:
    services.refuse_reward(request.actor, code, body.reason)
    return RewardOut.of(queries.reward(request.actor, code))


@router.get(
    "/rewards/{code}/reviews",
    response=list[RewardReviewOut],
    operation_id="rewards_reviews",
    summary="What was decided about a reward",
    openapi_extra=needs("rewards:write", or_scope="rewards:approve"),
)
def list_reviews(request: KeyedRequest, code: RewardCode) -> list[RewardReviewOut]:
    """The latest first: those approved are what it was, who wanted it and who let it."""
    request.actor.require_everywhere(permissions.VIEW_COSTS)
    return [RewardReviewOut.of(review) for review in queries.decided(request.actor, code)]


@router.post(
    "/rewards/{code}/end",
    response=RewardOut,
    operation_id="rewards_end",
    summary="Take a reward out of the catalogue",
    openapi_extra=needs("rewards:write"),
)
def end_reward(request: KeyedRequest, code: RewardCode, end: EndBody) -> RewardOut:
    """At once. What was redeemed can still be collected; handed in and approved again, it comes back."""
    services.end_reward(request.actor, code, end.reason)
    return RewardOut.of(queries.reward(request.actor, code))


@router.get(
    "/rewards/{code}/stock",
    response=list[StockOut],
    operation_id="rewards_stock",
    summary="What is left of a reward",
    openapi_extra=needs("rewards:read"),
)
def list_stock(request: KeyedRequest, code: RewardCode) -> list[StockOut]:
    """By station, in the key's scope; empty where any number can be had."""
    request.actor.require(permissions.VIEW_REWARDS)
    return [StockOut.of(line) for line in queries.stocks(request.actor, queries.by_code(code))]


@router.post(
    "/rewards/{code}/stock",
    response={201: StockOut},
    operation_id="rewards_stock_change",
    summary="Add pieces, or set what was counted",
    openapi_extra=needs("rewards:write", idempotent=True),
)
def change_stock(request: KeyedRequest, code: RewardCode, change: StockBody) -> Status[StockOut]:
    """Send an Idempotency-Key, so that a delivery that is sent twice is added once."""
    command = services.count_stock if change.is_count else services.add_stock
    left = command(request.actor, code, change.pieces, change.reason, change.station or None)
    return Status(201, StockOut(station=change.station, left=left))


class RewardSpan(Schema):
    """Days, both included."""

    since: Annotated[Day, Field(alias="from", description="First day.")]
    until: Annotated[Day, Field(alias="to", description="Last day.")]


@router.get(
    "/reward-costs",
    response=list[CostOut],
    operation_id="rewards_costs",
    summary="What rewards cost, by reward and who pays",
    openapi_extra=needs("accounts:read", or_scope="rewards:write"),
)
def list_costs(request: KeyedRequest, span: Query[RewardSpan]) -> list[CostOut]:
    """Of what was handed over on these days; each piece by the shares as of its redemption."""
    request.actor.require_everywhere(permissions.VIEW_COSTS)
    if span.until < span.since:
        raise Invalid.field("to", f"{span.until} lies before the first day, {span.since}")
    found = queries.costs(span.since, span.until)
    return [CostOut(**msgspec.structs.asdict(cost)) for cost in found]
