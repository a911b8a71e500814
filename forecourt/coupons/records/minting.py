"""Coupons that sales give: made while a sale is rated, written with it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.records.issuing import COLUMNS, count_issued, line_of
from forecourt.coupons.values import Coupon
from forecourt.kernel import sql

_ROOM: Final = (
    "SELECT id, issued FROM coupons_coupontemplate WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
)


def hold_room(codes: Collection[str], templates: Mapping[str, KnownTemplate]) -> dict[str, int]:
    """How many coupons of these templates may still be issued, of those that have a limit; they stay locked. One statement."""
    limited = {templates[code].id: code for code in codes if code in templates and templates[code].template.limit}
    if not limited:
        return {}
    found = sql.rows(_ROOM, {"ids": sql.array(sorted(limited))}, hot=True)
    return {limited[row[0]]: max(0, templates[limited[row[0]]].template.limit - row[1]) for row in found}


def write(coupons: Sequence[tuple[Coupon, str, datetime]], templates: Mapping[str, KnownTemplate]) -> None:
    """Write coupons that were made already, each with its origin and when it was given. Publish `events.issued`."""
    if not coupons:
        return
    sql.copy_in("coupons_coupon", COLUMNS, [line_of(coupon, at, origin) for coupon, origin, at in coupons])
    limited = Counter(coupon.template for coupon, _, _ in coupons if templates[coupon.template].template.limit)
    count_issued(limited, templates)
