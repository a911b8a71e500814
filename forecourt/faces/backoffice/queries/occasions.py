"""Figures of occasions for screens that span folders."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from forecourt.customers.rules import birthdays_on
from forecourt.kernel import sql
from forecourt.organisation import queries as organisation

GIVEN: Final = """
SELECT count(*) FILTER (WHERE kind = 'birthday') AS birthdays,
    count(*) FILTER (WHERE kind = 'anniversary') AS anniversaries,
    coalesce(sum(points), 0)::bigint AS points
FROM occasions_gift WHERE given_at >= %(since)s
"""
BENEFITS: Final = "SELECT count(*) FROM occasions_benefit WHERE given_at >= %(since)s"
BORN: Final = (
    "SELECT count(*) FROM customers_customer WHERE birthday = ANY(%(keys)s::smallint[]) AND merged_into_id IS NULL"
)
TEMPLATES: Final = """
SELECT code, name FROM coupons_coupontemplate WHERE is_live AND kind = 'single' ORDER BY name, code LIMIT 500
"""

USED_UP: Final = """
SELECT code FROM coupons_coupontemplate
WHERE code = ANY(%(codes)s) AND is_live AND (body ->> 'limit')::bigint > 0 AND issued >= (body ->> 'limit')::bigint
"""


def gift_figures(since: datetime, days_ahead: int) -> dict[str, Any]:
    """Gifts and benefits given since a moment, and how many birthdays the next days bring."""
    today = organisation.company_day()
    keys = [key for ahead in range(days_ahead) for key in birthdays_on(today + timedelta(days=ahead))]
    return {
        **sql.dicts(GIVEN, {"since": since})[0],
        "benefits": sql.rows(BENEFITS, {"since": since})[0][0],
        "ahead": sql.rows(BORN, {"keys": keys})[0][0],
    }


def used_up(codes: Collection[str]) -> set[str]:
    """Which of these coupon templates have reached their limit."""
    return {row[0] for row in sql.rows(USED_UP, {"codes": sorted(codes)})}


def issued_templates() -> list[tuple[str, str]]:
    """(code, name) of coupon templates that are issued one by one."""
    return [(row[0], row[1]) for row in sql.rows(TEMPLATES)]
