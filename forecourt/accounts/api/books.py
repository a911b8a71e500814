"""Routes of the books of points, to read: what an ERP books, and what auditors ask for."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from ninja import Query, Router, Schema
from pydantic import StringConstraints

from forecourt.accounts import queries
from forecourt.accounts.values import By, RollLine
from forecourt.kernel.problems import Invalid
from forecourt.kernel.schemas import (
    Cursor,
    Day,
    Figure,
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


def _check(span: FundingSpan) -> None:
    if span.until < span.since:
        raise Invalid.field("until", f"{span.until} lies before {span.since}")
