"""The rules of occasions, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.customers.rules import birthday_in
from forecourt.kernel.problems import Invalid
from forecourt.loyalty.values import Every, Programme, Tier, TierCoupon
from forecourt.occasions import rules
from forecourt.occasions.rules import FriendSale
from forecourt.occasions.values import EventState, GiftRules, HeldRules, MemberEventView, NewMemberEvent, ReferralRules

JOINED = datetime(2026, 11, 1, 4, tzinfo=UTC)
ASKED = ReferralRules(minimum_amount=Decimal(100), minimum_quantity=Decimal(10), within_days=30)


def sale(hours: float, net: str, fuel: str = "0", *, station: int = 1, refund_of=None) -> FriendSale:
    return FriendSale(uuid4(), JOINED + timedelta(hours=hours), station, Decimal(net), Decimal(fuel), refund_of)


@given(st.integers(1, 12), st.integers(1, 28), st.integers(0, 60), st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_every_birthday_is_due_on_its_day_and_a_week_on_and_never_else(month, day, before, today):
    birthday = month * 100 + day
    held = HeldRules(version=1, rules=GiftRules(days_before=before))
    (due,) = rules.due_days(dict.fromkeys(rules.asked_days(today), held), today)
    targets = [target for target in due.targets if birthday in target.keys]
    kept = [birthday_in(birthday, year) for year in (today.year, today.year + 1)]
    is_due = [one for one in kept if 0 <= (today - (one - timedelta(days=before))).days <= rules.LATE_DAYS]
    assert [target.day for target in targets] == is_due


FIRST_DAY = date(2026, 3, 1)


@given(st.lists(st.none() | st.integers(0, 5), min_size=20, max_size=20))
def test_whatever_rules_follow_one_another_each_day_has_its_gifts_once_by_those_of_a_day_on_which_it_was_due(timeline):
    """Each day of the timeline its rules say how many days before they give, or that they give nothing."""
    days = [FIRST_DAY + timedelta(days=count) for count in range(len(timeline))]
    changes = [1 + sum(one != other for one, other in pairwise(timeline[: place + 1])) for place in range(len(days))]
    held = {
        day: None if before is None else HeldRules(version=version, rules=GiftRules(days_before=before))
        for day, before, version in zip(days, timeline, changes, strict=True)
    }
    given_on = {}
    for day in days:
        for due in rules.due_days({one: held.get(one) for one in rules.asked_days(day)}, day):
            for target in due.targets:
                given_on.setdefault(target.day, (day, due.held))
    for day in days:
        if day in given_on:
            on, by = given_on[day]
            assert held[on] == by
            assert on <= day <= on + timedelta(days=by.rules.days_before)
        else:
            assert held[day] is None


def test_a_gift_given_late_is_good_as_long_as_one_given_in_time():
    asked = GiftRules(days_before=3, days_after=7)
    birthday = date(2026, 11, 20)
    assert rules.last_day(asked, birthday, date(2026, 11, 17)) == date(2026, 11, 27)
    assert rules.last_day(asked, birthday, date(2026, 11, 22)) == date(2026, 12, 2)


TIERS = Programme(
    tiers=(
        Tier(code="basic", name="", threshold=Decimal(0), coupons=(TierCoupon(template="hello"),)),
        Tier(code="silver", name="", threshold=Decimal(1), coupons=(TierCoupon(template="wash", every=Every.MONTH),)),
        Tier(
            code="gold",
            name="",
            threshold=Decimal(2),
            coupons=(TierCoupon(template="cake"), TierCoupon(template="wash", every=Every.YEAR)),
        ),
    )
)


def test_a_tier_brings_its_coupons_when_it_is_reached_from_below_only():
    day = date(2026, 11, 22)
    up = rules.due_on_change(TIERS, "basic", "gold", day)
    assert [due.origin for due in up] == ["tier:gold:entry:2026-11-22", "tier:gold:2026"]
    assert [due.origin for due in rules.due_on_change(TIERS, "", "basic", day)] == ["tier:basic:entry:2026-11-22"]
    assert rules.due_on_change(TIERS, "gold", "silver", day) == []
    assert rules.due_on_change(TIERS, "gold", "gold", day) == []
    assert rules.due_on_change(TIERS, "gold", "platinum", day) == []


def test_each_month_and_year_bring_what_the_tier_says():
    due = rules.due_each(TIERS, date(2026, 11, 22))
    assert [(one.origin, one.higher) for one in due] == [("tier:silver:2026-11", ("gold",)), ("tier:gold:2026", ())]


def test_the_first_sales_that_reach_what_is_asked_qualify():
    first, second, third = sale(1, "60", "8"), sale(30, "50", "6"), sale(50, "500", "60")
    found = rules.qualified([third, first, second], JOINED, ASKED)
    assert found is not None
    assert (found.sale_id, found.at, [one.id for one in found.sales]) == (
        second.id,
        second.occurred_at,
        [first.id, second.id],
    )


def test_too_late_too_little_or_too_many_sales_do_not_qualify():
    late = sale(24 * 30, "500", "60")
    assert rules.qualified([late], JOINED, ASKED) is None
    assert rules.qualified([sale(24 * 30 - 1, "500", "60")], JOINED, ASKED) is not None
    assert rules.qualified([sale(-23, "500", "60")], JOINED, ASKED) is not None
    assert rules.qualified([sale(-25, "500", "60")], JOINED, ASKED) is None
    assert rules.qualified([sale(1, "500", "9")], JOINED, ASKED) is None
    small = [sale(1, "60", "5"), sale(2, "60", "5")]
    assert rules.qualified(small, JOINED, msgspec.structs.replace(ASKED, first_sales=1)) is None
    assert rules.qualified(small, JOINED, msgspec.structs.replace(ASKED, first_sales=2)) is not None


def test_refunds_count_against_their_sale_and_loose_ones_against_the_latest():
    bought = sale(1, "153", "20")
    part = sale(5, "-60", "-8", refund_of=bought.id)
    assert rules.qualified([part, bought], JOINED, ASKED) is None
    whole = sale(5, "-153", "-20", refund_of=bought.id)
    other = sale(9, "120", "15")
    assert rules.taken_back([whole, other, bought]) == [other]
    loose = sale(10, "-30", "-4")
    assert rules.taken_back([loose, other]) == [other._replace(net=Decimal(90), fuel=Decimal(11))]
    assert rules.qualified([other, loose], JOINED, ASKED) is None


amounts = st.decimals(1, 500, places=2)


@given(st.lists(st.tuples(st.floats(0, 700), amounts, amounts), max_size=8), st.integers(0, 3), st.randoms())
def test_the_order_of_sales_never_matters_and_refunding_all_never_qualifies(drawn, first_sales, chance):
    asked = msgspec.structs.replace(ASKED, first_sales=first_sales)
    sales = [sale(hours, str(net), str(fuel)) for hours, net, fuel in drawn]
    shuffled = list(sales)
    chance.shuffle(shuffled)
    assert rules.qualified(sales, JOINED, asked) == rules.qualified(shuffled, JOINED, asked)
    refunds = [FriendSale(uuid4(), one.occurred_at, 1, -one.net, -one.fuel, one.id) for one in sales]
    assert rules.qualified(sales + refunds, JOINED, asked) is None


def test_two_who_buy_at_one_station_within_minutes_are_together():
    own = [sale(5, "100", station=7)]
    at = JOINED + timedelta(hours=5, minutes=4)
    assert rules.is_together(own, [(7, at)], 5)
    assert not rules.is_together(own, [(8, at)], 5)
    assert not rules.is_together(own, [(7, at)], 3)
    assert not rules.is_together(own, [(7, at)], 0)


def test_codes_are_read_however_they_are_typed():
    code = rules.new_code()
    assert len(code) == 8
    assert set(code) <= set(rules.ALPHABET)
    assert not set(rules.ALPHABET) & set("01OIL")
    assert rules.normal_code(f" {code[:4].lower()}-{code[4:]} ") == code
    assert len({rules.new_code() for _ in range(1000)}) == 1000


NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)


def event(**changes) -> NewMemberEvent:
    fields = {"title": "亲子日", "place": "公园", "starts_at": NOON, "ends_at": NOON + timedelta(hours=2)}
    return NewMemberEvent(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"ends_at": NOON}, "ends_at"),
        ({"ends_at": NOON + timedelta(days=90)}, "ends_at"),
        ({"closes_at": NOON + timedelta(hours=3)}, "closes_at"),
        ({"opens_at": NOON}, "opens_at"),
        ({"starts_at": datetime(2026, 12, 1, 4)}, "starts_at"),
    ],
)
def test_what_an_event_says_wrong_is_named(changes, field):
    with pytest.raises(Invalid) as problem:
        rules.checked_event(event(**changes))
    assert list(problem.value.fields) == [field]


def test_who_may_not_sign_up_is_told_why():
    view = MemberEventView(
        id=1,
        title="",
        text="",
        station_id=None,
        place="",
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=2),
        opens_at=NOON - timedelta(days=7),
        closes_at=NOON - timedelta(days=1),
        places=0,
        has_waiting_list=True,
        tiers=("gold",),
        tags=("parents",),
        points=0,
        cost=0,
        state=EventState.OPEN,
        made_at=NOON,
        made_by="",
    )

    def said(**changes) -> str:
        facts = {
            "now": NOON - timedelta(days=2),
            "tier": "gold",
            "tags": frozenset({"parents", "vip"}),
            "is_blocked": False,
        }
        shown = msgspec.structs.replace(view, state=changes.pop("state", EventState.OPEN))
        return rules.refusal(shown, **facts | changes)

    assert said() == ""
    assert "not announced" in said(state=EventState.CANCELLED)
    assert "not begun" in said(now=NOON - timedelta(days=8))
    assert "has ended" in said(now=NOON - timedelta(days=1))
    assert "blocked" in said(is_blocked=True)
    assert "other tiers" in said(tier="basic")
    assert "certain tags" in said(tags=frozenset({"vip"}))
