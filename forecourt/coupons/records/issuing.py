"""Coupons made and given, in lists."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from forecourt.coupons import queries, rules
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import Coupon, CouponKind, CouponStatus, NewCoupon, Template
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.kernel.words import say as _
from forecourt.organisation import queries as organisation

COLUMNS: Final = (
    "id",
    "code",
    "template_id",
    "batch_id",
    "customer_id",
    "issued_to",
    "status",
    "issued_at",
    "active_from",
    "expires_on",
    "origin",
    "uses",
    "uses_left",
    "void_reason",
    "number",
)
_GIVEN: Final = """
SELECT origin, template_id, issued_to FROM coupons_coupon
WHERE origin <> '' AND origin = ANY(%(origins)s::text[])
"""
_COUNT: Final = """
UPDATE coupons_coupontemplate AS template SET issued = template.issued + wanted.count
FROM unnest(%(ids)s::bigint[], %(counts)s::bigint[], %(limits)s::bigint[]) AS wanted (id, count, most)
WHERE template.id = wanted.id AND template.issued + wanted.count <= wanted.most
RETURNING template.id
"""
ANY_NUMBER: Final = 2**62
"""The room of a template without a limit."""
_ROOM: Final = (
    "SELECT id, issued FROM coupons_coupontemplate WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)


def issue(wanted: Sequence[NewCoupon], *, leaving_out: bool = False) -> list[Coupon]:
    """Issue coupons, in the order given; the same origin, template and customer once: what was issued before is left out. Their
    days and uses are what their template said when they were given.

    Invalid, naming the template, for one that is not there, no longer issued, a generic code, or would never be good; Conflict
    where its limit is reached. With `leaving_out`, for sales, which must not fail for it, those are left out instead. Callers
    hold the customers' locks and publish `events.issued`. A template with a limit stays locked until the transaction ends.
    """
    if not wanted:
        return []
    now = clock.now()
    zone = organisation.company_zone()
    days = {at: at.astimezone(zone).date() for at in {item.occurred_at or now for item in wanted}}
    templates = queries.templates({item.template for item in wanted})
    items = [
        item
        for item in wanted
        if _can_be_issued(item, templates.get(item.template), item.occurred_at or now, days, leaving_out)
    ]
    new = _not_given_before(items, templates)
    new = _within_limits(new, templates, leaving_out)
    made, lines = [], []
    for item, coupon_id in zip(new, ids.uuid7s(len(new)), strict=True):
        known = templates[item.template]
        issued_at = item.occurred_at or now
        template = known.at(issued_at)
        first, last = rules.good_days(template, days[issued_at])
        coupon = Coupon(
            id=coupon_id,
            code=rules.normal_code(item.code) or rules.new_code(),
            template=item.template,
            customer_id=item.customer_id,
            status=CouponStatus.ACTIVE,
            active_from=first,
            expires_on=item.expires_on or last,
            uses_left=template.uses,
            uses=template.uses,
            template_id=known.id,
        )
        made.append(coupon)
        lines.append(line_of(coupon, issued_at, item.origin))
    sql.copy_in("coupons_coupon", COLUMNS, lines)
    sql.refresh_statistics(len(lines), "coupons_coupon")
    return made


def line_of(coupon: Coupon, issued_at: datetime, origin: str = "", number: int = 1) -> str:
    """A coupon as a row to copy in; `number` tells apart those of its template that one origin gave."""
    return sql.copy_line(
        coupon.id,
        coupon.code,
        coupon.template_id,
        None,
        coupon.customer_id,
        coupon.customer_id,
        coupon.status.value,
        issued_at,
        coupon.active_from,
        coupon.expires_on,
        origin,
        coupon.uses,
        coupon.uses_left,
        "",
        number,
    )


def _can_be_issued(
    item: NewCoupon, known: KnownTemplate | None, at: datetime, days: Mapping[datetime, date], leaving_out: bool
) -> bool:
    if known is not None and known.is_issued and rules.can_be_good(known.at(at), days[at], item.expires_on):
        return True
    if leaving_out:
        return False
    if known is not None and known.is_issued:
        raise never_good(known.at(at), days[at], item.expires_on)
    if known is not None and known.template.kind is CouponKind.GENERIC:
        raise Invalid.field(
            "template",
            _("%(code)r has one code for everybody, %(generic)s; hand that out, there is nothing to issue")
            % {"code": item.template, "generic": known.template.generic_code},
        )
    raise Invalid.field(
        "template",
        _("%(code)r is not a coupon template that is issued; make it first") % {"code": item.template},
    )


def _not_given_before(items: Sequence[NewCoupon], templates: Mapping[str, KnownTemplate]) -> list[NewCoupon]:
    """Those of an origin that gave this customer none of the template yet."""
    origins = sorted({item.origin for item in items if item.origin})
    given = {tuple(row) for row in sql.rows(_GIVEN, {"origins": sql.text_array(origins)})} if origins else set()
    new = []
    for item in items:
        key = (item.origin, templates[item.template].id, item.customer_id)
        if item.origin and item.customer_id is not None:
            if key in given:
                continue
            given.add(key)
        new.append(item)
    return new


def _within_limits(
    items: Sequence[NewCoupon], templates: Mapping[str, KnownTemplate], leaving_out: bool
) -> list[NewCoupon]:
    """Those that the limits of their templates leave room for, counted there."""
    limited = Counter(item.template for item in items if templates[item.template].template.limit)
    if not limited:
        return list(items)
    room = hold_room(limited, templates)
    for code in limited:
        if limited[code] > room[code] and not leaving_out:
            raise _full(code, room[code])
    kept = []
    for item in items:
        if item.template in room:
            if not room[item.template]:
                continue
            room[item.template] -= 1
        kept.append(item)
    count_issued({code: sum(item.template == code for item in kept) for code in limited}, templates)
    return kept


def hold_room(codes: Collection[str], templates: Mapping[str, KnownTemplate]) -> dict[str, int]:
    """How many coupons of these templates may still be issued, of those that have a limit; they stay locked. One statement."""
    limited = {templates[code].id: code for code in codes if code in templates and templates[code].template.limit}
    if not limited:
        return {}
    found = sql.rows(_ROOM, {"ids": sql.array(sorted(limited))}, hot=True)
    return {limited[row[0]]: max(0, templates[limited[row[0]]].template.limit - row[1]) for row in found}


def never_good(template: Template, day: date, expires_on: date | None = None) -> Invalid:
    """The problem of a template whose coupons, issued on that day, have no day on which they are good."""
    first, last = rules.good_days(template, day)
    return Invalid.field(
        "template",
        _("%(code)r would never be good: issued now it begins on %(from)s and ends on %(until)s; change its days")
        % {"code": template.code, "from": first, "until": expires_on or last},
    )


def room_of(codes: Collection[str]) -> dict[str, int]:
    """How many coupons of each template can be issued now: 0 of one that is not issued or would never be good, `ANY_NUMBER`
    without a limit.

    Those with a limit stay locked, so what was counted here can be issued. Two statements at most.
    """
    if not codes:
        return {}
    day = organisation.company_day()
    known = {code: one for code, one in queries.templates(codes).items() if one.can_be_issued(day)}
    held = hold_room(known, known)
    return {code: held.get(code, ANY_NUMBER) if code in known else 0 for code in codes}


def count_issued(counts: Mapping[str, int], templates: Mapping[str, KnownTemplate]) -> None:
    """Count coupons against the limits of their templates; Conflict, naming the template, when one is reached."""
    codes = sorted(code for code, count in counts.items() if count)
    if not codes:
        return
    counted = sql.rows(
        _COUNT,
        {
            "ids": sql.array(templates[code].id for code in codes),
            "counts": sql.array(counts[code] for code in codes),
            "limits": sql.array(templates[code].template.limit for code in codes),
        },
    )
    done = {row[0] for row in counted}
    for code in codes:
        if templates[code].id not in done:
            raise _full(code, None)


def _full(code: str, room: int | None) -> Conflict:
    if room is None:
        return Conflict(_("The limit of %(code)r is reached; raise it, or issue fewer.") % {"code": code})
    return Conflict(
        _("The limit of %(code)r leaves %(room)s coupons; raise it, or issue fewer.") % {"code": code, "room": room}
    )
