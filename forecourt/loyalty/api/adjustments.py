"""Routes of adjustments that want a second person."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.kernel.schemas import (
    Body,
    Cursor,
    Id,
    KeyedRequest,
    Limit,
    Page,
    Text,
    cursor_of,
    needs,
    position_of,
)
from forecourt.loyalty import permissions, queries, services
from forecourt.loyalty.values import AdjustmentView

router = Router()


class AdjustmentOut(Schema):
    """An adjustment beyond the programme's limit. `is_approved` is null while it waits for a second person."""

    id: int
    customer_id: int
    points: int
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    is_approved: bool | None
    note: str

    @classmethod
    def of(cls, view: AdjustmentView) -> "AdjustmentOut":
        return cls(**{name: getattr(view, name) for name in view.__struct_fields__})


class ApprovalBody(Body):
    """What to note about an approval."""

    note: Annotated[str, Field(max_length=200)] = ""


class PointsRefusalBody(Body):
    """Why an adjustment is refused."""

    note: Annotated[Text, Field(min_length=1, max_length=200)]


@router.get(
    "/points/adjustments",
    response=Page[AdjustmentOut],
    operation_id="adjustments_list",
    summary="Adjustments that wanted a second person",
    openapi_extra=needs("points:read"),
)
def list_adjustments(
    request: KeyedRequest,
    waiting: bool | None = None,
    customer_id: Id | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Page[AdjustmentOut]:
    """The newest first: all, those that wait (`waiting` true), or those that were decided (false).

    Of one customer with those of the customers merged into it.
    """
    request.actor.require(permissions.VIEW_POINTS)
    position = position_of(cursor, [int])
    before = position[0] if position else None
    family = customers.family_ids(customer_id) if customer_id is not None else None
    found = queries.adjustments(waiting=waiting, family=family, before=before, limit=limit + 1)
    return Page[AdjustmentOut](
        items=[AdjustmentOut.of(view) for view in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post(
    "/points/adjustments/{adjustment_id}/approve",
    response=AdjustmentOut,
    operation_id="adjustments_approve",
    summary="Approve an adjustment",
    openapi_extra=needs("points:approve"),
)
def approve_adjustment(request: KeyedRequest, adjustment_id: Id, approval: ApprovalBody) -> AdjustmentOut:
    """The points move now. Not by whom asked for it, unless the company lets one person do both."""
    return AdjustmentOut.of(services.approve_adjustment(request.actor, adjustment_id, approval.note))


@router.post(
    "/points/adjustments/{adjustment_id}/refuse",
    response=AdjustmentOut,
    operation_id="adjustments_refuse",
    summary="Refuse an adjustment",
    openapi_extra=needs("points:approve"),
)
def refuse_adjustment(request: KeyedRequest, adjustment_id: Id, refusal: PointsRefusalBody) -> AdjustmentOut:
    """Nothing moves. Not by whom asked for it, unless the company lets one person do both."""
    return AdjustmentOut.of(services.refuse_adjustment(request.actor, adjustment_id, refusal.note))
