"""Who may redeem what, what a reward may be, and who pays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.kernel.problems import Invalid
from forecourt.offers.values import Share
from forecourt.rewards import rules
from forecourt.rewards.values import Asking, IdentifiedBy, Refusal, RewardState, StockKind, Taken
from tests.rewards.windows import FIVE_OFF, MUG, WASH

TODAY = date(2026, 5, 20)
RICH = Asking(today=TODAY, tier="gold", spendable=100_000, station="S001", left=3)


def refused(reward, asking=RICH, state=RewardState.LIVE):
    return list(rules.refusals(reward, state, asking))


def test_nothing_is_in_the_way_of_who_has_the_points():
    assert refused(MUG) == []
    assert refused(MUG, replace(RICH, spendable=500)) == []
    assert refused(MUG, replace(RICH, spendable=499)) == [Refusal.POINTS]


@pytest.mark.parametrize(
    ("changes", "asking", "refusal"),
    [
        ({"valid_from": TODAY + timedelta(1)}, {}, Refusal.DATES),
        ({"valid_until": TODAY - timedelta(1)}, {}, Refusal.DATES),
        ({}, {"is_blocked": True}, Refusal.BLOCKED),
        ({"tiers": ("silver",)}, {}, Refusal.TIER),
        ({"stations": ("S002",)}, {}, Refusal.STATION),
        ({"stock": StockKind.STATIONS}, {"station": "", "left": None}, Refusal.STATION_WANTED),
        ({}, {"left": 0}, Refusal.STOCK),
        ({"per_day": 1}, {"taken": Taken(today=1, month=1, total=1)}, Refusal.PER_DAY),
        ({"per_month": 2}, {"taken": Taken(today=0, month=2, total=2)}, Refusal.PER_MONTH),
        ({"per_customer": 3}, {"taken": Taken(today=0, month=0, total=3)}, Refusal.PER_CUSTOMER),
        ({"points": 1000}, {"identified_by": IdentifiedBy.PHONE}, Refusal.IDENTITY),
    ],
)
def test_each_thing_in_the_way_is_told_alone_with_words(changes, asking, refusal):
    reward, asking = replace(MUG, **changes), replace(RICH, **asking)
    assert refused(reward, asking) == [refusal]
    text = rules.refusal_text(refusal, reward, asking)
    assert "%" not in text
    assert len(text) > 20


def test_days_at_the_edge_and_drafts():
    on_the_day = replace(MUG, valid_from=TODAY, valid_until=TODAY)
    assert refused(on_the_day) == []
    assert refused(MUG, state=RewardState.DRAFT) == [Refusal.STATE]
    assert refused(MUG, state=RewardState.ENDED) == [Refusal.STATE]


def test_a_phone_number_is_enough_for_little_and_with_a_supervisors_word_for_much():
    by_phone = replace(RICH, identified_by=IdentifiedBy.PHONE)
    dear = replace(MUG, points=rules.STRONG_FROM_POINTS)
    assert refused(replace(MUG, points=rules.STRONG_FROM_POINTS - 1), by_phone) == []
    assert refused(dear, by_phone) == [Refusal.IDENTITY]
    assert refused(dear, replace(by_phone, is_vouched=True)) == []
    assert refused(replace(dear, needs_strong_identity=False), by_phone) == []
    assert refused(replace(WASH, needs_strong_identity=True), by_phone) == [Refusal.IDENTITY]
    for strong in set(IdentifiedBy) - rules.WEAK:
        assert refused(dear, replace(RICH, identified_by=strong)) == []


def test_codes_are_read_however_they_are_typed():
    code = rules.new_code()
    assert len(code) == rules.CODE_LENGTH
    assert not set(code) & set("01IO")
    assert rules.normal_code(f" {rules.shown_code(code).lower()} ") == code
    assert len({rules.new_code() for _ in range(1000)}) == 1000


def test_the_last_day_counts_and_coupons_have_their_own():
    assert rules.expires_on(replace(MUG, days_good=1), TODAY) == TODAY
    assert rules.expires_on(replace(MUG, days_good=0), TODAY) is None
    assert rules.expires_on(FIVE_OFF, TODAY) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"picture": "javascript:alert(1)"}, "picture"),
        ({"template": "fuel-5"}, "template"),
        ({"kind": FIVE_OFF.kind}, "template"),
        ({"valid_from": TODAY, "valid_until": TODAY - timedelta(1)}, "valid_until"),
        ({"shares": (Share(funder="brand", percent=Decimal(99)),)}, "shares"),
        (
            {"shares": (Share(funder="brand", percent=Decimal(50)), Share(funder="brand", percent=Decimal(50)))},
            "shares",
        ),
        ({"points": 0}, "points"),
        ({"per_day": -1}, "per_day"),
        ({"cost": Decimal(-1)}, "cost"),
        ({"code": "A B"}, "code"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_a_reward_that_could_not_be_given_is_refused_by_its_field(changes, field):
    with pytest.raises(Invalid) as refusal:
        rules.check_reward(replace(MUG, **changes))
    assert field in refusal.value.fields
    rules.check_reward(MUG)


def test_shares_that_do_not_add_up_are_told_in_chinese_too():
    with override("zh-hans"), pytest.raises(Invalid, match="合计为 99%，必须等于 100%"):
        rules.check_reward(replace(MUG, shares=(Share(funder="brand", percent=Decimal(99)),)))


percents = st.lists(st.integers(1, 100), min_size=1, max_size=5)


@given(st.decimals(0, 1000, places=2), percents)
def test_a_cost_is_split_without_losing_a_cent(cost, weights):
    shares = tuple(Share(funder=f"f{number}", percent=Decimal(weight)) for number, weight in enumerate(weights))
    parts = rules.split_cost(cost, shares, 2)
    assert sum(parts.values()) == cost
    assert min(parts.values()) >= 0
