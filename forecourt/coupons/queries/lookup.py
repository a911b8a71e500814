"""Coupons one by one and in pages, as screens and the API show them."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt import coupons
from forecourt.coupons import rules
from forecourt.coupons.models import ExpiryNotice
from forecourt.coupons.queries.checkout import for_sale
from forecourt.coupons.values import Coupon, CouponStatus, Step
from forecourt.kernel import sql
from forecourt.kernel.problems import NotFound
from forecourt.organisation import queries as organisation

NOTICE_DAYS: Final = 7
"""So long before its last day a coupon is told to be ending."""
_CATCH_UP_DAYS: Final = 6
_VIEWS: Final = sql.load(coupons.__file__, "coupons")
_PAGE: Final = (
    _VIEWS
    + """
WHERE (%(template_id)s::bigint IS NULL OR coupon.template_id = %(template_id)s)
  AND (%(batch_id)s::bigint IS NULL OR coupon.batch_id = %(batch_id)s)
  AND (%(after)s::uuid IS NULL OR coupon.id < %(after)s)
ORDER BY coupon.id DESC LIMIT %(limit)s
"""
)
_OF_CUSTOMERS: Final = (
    _VIEWS
    + """
WHERE coupon.customer_id IS NOT NULL AND coupon.customer_id = ANY(%(customer_ids)s::bigint[])
  AND (NOT %(only_open)s OR coupon.status IN ('active', 'reserved') AND coalesce(coupon.voided_at, batch.voided_at) IS NULL
       AND (coupon.expires_on IS NULL OR coupon.expires_on >= %(today)s::date))
  AND (%(after)s::uuid IS NULL OR coupon.id < %(after)s)
ORDER BY coupon.id DESC LIMIT %(limit)s
"""
)
_USES: Final = """
SELECT use.id, use.coupon_id, coupon.code, use.customer_id, use.sale_id, use.station_id, use.used_at, use.restored_at
FROM coupons_couponuse AS use
JOIN coupons_coupon AS coupon ON coupon.id = use.coupon_id
"""
_STEPS: Final = """
SELECT step, giver_id, taker_id, at, actor, reason FROM coupons_couponstep WHERE coupon_id = %(id)s ORDER BY id
"""
_SOURCES: Final = """
SELECT coupon.id, template.code, coupon.issued_to, coupon.origin
FROM coupons_coupon AS coupon
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
WHERE coupon.id = ANY(%(ids)s::uuid[])
"""
_BATCH_CODES: Final = """
SELECT coupon.id, coupon.code,
       CASE WHEN coupon.status IN ('active', 'reserved') AND coalesce(coupon.voided_at, batch.voided_at) IS NOT NULL
            THEN 'void' ELSE coupon.status END,
       coupon.active_from, coupon.expires_on
FROM coupons_coupon AS coupon
JOIN coupons_couponbatch AS batch ON batch.id = coupon.batch_id
WHERE coupon.batch_id = %(batch_id)s AND coupon.id > %(after)s
ORDER BY coupon.batch_id, coupon.id LIMIT %(limit)s
"""
_EXPIRING: Final = """
SELECT coupon.id, template.code, coupon.customer_id
FROM coupons_coupon AS coupon
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
LEFT JOIN coupons_couponbatch AS batch ON batch.id = coupon.batch_id
WHERE coupon.expires_on = %(last_day)s::date AND coupon.id > %(after)s AND coupon.customer_id IS NOT NULL
  AND coupon.status IN ('active', 'reserved') AND coalesce(coupon.voided_at, batch.voided_at) IS NULL
  AND coupon.expires_on - coupon.active_from >= %(days)s
ORDER BY coupon.expires_on, coupon.id LIMIT %(limit)s
"""
_HELD: Final = (
    "SELECT id FROM coupons_coupon WHERE customer_id IS NOT NULL AND customer_id = %(customer_id)s ORDER BY id"
)
_MOVED: Final = """
SELECT step.coupon_id
FROM coupons_couponstep AS step
JOIN coupons_coupon AS coupon ON coupon.id = step.coupon_id AND coupon.customer_id = step.taker_id
WHERE step.step = 'moved' AND step.taker_id = %(taker_id)s AND step.reason = %(reason)s
  AND NOT EXISTS (
    SELECT FROM coupons_couponstep AS later
    WHERE later.coupon_id = step.coupon_id AND later.step = 'moved' AND later.id > step.id)
ORDER BY step.coupon_id
"""
_NOBODY: Final = UUID(int=0)


class Source(NamedTuple):
    """Where a coupon comes from: its template, whom it was issued to (None: a bearer's), what gave it ("sale:<id>"...)."""

    template: str
    issued_to: int | None
    origin: str


class CouponView(NamedTuple):
    """A coupon as screens and the API show it. `customer_id` is whose it is, `issued_to` whose it was at first."""

    id: UUID
    code: str
    template: str
    template_name: str
    customer_id: int | None
    status: CouponStatus
    active_from: date
    expires_on: date | None
    uses: int
    uses_left: int
    is_generic: bool
    template_id: int
    reserved_by: UUID | None
    issued_at: datetime
    origin: str
    batch_id: int | None
    batch: str | None
    seen_at: datetime | None
    used_at: datetime | None
    sale_id: UUID | None
    voided_at: datetime | None
    void_reason: str
    issued_to: int | None


class UseView(NamedTuple):
    """A use; `restored_at` when it was given back."""

    id: int
    coupon_id: UUID
    code: str
    customer_id: int
    sale_id: UUID | None
    station_id: int | None
    used_at: datetime
    restored_at: datetime | None


class StepView(NamedTuple):
    """What somebody did with a coupon beside using it."""

    step: Step
    giver_id: int | None
    taker_id: int | None
    at: datetime
    actor: str
    reason: str


class BatchCode(NamedTuple):
    id: UUID
    code: str
    status: str
    active_from: date
    expires_on: date | None


class Ending(NamedTuple):
    """A customer's coupon that ends soon."""

    id: UUID
    template: str
    customer_id: int


def coupon(coupon_id: UUID) -> Coupon:
    """The coupon of that id as rules see it; NotFound when there is none."""
    found = sql.rows("SELECT code FROM coupons_coupon WHERE id = %(id)s", {"id": coupon_id})
    if not found:
        raise NotFound(_("There is no coupon %(id)s.") % {"id": coupon_id})
    return for_sale([found[0][0]], [])[0]


def sources(ids: Collection[UUID]) -> dict[UUID, Source]:
    """Where coupons come from, by their ids."""
    return {row[0]: Source(*row[1:]) for row in sql.rows(_SOURCES, {"ids": sql.array(ids)})}


def view(coupon_id: UUID) -> CouponView:
    """The coupon of that id with all that is shown of it; NotFound when there is none."""
    found = sql.rows(_VIEWS + "WHERE coupon.id = %(id)s", {"id": coupon_id})
    if not found:
        raise NotFound(_("There is no coupon %(id)s.") % {"id": coupon_id})
    return _view(found[0])


def views(coupon_ids: Collection[UUID]) -> list[CouponView]:
    """The coupons of these ids, in the order they were issued; unknown ids are missing. One statement."""
    found = sql.rows(
        _VIEWS + "WHERE coupon.id = ANY(%(ids)s::uuid[]) ORDER BY coupon.id", {"ids": sql.array(coupon_ids)}
    )
    return [_view(row) for row in found]


def view_by_code(code: str) -> CouponView | None:
    """The coupon of that code, however it is written; None when there is none."""
    normal = rules.normal_code(code)
    found = sql.rows(_VIEWS + "WHERE coupon.code = %(code)s", {"code": normal}) if "\0" not in normal else []
    return _view(found[0]) if found else None


def page(
    *, template_id: int | None = None, batch_id: int | None = None, after: UUID | None = None, limit: int = 50
) -> list[CouponView]:
    """Coupons of a template or a batch, newest first, older than `after`."""
    where = {"template_id": template_id, "batch_id": batch_id, "after": after, "limit": limit}
    return [_view(row) for row in sql.rows(_PAGE, where)]


def coupons_of(
    customer_ids: Collection[int], *, only_open: bool = False, after: UUID | None = None, limit: int = 50
) -> list[CouponView]:
    """Coupons these customers hold, newest first, older than `after`; with `only_open` those that can still be used."""
    where = {"customer_ids": list(customer_ids), "only_open": only_open, "after": after, "limit": limit}
    return [_view(row) for row in sql.rows(_OF_CUSTOMERS, where | {"today": organisation.company_day()})]


def uses(*, coupon_id: UUID | None = None, template_id: int | None = None, limit: int = 50) -> list[UseView]:
    """The latest uses of a coupon or of a template, newest first."""
    if coupon_id is not None:
        text = _USES + "WHERE use.coupon_id = %(id)s ORDER BY use.id DESC LIMIT %(limit)s"
    else:
        text = _USES + "WHERE use.template_id = %(id)s ORDER BY use.used_at DESC, use.id DESC LIMIT %(limit)s"
    return [UseView(*row) for row in sql.rows(text, {"id": coupon_id or template_id, "limit": limit})]


def steps(coupon_id: UUID) -> list[StepView]:
    """What was done with a coupon beside using it, oldest first."""
    return [StepView(Step(row[0]), *row[1:]) for row in sql.rows(_STEPS, {"id": coupon_id})]


def batch_codes(
    batch_id: int, *, after: UUID = _NOBODY, most: int | None = None, at_a_time: int = 5000
) -> Iterator[BatchCode]:
    """The coupons of a batch in the order they were made, read in pages, at most so many."""
    left = most
    while left is None or left > 0:
        limit = at_a_time if left is None else min(left, at_a_time)
        rows = sql.rows(_BATCH_CODES, {"batch_id": batch_id, "after": after, "limit": limit})
        yield from (BatchCode(*row) for row in rows)
        if len(rows) < limit:
            return
        after = rows[-1][0]
        left = None if left is None else left - len(rows)


def batch_place(batch_id: int, number: int) -> UUID | None:
    """The coupon that was made as that number of a batch, from 1; None when there are fewer."""
    found = sql.rows(
        "SELECT id FROM coupons_coupon WHERE batch_id = %(batch_id)s ORDER BY batch_id, id OFFSET %(skip)s LIMIT 1",
        {"batch_id": batch_id, "skip": number - 1},
    )
    return found[0][0] if found else None


def expiring(last_day: date, after: UUID | None, limit: int) -> list[Ending]:
    """Customers' coupons whose last day that is, by id from the one after `after`; short-lived ones are left out."""
    where = {"last_day": last_day, "after": after or _NOBODY, "limit": limit, "days": NOTICE_DAYS}
    return [Ending(*row) for row in sql.rows(_EXPIRING, where)]


def days_to_tell(now: datetime) -> list[date]:
    """The days whose notices are due: today's, and of those before it what no run has finished, six days at most."""
    last = organisation.company_day(now)
    first = last - timedelta(days=_CATCH_UP_DAYS)
    known = dict(ExpiryNotice.objects.filter(day__gte=first).values_list("day", "finished_at"))
    begun = min(known, default=last)
    days = [first + timedelta(days=number) for number in range(_CATCH_UP_DAYS + 1)]
    return [day for day in days if day >= begun and known.get(day) is None]


def held_by(customer_id: int) -> list[UUID]:
    """Every coupon a customer holds, used and void ones too."""
    return [row[0] for row in sql.rows(_HELD, {"customer_id": customer_id})]


def moved_by(reason: str, taker_id: int) -> list[UUID]:
    """Coupons that came to a customer for that reason, who holds them still and for no later one."""
    return [row[0] for row in sql.rows(_MOVED, {"reason": reason, "taker_id": taker_id})]


def _view(row: tuple[Any, ...]) -> CouponView:
    return CouponView(*row)._replace(status=CouponStatus(row[5]))
