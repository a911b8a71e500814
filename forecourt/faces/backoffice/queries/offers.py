"""Offers beside what they gave: uses, money and points from awards, budgets used, the latest sales, what to choose."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from forecourt.kernel import sql
from forecourt.kernel.money import ZERO

MOST_FOUND: Final = 20

_GIVEN: Final = """
SELECT offer, sum(uses)::int, sum(discount), sum(points)::int FROM sales_award
WHERE business_date BETWEEN %(since)s AND %(until)s AND offer = ANY(%(codes)s::text[])
  AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s::bigint[]))
GROUP BY offer
"""
_WITH_COUPONS: Final = """
SELECT award.offer, sum(award.uses)::int, sum(award.discount), sum(award.points)::int
FROM sales_award AS award JOIN coupons_coupon AS coupon ON coupon.id = award.coupon_id
WHERE award.offer_id = ANY(%(offers)s::bigint[]) AND coupon.template_id = %(template)s
  AND (%(stations)s::bigint[] IS NULL OR award.station_id = ANY(%(stations)s::bigint[]))
GROUP BY award.offer
"""
_BY_DAY: Final = """
SELECT business_date, sum(uses)::int, sum(discount) FROM sales_award
WHERE business_date BETWEEN %(since)s AND %(until)s AND offer = %(code)s
  AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s::bigint[]))
GROUP BY business_date
"""
_BY_FUNDER: Final = """
SELECT funder, sum(discount) FROM sales_award
WHERE business_date BETWEEN %(since)s AND %(until)s AND offer = %(code)s
  AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s::bigint[]))
GROUP BY funder HAVING sum(discount) <> 0 ORDER BY 2 DESC
"""
_LATEST: Final = """
SELECT sale_id AS id, business_date, station_id, sum(discount) AS discount, sum(points)::int AS points FROM sales_award
WHERE business_date BETWEEN %(since)s AND %(until)s AND offer = %(code)s
  AND (%(stations)s::bigint[] IS NULL OR station_id = ANY(%(stations)s::bigint[]))
GROUP BY sale_id, business_date, station_id ORDER BY business_date DESC, sale_id DESC LIMIT 10
"""
_SIMULATED: Final = """
SELECT id, (result #>> '{total,discount_before}')::numeric, (result #>> '{total,discount_after}')::numeric
FROM sales_simulation WHERE id = ANY(%(ids)s::bigint[]) AND state = 'done' AND result IS NOT NULL
"""
_SLOTS: Final = """
SELECT offer_id, budget, sum(used) FROM offers_slot WHERE offer_id = ANY(%(ids)s::bigint[]) GROUP BY offer_id, budget
"""
_STARTS: Final = """
SELECT DISTINCT ON (offer_id) offer_id, valid_from FROM offers_offerversion
WHERE offer_id = ANY(%(ids)s::bigint[]) AND body IS NOT NULL ORDER BY offer_id, number DESC
"""
_PAID_BY: Final = """
SELECT funder, sum(discount) AS discount, sum(points)::int AS points FROM sales_award
WHERE customer_id = %(customer)s AND business_date = %(day)s AND sale_id = %(sale)s
GROUP BY funder HAVING sum(discount) <> 0 ORDER BY 2 DESC, 1
"""
_REVIEWS: Final = """
SELECT review.submitted_at, review.submitted_by, review.decided_at, review.decided_by, review.is_approved, review.note,
       review.answer
FROM offers_offerreview AS review WHERE review.offer_id = %(offer)s AND review.decided_at IS NOT NULL
ORDER BY review.id DESC LIMIT 20
"""
_OF_TIER: Final = """
SELECT customer_id FROM loyalty_balance WHERE tier = %(tier)s AND sales > 0 ORDER BY last_sale_at DESC NULLS LAST LIMIT 1
"""
_PICK: Final = {
    "products": "SELECT code, name, brand FROM catalogue_product WHERE is_active "
    "AND (code ILIKE %(like)s OR name ILIKE %(like)s)"
    " ORDER BY (kind <> 'fuel'), code LIMIT %(limit)s",
    "categories": "SELECT code, name, '' FROM catalogue_category WHERE code ILIKE %(like)s OR name ILIKE %(like)s "
    "ORDER BY code LIMIT %(limit)s",
    "brands": "SELECT DISTINCT brand, brand, '' FROM catalogue_product WHERE brand <> '' AND brand ILIKE %(like)s "
    "ORDER BY brand LIMIT %(limit)s",
    "stations": "SELECT code, name, '' FROM organisation_station WHERE is_open "
    "AND (code ILIKE %(like)s OR name ILIKE %(like)s)"
    " ORDER BY code LIMIT %(limit)s",
    "regions": "SELECT name, name, '' FROM organisation_region WHERE name ILIKE %(like)s ORDER BY name LIMIT %(limit)s",
    "payees": "SELECT name, name, '' FROM organisation_legalentity WHERE name ILIKE %(like)s ORDER BY name LIMIT %(limit)s",
    "template": "SELECT code, name, '' FROM coupons_coupontemplate WHERE is_live "
    "AND (code ILIKE %(like)s OR name ILIKE %(like)s)"
    " ORDER BY code LIMIT %(limit)s",
}
"""How what can be chosen is found: code, name, what else tells it apart."""


class Given(NamedTuple):
    """What an offer gave: how often, how much money, how many points."""

    uses: int = 0
    discount: Decimal = ZERO
    points: int = 0


def given(codes: Collection[str], since: date, until: date, stations: Sequence[int] | None) -> dict[str, Given]:
    """What these offers gave on these days, both included, at these stations; one statement."""
    rows = (
        sql.rows(_GIVEN, {"codes": list(codes), "since": since, "until": until, "stations": stations}) if codes else []
    )
    return {code: Given(uses, discount, points) for code, uses, discount, points in rows}


def with_coupons(offer_ids: Collection[int], template_id: int, stations: Sequence[int] | None) -> dict[str, Given]:
    """What these offers gave against coupons of a template, ever, at these stations, refunds taken off; one statement."""
    parameters = {"offers": list(offer_ids), "template": template_id, "stations": stations}
    rows = sql.rows(_WITH_COUPONS, parameters) if offer_ids else []
    return {code: Given(uses, discount, points) for code, uses, discount, points in rows}


def by_day(code: str, since: date, until: date, stations: Sequence[int] | None) -> dict[date, tuple[int, Decimal]]:
    """Uses and money by trading day."""
    parameters = {"code": code, "since": since, "until": until, "stations": stations}
    return {day: (uses, discount) for day, uses, discount in sql.rows(_BY_DAY, parameters)}


def by_funder(code: str, since: date, until: date, stations: Sequence[int] | None) -> list[tuple[str, Decimal]]:
    """Who paid how much."""
    return sql.rows(_BY_FUNDER, {"code": code, "since": since, "until": until, "stations": stations})


def latest(code: str, since: date, until: date, stations: Sequence[int] | None) -> list[dict[str, Any]]:
    """The ten latest sales that got it."""
    return sql.dicts(_LATEST, {"code": code, "since": since, "until": until, "stations": stations})


def used(offer_ids: Collection[int]) -> dict[int, dict[str, Decimal]]:
    """How much is gone of every budget of these offers, by offer and the budget's key."""
    found: dict[int, dict[str, Decimal]] = {}
    for offer_id, budget, amount in sql.rows(_SLOTS, {"ids": list(offer_ids)}) if offer_ids else ():
        found.setdefault(offer_id, {})[budget] = amount
    return found


def simulated(simulation_ids: Collection[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """What offers gave in all over the sales of simulations that are done, by simulation: (before, after)."""
    found = sql.rows(_SIMULATED, {"ids": list(simulation_ids)}) if simulation_ids else []
    return {number: (before, after) for number, before, after in found}


def in_force_from(offer_ids: Collection[int]) -> dict[int, datetime]:
    """From when the latest version of each of these offers is in force."""
    return dict(sql.rows(_STARTS, {"ids": list(offer_ids)})) if offer_ids else {}


def paid_by(sale_id: UUID, customer_id: int, day: date) -> list[dict[str, Any]]:
    """Who pays how much of what offers gave on a sale: {"funder", "discount", "points"}."""
    return sql.dicts(_PAID_BY, {"sale": sale_id, "customer": customer_id, "day": day})


def decided(offer_id: int) -> list[dict[str, Any]]:
    """Reviews of an offer that were decided, the latest first."""
    return sql.dicts(_REVIEWS, {"offer": offer_id})


def somebody_of(tier: str) -> int | None:
    """A member of a tier, the one who came last; None where there is none."""
    return next((row[0] for row in sql.rows(_OF_TIER, {"tier": tier})), None)


def pick(kind: str, text: str, limit: int = MOST_FOUND) -> list[tuple[str, str, str]]:
    """What can be chosen of a kind, by a part of code or name: (code, name, what tells it apart)."""
    like = f"%{sql.like(text)}%"
    return sql.rows(_PICK[kind], {"like": like, "limit": limit}) if kind in _PICK else []
