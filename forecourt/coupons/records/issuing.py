"""Coupons made and given, in lists."""

from collections.abc import Sequence

from forecourt.coupons import queries, rules
from forecourt.coupons.values import Coupon, CouponStatus, NewCoupon
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.organisation import queries as organisation

COLUMNS = (
    "id",
    "code",
    "template_id",
    "batch_id",
    "customer_id",
    "status",
    "issued_at",
    "active_from",
    "expires_on",
    "origin",
    "uses_left",
    "void_reason",
)
_GIVEN = """
SELECT origin, template_id, customer_id FROM coupons_coupon WHERE origin = ANY(%(origins)s::text[])
"""


def issue(wanted: Sequence[NewCoupon]) -> list[Coupon]:
    """Issue coupons, in the order given; the same origin, template and customer once: what was issued before is left out.

    Invalid, naming the template, for one that is not there or no longer issued. Callers publish `CouponIssued`.
    """
    if not wanted:
        return []
    templates = queries.templates({item.template for item in wanted})
    origins = sorted({item.origin for item in wanted if item.origin})
    given = {tuple(row) for row in sql.rows(_GIVEN, {"origins": sql.text_array(origins)})} if origins else set()
    now = clock.now()
    zone = clock.zone(organisation.company().zone)
    made, rows = [], []
    for item, coupon_id in zip(wanted, ids.uuid7s(len(wanted)), strict=True):
        known = templates.get(item.template)
        if known is None or not known.is_live:
            raise Invalid.field(
                "template",
                _("%(code)r is not a coupon template that is issued; make it first") % {"code": item.template},
            )
        key = (item.origin, known.id, item.customer_id)
        if item.origin and key in given:
            continue
        given.add(key)
        issued_at = item.occurred_at or now
        first, last = rules.good_days(known.template, issued_at.astimezone(zone).date())
        coupon = Coupon(
            id=coupon_id,
            code=item.code or rules.new_code(),
            template=item.template,
            customer_id=item.customer_id,
            status=CouponStatus.ACTIVE,
            active_from=first,
            expires_on=last,
            uses_left=known.template.uses,
        )
        made.append(coupon)
        rows.append(
            sql.copy_line(
                coupon.id,
                coupon.code,
                known.id,
                None,
                coupon.customer_id,
                coupon.status.value,
                issued_at,
                first,
                last,
                item.origin,
                coupon.uses_left,
                "",
            )
        )
    sql.copy_in("coupons_coupon", COLUMNS, rows)
    return made
