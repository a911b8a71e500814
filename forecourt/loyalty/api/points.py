"""Routes of points."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.problems import NotFound
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
from forecourt.loyalty.queries import EntryView
from forecourt.loyalty.values import Standing

router = Router()

MOST_POINTS = 1_000_000_000


class StandingOut(Schema):
    """Where a customer stands. `points` may be below zero where points are owed; `tier` may be empty."""

    customer_id: int
    points: int
    tier: str

    @classmethod
    def of(cls, standing: Standing) -> "StandingOut":
        return cls(customer_id=standing.customer_id, points=standing.points, tier=standing.tier)


class EntryOut(Schema):
    """A line of the points ledger. Positive points expire after `expires_on`."""

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

    @classmethod
    def of(cls, entry: EntryView) -> "EntryOut":
        return cls(**{**entry._asdict(), "kind": entry.kind.value})


class AdjustmentBody(Body):
    """Points to give (positive) or take (negative), and why."""

    points: Annotated[int, Field(ge=-MOST_POINTS, le=MOST_POINTS, strict=True)]
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


@router.get(
    "/customers/{customer_id}/points",
    response=StandingOut,
    operation_id="points_get",
    summary="Points and tier of a customer",
    openapi_extra=needs("points:read"),
)
def get_points(request: KeyedRequest, customer_id: Id) -> StandingOut:
    """Of a customer who was merged into another, where the other stands."""
    request.actor.require(permissions.VIEW_POINTS)
    return StandingOut.of(queries.balance(_known(customer_id)))


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
    response={201: StandingOut},
    operation_id="points_adjust",
    summary="Give or take points",
    openapi_extra=needs("points:write", idempotent=True),
)
def adjust_points(request: KeyedRequest, customer_id: Id, adjustment: AdjustmentBody) -> Status[StandingOut]:
    """Send an Idempotency-Key, so that an adjustment that is sent twice counts once."""
    standing = services.adjust_points(request.actor, customer_id, adjustment.points, adjustment.reason)
    return Status(201, StandingOut.of(standing))


def _known(customer_id: int) -> int:
    """The id under which a customer is known today; NotFound when there is none."""
    resolved = customers.resolve([CustomerClaim(id=customer_id)])[0]
    if resolved is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return resolved.customer_id
