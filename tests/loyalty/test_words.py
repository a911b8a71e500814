"""What one programme says otherwise than another, in words, in both languages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.loyalty import words
from forecourt.loyalty.values import EarnRate, Every, Expiry, Per, Programme, SpendBy, TierBasis, TierCoupon
from tests.bench.samples import add_sample_products, open_sample_station
from tests.sales.scenes import PROGRAMME

TIERS, RATES = PROGRAMME.tiers, PROGRAMME.rates
IN_FORCE = replace(PROGRAMME, version=1)


@dataclass
class Case:
    """A change and how it is told."""

    change: dict[str, Any]
    english: tuple[str, str, str, str]
    chinese: tuple[str, str, str, str]


GOLD = replace(TIERS[2], keep=Decimal(1500), coupons=(TierCoupon(template="WASH", every=Every.MONTH),))
NIGHT = EarnRate(
    code="night", name="夜间", points=Decimal("2.5"), per=Per.UNIT, product="95", stations=("S001",), tender="cash"
)
CASES = [
    Case(
        {"points_life_months": 12},
        ("Programme", "points expire", "24 months after they were earned", "12 months after they were earned"),
        ("会员计划", "积分到期方式", "自获得起 24 个月", "自获得起 12 个月"),
    ),
    Case(
        {"expiry": Expiry.ACTIVITY},
        ("Programme", "points expire", "24 months after they were earned", "after 24 months without a sale"),
        ("会员计划", "积分到期方式", "自获得起 24 个月", "连续 24 个月无消费后"),
    ),
    Case(
        {"expiry": Expiry.CALENDAR, "year_ends": "06-30"},
        (
            "Programme",
            "points expire",
            "24 months after they were earned",
            "at the end of the year on 06-30, 24 months after they were earned",
        ),
        ("会员计划", "积分到期方式", "自获得起 24 个月", "获得满 24 个月后的年度末（06-30）"),
    ),
    Case(
        {"business_tier": "gold"},
        ("Programme", "businesses start in tier", "none", "黄金会员"),
        ("会员计划", "企业客户起始等级", "无", "黄金会员"),
    ),
    Case(
        {"point_value": Decimal("0.02")},
        ("Programme", "a point pays", "¥0.01", "¥0.02"),
        ("会员计划", "1 积分抵扣", "0.01 元", "0.02 元"),
    ),
    Case(
        {"spend_by": SpendBy.PROVEN},
        (
            "Programme",
            "who pays with points is recognised by",
            "anything, a phone number or plate too",
            "the card, the app, WeChat or the member's number",
        ),
        ("会员计划", "使用积分支付时的识别方式", "任何方式，包括手机号或车牌", "会员卡、App、微信或会员编号"),
    ),
    Case(
        {"household_shares": True},
        ("Programme", "households share their points", "no", "yes"),
        ("会员计划", "家庭共享积分", "否", "是"),
    ),
    Case(
        {"tiers": (*TIERS[:2], replace(TIERS[2], threshold=Decimal(2500)))},
        ("Tier 黄金会员", "reached from", "¥2,000", "¥2,500"),
        ("等级 黄金会员", "升级门槛", "2,000 元", "2,500 元"),
    ),
    Case(
        {"tiers": TIERS[:2]},
        ("Tier 黄金会员", "", "from ¥2,000 · points × 200%", ""),
        ("等级 黄金会员", "", "升级 2,000 元 · 积分 × 200%", ""),
    ),
    Case(
        {"rates": (*RATES, NIGHT)},
        (
            "Earn rate 夜间",
            "",
            "",
            "2.5 points per unit (litre, kWh, piece) · 95#汽油 · Station S001 · paid by Cash",
        ),
        ("积分规则 夜间", "", "", "每单位（升、度、件） 2.5 分 · 95#汽油 · Station S001 · 支付方式：现金"),
    ),
    Case(
        {"rates": (replace(RATES[0], points=Decimal(2)), RATES[1])},
        ("Earn rate petrol", "points", "1", "2"),
        ("积分规则 petrol", "积分", "1", "2"),
    ),
    Case(
        {"rates": (replace(RATES[0], tender="wechat"), RATES[1])},
        ("Earn rate petrol", "what it is for", "Petrol", "Petrol · paid by WeChat Pay"),
        ("积分规则 petrol", "适用范围", "汽油", "汽油 · 支付方式：微信支付"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.change))
def test_a_change_is_told_in_both_languages(db, case):
    add_sample_products()
    open_sample_station()
    for language, told in (("en", case.english), ("zh-hans", case.chinese)):
        with translation.override(language):
            assert words.differences(IN_FORCE, replace(IN_FORCE, **case.change)) == [told]


def test_each_field_of_a_tier_is_told_by_itself(db):
    changed = replace(IN_FORCE, tiers=(*TIERS[:2], GOLD))
    with translation.override("en"):
        told = [(one.field, one.after) for one in words.differences(IN_FORCE, changed)]
    assert told == [("kept from", "¥1,500"), ("coupons", "coupon WASH each month")]


def test_the_first_programme_is_told_whole(db):
    with translation.override("en"):
        told = words.differences(Programme(), PROGRAMME)
    assert [one.before for one in told] == [""] * len(told)
    assert ("Programme", "tiers look back", "", "365 days") in told
    assert len([one for one in told if not one.field]) == len(TIERS) + len(RATES)


def test_thresholds_bear_what_the_tiers_count(db):
    with translation.override("en"):
        assert words.counted(Decimal(600), replace(PROGRAMME, tier_basis=TierBasis.VOLUME)) == "600 litres"
        assert words.counted(Decimal(12), replace(PROGRAMME, tier_basis=TierBasis.VISITS)) == "12 visits"


changes = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["会员计划", "B"]),
        "tier_basis": st.sampled_from(TierBasis),
        "keep_basis": st.none() | st.sampled_from(TierBasis),
        "keep_window_days": st.sampled_from([30, 90]),
        "grace_days": st.integers(0, 3),
        "warn_days": st.integers(29, 31),
        "business_tier": st.sampled_from(["", "silver", "gold"]),
        "expiry": st.sampled_from(Expiry),
        "year_ends": st.sampled_from(["12-31", "06-30"]),
        "points_life_months": st.integers(0, 2),
        "pending_days": st.integers(0, 2),
        "point_value": st.sampled_from([Decimal("0.01"), Decimal("0.010"), Decimal("0.02")]),
        "spend_minimum": st.integers(0, 2),
        "spend_step": st.integers(1, 2),
        "spend_by": st.sampled_from(SpendBy),
        "adjust_limit": st.integers(0, 2),
        "household_shares": st.booleans(),
        "tiers": st.sampled_from([TIERS, TIERS[:2], (*TIERS[:2], GOLD), TIERS[::-1]]),
        "rates": st.sampled_from([RATES, RATES[::-1], (*RATES, NIGHT), (RATES[0],)]),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_nothing_is_told_exactly_where_nothing_reads_otherwise(db, change):
    """The same in another order is the same; every other change of a field that can matter is told."""
    changed = replace(IN_FORCE, **change)
    plain = lambda one: replace(  # noqa: E731
        one,
        tiers=tuple(sorted(one.tiers, key=lambda tier: tier.threshold)),
        rates=tuple(sorted(one.rates, key=lambda rate: rate.code)),
        keep_window_days=0 if one.keep_basis is None else one.keep_window_days,
        expiry=one.expiry if one.points_life_months else Expiry.FIXED,
        year_ends=one.year_ends if one.points_life_months and one.expiry is Expiry.CALENDAR else "12-31",
    )
    with translation.override("en"):
        told = words.differences(IN_FORCE, changed)
    assert bool(told) == (plain(changed) != plain(IN_FORCE))
    assert len(set(told)) == len(told)
