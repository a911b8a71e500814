"""Routes of claims on those who fund offers, rewards and prizes: frozen when sent, then settled or disputed."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from ninja import Router, Schema, Status
from pydantic import Field

from forecourt.accounts import queries, services
from forecourt.accounts.api.funding import entity_named
from forecourt.accounts.values import ClaimView, CostsDue
from forecourt.faces import funding
from forecourt.kernel.schemas import (
    Body,
    Cursor,
    Day,
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

router = Router()


class ClaimBody(Body):
    """A claim on a funder, such as "supplier:aoke", for these business dates, both included, a year at most. `entity` is the
    name of a legal entity: of its stations only, and without rewards and prizes, which belong to none.
    """

    funder: Annotated[Text, Field(min_length=1, max_length=60)]
    since: Day
    until: Day
    entity: Annotated[str, Field(max_length=160)] = ""


class SettleBody(Body):
    """What the funder paid; where that is not all that was claimed, the note says why."""

    amount: Figure
    note: Annotated[str, Field(max_length=1000)] = ""


class DisputeBody(Body):
    """What the funder does not agree with."""

    note: Annotated[Text, Field(min_length=1, max_length=1000)]


class FundingClaimOut(Schema):
    """A claim on a funder. `total` is discount, value of points, `gifts` (what goods cost that were handed over) and costs
    together; corrections are within it.
    """

    id: int
    funder: str
    entity: str
    since: date
    until: date
    state: str
    rows: int
    uses: int
    quantity: Figure
    discount: Figure
    points: int
    points_value: Figure
    gifts: Figure
    costs: Figure
    corrections: Figure
    total: Figure
    sent_at: datetime | None
    settled_amount: Figure | None
    note: str

    @classmethod
    def of(cls, claim: ClaimView) -> "FundingClaimOut":
        return cls(**{name: getattr(claim, name) for name in cls.model_fields})


class ClaimRowOut(Schema):
    """One award in a claim; negative where it was taken back. A correction belongs to what was claimed before."""

    id: int
    business_date: date
    sale_id: UUID
    line: int
    station: str
    offer_id: int
    offer: str
    uses: int
    quantity: Figure
    discount: Figure
    points: int
    points_value: Figure
    gifts: Figure
    is_correction: bool


class ClaimCostOut(Schema):
    """What a claim holds beside awards, such as a day of a reward: what earlier claims do not hold of its `origin` yet."""

    origin: str
    day: date
    text: str
    amount: Figure
    uses: int
    is_correction: bool


@router.get(
    "/claims",
    response=Page[FundingClaimOut],
    operation_id="claims_list",
    summary="Claims on those who fund offers",
    openapi_extra=needs("accounts:read"),
)
def list_claims(
    request: KeyedRequest,
    funder: Annotated[str, Field(max_length=60)] = "",
    state: Annotated[str, Field(pattern="^(draft|sent|settled|disputed)?$")] = "",
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Page[FundingClaimOut]:
    """Newest first."""
    place = position_of(cursor, [int])
    before = place[0] if place else None
    found = queries.claims(request.actor, funder=funder, state=state, before=before, limit=limit + 1)
    return Page[FundingClaimOut](
        items=[FundingClaimOut.of(claim) for claim in found[:limit]],
        next=cursor_of(found[limit - 1].id) if len(found) > limit else None,
    )


@router.get(
    "/claims/{claim_id}",
    response=FundingClaimOut,
    operation_id="claims_get",
    summary="A claim",
    openapi_extra=needs("accounts:read"),
)
def get_claim(request: KeyedRequest, claim_id: Id) -> FundingClaimOut:
    return FundingClaimOut.of(queries.claim(request.actor, claim_id))


@router.delete(
    "/claims/{claim_id}",
    response={204: None},
    operation_id="claims_discard",
    summary="Throw away a draft of a claim",
    openapi_extra=needs("accounts:write"),
)
def discard_claim(request: KeyedRequest, claim_id: Id) -> Status[None]:
    """What it held can be claimed again."""
    services.discard_claim(request.actor, claim_id)
    return Status(204, None)


@router.get(
    "/claims/{claim_id}/rows",
    response=Page[ClaimRowOut],
    operation_id="claims_rows",
    summary="What a claim holds",
    openapi_extra=needs("accounts:read"),
)
def list_claim_rows(
    request: KeyedRequest, claim_id: Id, limit: Limit = 200, cursor: Cursor | None = None
) -> Page[ClaimRowOut]:
    """By business date; each names the sale it stands for."""
    place = position_of(cursor, [int])
    found = queries.claim_rows(request.actor, claim_id, after=place[0] if place else 0, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    items: list[dict[str, Any]] = [msgspec.structs.asdict(row) for row in found[:limit]]
    return Page[ClaimRowOut](
        items=[ClaimRowOut(**{name: row[name] for name in ClaimRowOut.model_fields}) for row in items],
        next=cursor_of(last.id) if last else None,
    )


@router.get(
    "/claims/{claim_id}/costs",
    response=list[ClaimCostOut],
    operation_id="claims_costs",
    summary="What a claim holds beside awards",
    openapi_extra=needs("accounts:read"),
)
def list_claim_costs(request: KeyedRequest, claim_id: Id) -> list[ClaimCostOut]:
    """By day, 5,000 at most."""
    return [
        ClaimCostOut(**{name: getattr(cost, name) for name in ClaimCostOut.model_fields})
        for cost in queries.claim_costs(request.actor, claim_id)
    ]


@router.post(
    "/claims",
    response={201: FundingClaimOut},
    operation_id="claims_draft",
    summary="Begin a claim on a funder",
    openapi_extra=needs("accounts:write", idempotent=True),
)
def draft_claim(request: KeyedRequest, body: ClaimBody) -> Status[FundingClaimOut]:
    """What was not claimed before, corrections of earlier claims included. 409 while the funder has a draft."""
    entity_id = entity_named(body.entity)
    costs = funding.costs_due(body.funder, entity_id)
    made = services.draft_claim(request.actor, body.funder, body.since, body.until, entity_id=entity_id, costs=costs)
    return Status(201, FundingClaimOut.of(made))


@router.post(
    "/claims/{claim_id}/refresh",
    response=FundingClaimOut,
    operation_id="claims_refresh",
    summary="Fill a draft of a claim anew",
    openapi_extra=needs("accounts:write"),
)
def refresh_claim(request: KeyedRequest, claim_id: Id) -> FundingClaimOut:
    """With what is due now."""
    return FundingClaimOut.of(services.refresh_claim(request.actor, claim_id, _costs(request, claim_id)))


@router.post(
    "/claims/{claim_id}/send",
    response=FundingClaimOut,
    operation_id="claims_send",
    summary="Send a claim",
    openapi_extra=needs("accounts:write"),
)
def send_claim(request: KeyedRequest, claim_id: Id) -> FundingClaimOut:
    """Filled a last time, and frozen; 409 where nothing is due."""
    return FundingClaimOut.of(services.send_claim(request.actor, claim_id, _costs(request, claim_id)))


@router.post(
    "/claims/{claim_id}/settle",
    response=FundingClaimOut,
    operation_id="claims_settle",
    summary="Note what the funder paid",
    openapi_extra=needs("accounts:write"),
)
def settle_claim(request: KeyedRequest, claim_id: Id, body: SettleBody) -> FundingClaimOut:
    return FundingClaimOut.of(services.settle_claim(request.actor, claim_id, body.amount, body.note))


@router.post(
    "/claims/{claim_id}/dispute",
    response=FundingClaimOut,
    operation_id="claims_dispute",
    summary="Note that the funder does not agree",
    openapi_extra=needs("accounts:write"),
)
def dispute_claim(request: KeyedRequest, claim_id: Id, body: DisputeBody) -> FundingClaimOut:
    """It stays frozen until it is settled."""
    return FundingClaimOut.of(services.dispute_claim(request.actor, claim_id, body.note))


def _costs(request: KeyedRequest, claim_id: int) -> CostsDue | None:
    """What rewards and prizes add to a claim."""
    claim = queries.claim(request.actor, claim_id)
    return funding.costs_due(claim.funder, claim.entity_id)
