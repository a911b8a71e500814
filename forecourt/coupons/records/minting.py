"""Coupons that sales give: made while a sale is rated, written with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.records.issuing import COLUMNS, count_issued, line_of
from forecourt.coupons.values import Coupon
from forecourt.kernel import sql


def write(coupons: Sequence[tuple[Coupon, str, datetime]], templates: Mapping[str, KnownTemplate]) -> None:
    """Write coupons that were made already, each with its origin and when it was given. Publish `events.issued`.

    An origin may give several of a template.
    """
    if not coupons:
        return
    given: Counter[tuple[str, str]] = Counter()
    lines = []
    for coupon, origin, at in coupons:
        given[origin, coupon.template] += 1
        lines.append(line_of(coupon, at, origin, given[origin, coupon.template]))
    sql.copy_in("coupons_coupon", COLUMNS, lines)
    limited = Counter(coupon.template for coupon, _, _ in coupons if templates[coupon.template].template.limit)
    count_issued(limited, templates)
