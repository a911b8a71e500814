"""Routes of points."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from ninja import Router, Schema, Status
from pydantic import Field
from pydantic.types import StringConstraints

from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock
from forecourt.kernel.problems import NotFound
from forecourt.kernel.schemas import (
    Body,
    Cursor,
    Figure,
    Id,
    KeyedRequest,
    Limit,
    Page,
    Text,
    cursor_of,
    needs,
    position_of,
)
from forecourt.loyalty import permissions, queries, services, words
from forecourt.loyalty.queries import EntryView
from forecourt.loyalty.values import Every, PointsSummary, Standing, TierProgress

router = Router()

MOST_POINTS = 1_000_000_000
Origin = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\s/]+$")]
"""What a caller calls that which points are spent for, as it stands in an address."""


class StandingOut(Schema):
    """Where a customer stands. `points` may be below zero where points are owed; `tier` may be empty."""

    customer_id: int
    points: int
    tier: str

    @classmethod
    def of(cls, standing: Standing) -> "StandingOut":
        return cls(customer_id=standing.customer_id, points=standing.points, tier=standing.tier)


class ProgressOut(Schema):
    """How far a customer is, as of the last review: `value` is what counts towards tiers, by `basis`, over `window_days`.

    `missing` leads to `next_tier`; `keep_missing` is what keeping this one wants, who holds it in grace until `until`. Towards
    keeping it `keep_value` counts, by `keep_basis` over `keep_window_days`.
    """

    value: Figure
    basis: str
    window_days: int
    since: date | None
    until: date | None
    keep_value: Figure
    keep_basis: str
    keep_window_days: int
    keep_missing: Figure
    next_tier: str
    next_name: str
    next_threshold: Figure
    missing: Figure
    percent: int

    @classmethod
    def of(cls, progress: TierProgress) -> "ProgressOut":
        fields = {name: getattr(progress, name) for name in progress.__struct_fields__ if name in cls.model_fields}
        figures = {name: one.normalize() for name, one in fields.items() if isinstance(one, Decimal)}
        return cls(**fields | figures, percent=progress.percent)


class HouseholdPointsOut(Schema):
    """What a household has for this customer to spend, its own points included, and whose they are."""

    available: int
    members: list[int]


class TierCouponOut(Schema):
    """A coupon that a tier brings: the template's code, and how often it is given."""

    template: str
    every: Every


class TierShownOut(Schema):
    """A tier with what it brings; `words` says each benefit by language ("en", "zh-Hans"), to show as it is.

    Points times `multiplier_percent` (100 changes nothing), `fuel_discount` off a unit of fuel, `shop_percent` off all
    else. With `is_priority` its members are served first, and move up first where there is a waiting list.
    """

    code: str
    name: str
    multiplier_percent: int
    fuel_discount: Figure
    shop_percent: Figure
    coupons: list[TierCouponOut]
    is_priority: bool
    perks: str
    words: dict[str, list[str]]


class PointsOut(StandingOut):
    """A customer's points. Of `points`, `pending` cannot be spent yet and `available` can.

    `benefits` is the tier with what it brings, null without one.

    `expiring` are good for 30 days at most, the first of them until `expiring_on`. `payable` is how many may pay at once, by
    the programme's minimum and steps and with what the household shares, and `payable_worth` what they pay. `household` is
    null unless the programme lets the household share; `progress` is null where there are no tiers.
    """

    pending: int
    available: int
    expiring: int
    expiring_on: date | None
    payable: int
    payable_worth: Figure
    household: HouseholdPointsOut | None
    progress: ProgressOut | None
    benefits: TierShownOut | None

    @classmethod
    def of_summary(cls, summary: PointsSummary) -> "PointsOut":
        progress = queries.progress(summary.customer_id)
        code = queries.balance(summary.customer_id).tier
        held = words.shown(queries.programme_at(clock.now()), code)
        return cls(
            customer_id=summary.customer_id,
            points=summary.points,
            tier=code,
            pending=summary.pending,
            available=summary.available,
            expiring=summary.expiring,
            expiring_on=summary.expiring_on,
            payable=summary.payable,
            payable_worth=summary.payable_worth,
            household=HouseholdPointsOut(available=summary.shared, members=list(summary.members))
            if summary.members
            else None,
            progress=ProgressOut.of(progress) if progress else None,
            benefits=TierShownOut.model_validate(msgspec.to_builtins(held, builtin_types=(Decimal,))) if held else None,
        )


class AdjustedOut(StandingOut):
    """Where a customer stands after an adjustment. With `adjustment_id` it waits for a second person: nothing moved yet."""

    adjustment_id: int | None


class EntryOut(Schema):
    """A line of the points ledger. Positive points can be spent from `available_on` and expire after `expires_on`.

    `origin` names what they were for, where that is no sale.
    """

    id: UUID
    customer_id: int
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    kind: str
    points: int
    expires_on: date | None
    sale_id: UUID | None
    reason: str
    actor: str
    available_on: date | None
    origin: str

    @classmethod
    def of(cls, entry: EntryView) -> "EntryOut":
        return cls(**{**entry._asdict(), "kind": entry.kind.value})


class AdjustmentBody(Body):
    """Points to give (positive) or take (negative), and why."""

    points: Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS, strict=True)]
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


class PointsTransferBody(Body):
    """Points to pass on to the customer `to`, and why."""

    to: Id
    points: Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)]
    reason: Annotated[str, Field(max_length=200)] = ""


class SpendingBody(Body):
    """Points to spend for what the caller calls `origin`: an order, a voucher. Each is spent once."""

    points: Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)]
    origin: Origin
    reason: Annotated[str, Field(max_length=200)] = ""


class ReturnBody(Body):
    """Why points are given back."""

    reason: Annotated[str, Field(max_length=200)] = ""


@router.get(
    "/customers/{customer_id}/points",
    response=PointsOut,
    operation_id="points_get",
    summary="Points and tier of a customer",
    openapi_extra=needs("points:read"),
)
def get_points(request: KeyedRequest, customer_id: Id) -> PointsOut:
    """Of a customer who was merged into another, where the other stands."""
    request.actor.require(permissions.VIEW_POINTS)
    return PointsOut.of_summary(queries.household_points(_known(customer_id)))


@router.get(
    "/customers/{customer_id}/points/entries",
    response=Page[EntryOut],
    operation_id="points_entries",
    summary="The points ledger of a customer",
    openapi_extra=needs("points:read"),
)
def list_entries(
    request: KeyedRequest, customer_id: Id, limit: Limit = 50, cursor: Cursor | None = None
) -> Page[EntryOut]:
    """Newest first, those of customers merged into this one too."""
    request.actor.require(permissions.VIEW_POINTS)
    family = customers.family_ids(_known(customer_id))
    found = queries.entries(family, position_of(cursor, [datetime, UUID]), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page[EntryOut](
        items=[EntryOut.of(entry) for entry in found[:limit]],
        next=cursor_of(last.occurred_at, last.id) if last else None,
    )


@router.post(
    "/customers/{customer_id}/points/adjust",
    response={201: AdjustedOut, 202: AdjustedOut},
    operation_id="points_adjust",
    summary="Give or take points",
    openapi_extra=needs("points:write", idempotent=True),
)
def adjust_points(request: KeyedRequest, customer_id: Id, adjustment: AdjustmentBody) -> Status[AdjustedOut]:
    """Send an Idempotency-Key, so that an adjustment that is sent twice counts once.

    Beyond the programme's limit it is only filed (202) and waits for a second person.
    """
    done = services.adjust_points(request.actor, customer_id, adjustment.points, adjustment.reason)
    answer = AdjustedOut(
        customer_id=done.customer_id, points=done.points, tier=done.tier, adjustment_id=done.adjustment_id
    )
    return Status(201 if done.adjustment_id is None else 202, answer)


@router.post(
    "/customers/{customer_id}/points/transfer",
    response={201: PointsOut},
    operation_id="points_transfer",
    summary="Pass points on to somebody of the household",
    openapi_extra=needs("points:spend", idempotent=True),
)
def transfer_points(request: KeyedRequest, customer_id: Id, transfer: PointsTransferBody) -> Status[PointsOut]:
    """Those that expire soonest first; they keep their last day. Answers what is left to the customer who gave."""
    summaries = services.transfer_points(request.actor, customer_id, transfer.to, transfer.points, transfer.reason)
    return Status(201, PointsOut.of_summary(summaries[0]))


@router.post(
    "/customers/{customer_id}/points/spend",
    response={201: PointsOut},
    operation_id="points_spend",
    summary="Spend points",
    openapi_extra=needs("points:spend", idempotent=True),
)
def spend_points(request: KeyedRequest, customer_id: Id, spending: SpendingBody) -> Status[PointsOut]:
    """All or nothing, once for each `origin` of the caller's; where households share, from everybody's points."""
    summary = services.spend_points(request.actor, customer_id, spending.points, spending.origin, spending.reason)
    return Status(201, PointsOut.of_summary(summary))


@router.post(
    "/customers/{customer_id}/points/spend/{origin}/return",
    response={201: PointsOut},
    operation_id="points_return",
    summary="Give back points that were spent",
    openapi_extra=needs("points:spend", idempotent=True),
)
def return_points(request: KeyedRequest, customer_id: Id, origin: Origin, returned: ReturnBody) -> Status[PointsOut]:
    """The whole of what the caller spent for this origin, into the lots it came from, which keep their last day."""
    summary = services.return_points(request.actor, customer_id, origin, returned.reason)
    return Status(201, PointsOut.of_summary(summary))


def _known(customer_id: int) -> int:
    """The id under which a customer is known today; NotFound when there is none."""
    resolved = customers.resolve([CustomerClaim(id=customer_id)])[0]
    if resolved is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return resolved.customer_id
