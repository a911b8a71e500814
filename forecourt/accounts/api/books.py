"""Routes of accounts, to read: what an ERP books, and what auditors and funders ask for."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from forecourt.accounts import queries
from forecourt.accounts.values import By, ClaimView, PolicyState, PolicyView, RollLine
from forecourt.kernel.problems import Invalid
from forecourt.kernel.schemas import (
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

router = Router()

Month = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]
_MOST_MONTHS = 120


class AccountOut(Schema):
    """An account of the general ledger, and what the journal uses it for."""

    role: str
    code: str
    name: str


class PolicyOut(Schema):
    """A version of the accounting policy for points, in force from `valid_from` once it is approved.

    `redemption_percent` of the points earned are expected to be redeemed; `cohort_percents` says otherwise by month.
    """

    id: int
    state: PolicyState
    valid_from: date
    point_value: Figure
    redemption_percent: Figure
    cohort_percents: dict[str, Figure]
    tax_percent: Figure
    accounts: list[AccountOut]
    reason: str
    drafted_by: str
    drafted_at: datetime
    decided_by: str
    decided_at: datetime | None

    @classmethod
    def of(cls, view: PolicyView) -> "PolicyOut":
        policy = view.policy
        return cls(
            id=view.id,
            state=view.state,
            valid_from=policy.valid_from,
            point_value=policy.point_value,
            redemption_percent=policy.redemption_percent,
            cohort_percents=policy.cohort_percents,
            tax_percent=policy.tax_percent,
            accounts=[
                AccountOut(role=role.value, code=account.code, name=account.name)
                for role, account in policy.accounts.items()
            ],
            reason=view.reason,
            drafted_by=view.drafted_by,
            drafted_at=view.drafted_at,
            decided_by=view.decided_by,
            decided_at=view.decided_at,
        )


class JournalLineOut(Schema):
    """A line of the journal, final. `cohort` is the month in which the points were earned; `entity` the legal entity."""

    id: int
    day: date
    entity: str
    account: str
    account_name: str
    debit: Figure
    credit: Figure
    cohort: str
    kind: str
    is_gift: bool
    text: str


class DayOut(Schema):
    """A closed day: debits, which equal credits, what is owed for points after it and how many are outstanding."""

    day: date
    closed_at: datetime
    entries: int
    debit: Figure
    liability: Figure
    open_points: int


class RollOut(Schema):
    """Opening plus all that follows is closing."""

    opening: Figure
    earned: Figure
    given: Figure
    taken_back: Figure
    adjusted: Figure
    transferred: Figure
    spent: Figure
    expired: Figure
    breakage: Figure
    estimate: Figure
    closing: Figure


class RollLineOut(Schema):
    """A line of the roll-forward in points and in money; the last one, with an empty key, is the total."""

    key: str
    name: str
    points: RollOut
    money: RollOut

    @classmethod
    def of(cls, line: RollLine) -> "RollLineOut":
        return cls(
            key=line.key,
            name=line.name,
            points=RollOut(**msgspec.structs.asdict(line.points)),
            money=RollOut(**msgspec.structs.asdict(line.money)),
        )


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


class FundingSpan(Schema):
    """Days, both included."""

    since: Day
    until: Day


class Months(Schema):
    """Months, both included, such as 2026-01, and what the lines are."""

    since: Month
    until: Month
    by: By = By.MONTH


@router.get(
    "/liability/policies",
    response=list[PolicyOut],
    operation_id="liability_policies",
    summary="The accounting policy for points, all versions",
    openapi_extra=needs("accounts:read"),
)
def list_policies(request: KeyedRequest) -> list[PolicyOut]:
    """Newest first. Of the approved ones the one with the latest `valid_from` that has begun is in force."""
    return [PolicyOut.of(view) for view in queries.policies(request.actor)]


@router.get(
    "/liability/days",
    response=list[DayOut],
    operation_id="liability_days",
    summary="Closed days",
    openapi_extra=needs("accounts:read"),
)
def list_days(request: KeyedRequest, span: Query[FundingSpan]) -> list[DayOut]:
    """Newest first. A day that is not here is not closed yet."""
    _check(span)
    return [
        DayOut(**{name: getattr(day, name) for name in DayOut.model_fields})
        for day in queries.days(request.actor, span.since, span.until)
    ]


@router.get(
    "/liability/journal",
    response=Page[JournalLineOut],
    operation_id="liability_journal",
    summary="The journal of points",
    openapi_extra=needs("accounts:read"),
)
def list_journal(
    request: KeyedRequest, span: Query[FundingSpan], limit: Limit = 200, cursor: Cursor | None = None
) -> Page[JournalLineOut]:
    """In the order booked. Days are closed once and for good, so a day read whole need not be read again."""
    _check(span)
    place = position_of(cursor, [int])
    found = queries.journal(request.actor, span.since, span.until, after=place[0] if place else 0, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return Page[JournalLineOut](
        items=[
            JournalLineOut(
                **{**msgspec.structs.asdict(line), "kind": line.kind.value, "cohort": f"{line.cohort:%Y-%m}"}
            )
            for line in found[:limit]
        ],
        next=cursor_of(last.id) if last else None,
    )


@router.get(
    "/liability/rollforward",
    response=list[RollLineOut],
    operation_id="liability_rollforward",
    summary="The roll-forward of points and of what is owed for them",
    openapi_extra=needs("accounts:read"),
)
def roll_forward(request: KeyedRequest, months: Query[Months]) -> list[RollLineOut]:
    since, until = date.fromisoformat(f"{months.since}-01"), date.fromisoformat(f"{months.until}-01")
    if until < since or (until.year - since.year) * 12 + until.month - since.month >= _MOST_MONTHS:
        raise Invalid.field("until", f"must lie in the {_MOST_MONTHS} months from {months.since} on")
    return [RollLineOut.of(line) for line in queries.roll_forward(request.actor, since, until, months.by)]


@router.get(
    "/claims",
    response=list[FundingClaimOut],
    operation_id="claims_list",
    summary="Claims on those who fund offers",
    openapi_extra=needs("accounts:read"),
)
def list_claims(
    request: KeyedRequest,
    funder: Annotated[str, Field(max_length=60)] = "",
    state: Annotated[str, Field(pattern="^(draft|sent|settled|disputed)?$")] = "",
) -> list[FundingClaimOut]:
    """Newest first, 200 at most."""
    return [FundingClaimOut.of(claim) for claim in queries.claims(request.actor, funder=funder, state=state)]


@router.get(
    "/claims/{claim_id}",
    response=FundingClaimOut,
    operation_id="claims_get",
    summary="A claim",
    openapi_extra=needs("accounts:read"),
)
def get_claim(request: KeyedRequest, claim_id: Id) -> FundingClaimOut:
    return FundingClaimOut.of(queries.claim(request.actor, claim_id))


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


def _check(span: FundingSpan) -> None:
    if span.until < span.since:
        raise Invalid.field("until", f"{span.until} lies before {span.since}")
