"""Routes of closing: months whose books are closed for good, and where every unit of points stands."""

from datetime import date, datetime

from ninja import Router, Schema, Status

from forecourt.accounts import queries, services
from forecourt.accounts.api.books import Month
from forecourt.kernel.schemas import Body, Figure, KeyedRequest, needs

router = Router()


class PeriodBody(Body):
    """A month, such as 2026-01."""

    month: Month


class PeriodOut(Schema):
    """A month whose books are closed."""

    month: str
    closed_at: datetime
    closed_by: str


class PeriodsOut(Schema):
    """Months whose books are closed, the newest first; `closable` is the next one that can be, null where none can yet."""

    items: list[PeriodOut]
    closable: str | None


class UnitOut(Schema):
    """Points earned in one month (`cohort`) at stations of one legal `entity` ("": none), or given free: for these revenue is
    recognised together. `percent` are expected to be redeemed; `unused` of the `open` ones nobody is expected to redeem.
    `allocated` less what was `recognised` as revenue is the `liability`.
    """

    cohort: str
    entity: str
    is_gift: bool
    points: int
    redeemed: int
    expired: int
    open: int
    percent: Figure
    unused: Figure
    allocated: Figure
    recognised: Figure
    liability: Figure


@router.get(
    "/liability/units",
    response=list[UnitOut],
    operation_id="liability_units",
    summary="Where points stand that are outstanding or owed for, by month of earning",
    openapi_extra=needs("accounts:read"),
)
def list_units(request: KeyedRequest) -> list[UnitOut]:
    """As of the last day that is closed; the newest month first."""
    found, names = queries.units(request.actor), queries.entities()
    return [
        UnitOut(
            cohort=_month(unit.cohort),
            entity=names.get(unit.entity_id, ""),
            is_gift=unit.is_gift,
            unused=queries.expected_unused(state),
            **{name: getattr(state, name) for name in ("points", "redeemed", "expired", "open", "percent")},
            **{name: getattr(state, name) for name in ("allocated", "recognised", "liability")},
        )
        for unit, state in found
    ]


@router.get(
    "/liability/periods",
    response=PeriodsOut,
    operation_id="liability_periods",
    summary="Months whose books are closed",
    openapi_extra=needs("accounts:read"),
)
def list_periods(request: KeyedRequest) -> PeriodsOut:
    next_one = queries.closable()
    return PeriodsOut(items=_periods(request), closable=_month(next_one) if next_one else None)


@router.post(
    "/liability/periods",
    response={201: PeriodOut},
    operation_id="liability_periods_close",
    summary="Close the books of a month",
    openapi_extra=needs("accounts:close", idempotent=True),
)
def close_period(request: KeyedRequest, period: PeriodBody) -> Status[PeriodOut]:
    """For good; 409 until all of its days are closed. Closed before, it stays as it is."""
    services.close_period(request.actor, date.fromisoformat(f"{period.month}-01"))
    return Status(201, next(one for one in _periods(request) if one.month == period.month))


def _periods(request: KeyedRequest) -> list[PeriodOut]:
    return [
        PeriodOut(month=_month(one.month), closed_at=one.closed_at, closed_by=one.closed_by)
        for one in queries.periods(request.actor)
    ]


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
