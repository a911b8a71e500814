"""What is known of conditions before anything is bought: truth tables, and a law against sales that then come. No database."""

import pytest
from hypothesis import given, settings

from forecourt.customers.values import Usage
from forecourt.kernel.money import ZERO
from forecourt.offers.rules.conditions import (
    All,
    Any,
    AtStation,
    Bought,
    CouponUsed,
    Drives,
    HasTag,
    HasTier,
    HoldsCoupon,
    IsMember,
    Not,
    NthVisit,
    OnWeekdays,
    Volume,
)
from forecourt.offers.rules.facts import Held
from forecourt.offers.rules.foreseeing import Outlook, coupons_taken, foreseen
from tests.offers.worlds import TEMPLATES, WATER, Dice, any_conditions, line, member, roll_line, rolled, sale_of, sales

NO, LATER, OPEN, YES = Outlook
HERE, ELSEWHERE = AtStation(of=frozenset({"S001"})), AtStation(of=frozenset({"S002"}))
WEEKEND, WEDNESDAY = OnWeekdays(of=frozenset({"sat", "sun"})), OnWeekdays(of=frozenset({"wed"}))
FILL = Volume(at_least=40)
LEAVES = {NO: ELSEWHERE, LATER: WEEKEND, OPEN: FILL, YES: HERE}
WASH, GOLD = CouponUsed(template="WASH"), HasTier(of=frozenset({"gold"}))
HELD = {"WASH": [Held("1", "WASH")]}


def look(condition, person=None, coupons=None, automatic=()):
    """How it looks on a Wednesday at S001, and the conditions of which something is missing."""
    facts = sale_of(person=person)._replace(coupons=coupons or {}, tenders={}).facts()
    outlook, missing = foreseen(condition, facts, automatic)
    assert bool(missing) == (outlook is LATER)
    return outlook, [miss.condition for miss in missing]


@pytest.mark.parametrize("one", Outlook)
@pytest.mark.parametrize("other", Outlook)
def test_of_all_the_least_counts_and_of_any_the_greatest(one, other):
    both = (LEAVES[one], LEAVES[other])
    assert look(All(of=both))[0] is min(one, other)
    assert look(Any(of=both))[0] is max(one, other)
    assert look(Not(of=All(of=both)))[0] is look(Any(of=(Not(of=both[0]), Not(of=both[1]))))[0]
    assert look(Not(of=Not(of=Any(of=both)))) == look(Any(of=both))


@pytest.mark.parametrize(
    ("condition", "outlook"),
    [(HERE, NO), (ELSEWHERE, YES), (WEEKEND, YES), (WEDNESDAY, LATER), (FILL, OPEN), (All(), NO), (IsMember(), YES)],
)
def test_not_turns_what_is_known_and_leaves_open_what_the_sale_decides(condition, outlook):
    assert look(Not(of=condition))[0] is outlook


@pytest.mark.parametrize(
    ("condition", "gold_holds", "gold", "silver_holds", "silver"),
    [
        (WASH, OPEN, LATER, OPEN, LATER),
        (Not(of=WASH), OPEN, YES, OPEN, YES),
        (Any(of=(WASH, GOLD)), YES, YES, OPEN, LATER),
        (All(of=(WASH, GOLD)), OPEN, LATER, LATER, LATER),
        (Not(of=Any(of=(WASH, GOLD))), NO, NO, OPEN, YES),
        (Not(of=All(of=(WASH, GOLD))), OPEN, YES, YES, YES),
        (Any(of=(Not(of=WASH), GOLD)), YES, YES, OPEN, YES),
        (All(of=(Not(of=WASH), GOLD)), OPEN, YES, LATER, LATER),
        (Any(of=(WASH, FILL)), OPEN, OPEN, OPEN, OPEN),
    ],
)
def test_a_coupon_may_be_used_or_kept_by_who_holds_it_and_is_missing_to_others(
    condition, gold_holds, gold, silver_holds, silver
):
    lesser = member(tier="silver", reached=frozenset({"basic", "silver"}))
    assert look(condition, member(), HELD)[0] is gold_holds
    assert look(condition, member())[0] is gold
    assert look(condition, lesser, HELD)[0] is silver_holds
    assert look(condition, lesser)[0] is silver


def test_a_coupon_that_is_held_is_held_whatever_is_bought_and_who_holds_none_may_come_by_one():
    holds, holder = HoldsCoupon(template="WASH"), member(holds=frozenset({"WASH"}))
    assert (look(holds, holder), look(Not(of=holds), holder)) == ((YES, []), (LATER, ["not"]))
    assert (look(holds, member(), HELD), look(Not(of=holds), member(), HELD)) == ((LATER, ["holds"]), (YES, []))
    assert (look(holds), look(Not(of=holds))) == ((NO, []), (YES, []))
    assert list(coupons_taken(All(of=(holds, WASH)))) == ["WASH"]
    assert list(coupons_taken(holds)) == []


def test_a_coupon_that_is_used_unasked_is_used():
    assert look(WASH, member(), HELD, {"WASH"}) == (YES, [])
    assert look(Not(of=WASH), member(), HELD, {"WASH"}) == (LATER, ["not"])
    assert look(Not(of=WASH), member(), {}, {"WASH"}) == (YES, [])


def test_what_is_missing_is_told_of_all_that_must_hold_and_of_the_first_that_might():
    lesser = member(tier="silver", sales=1)
    assert look(All(of=(WASH, FILL, GOLD, NthVisit(number=3))), lesser) == (LATER, ["coupon", "tier", "visit"])
    assert look(Any(of=(ELSEWHERE, GOLD, WASH)), lesser) == (LATER, ["tier"])
    assert look(All(of=(WASH, HasTag(of=frozenset({"vip"})))), lesser) == (NO, [])
    assert look(Not(of=GOLD), member()) == (NO, [])


def test_a_stranger_has_no_tier_to_rise_in_and_no_visit_to_come():
    assert look(GOLD)[0] is look(NthVisit(number=3))[0] is NO
    assert look(Any(of=(GOLD, WASH))) == (LATER, ["coupon"])


def test_who_drives_several_kinds_of_vehicles_may_come_with_either():
    drives = Drives(of=frozenset({Usage.HEAVY}))
    both, car = member(usages=frozenset({Usage.HEAVY, Usage.PRIVATE})), member(usages=frozenset({Usage.PRIVATE}))
    assert (look(drives, both)[0], look(Not(of=drives), both)[0]) == (OPEN, OPEN)
    assert (look(drives, car)[0], look(Not(of=drives), car)[0]) == (NO, YES)


def test_a_coupon_that_must_not_be_used_is_not_taken():
    five = CouponUsed(template="FIVE")
    assert set(coupons_taken(All(of=(Any(of=(WASH, GOLD)), Not(of=five))))) == {"WASH"}


def coming(dice: Dice, before):
    """A sale that may come of what was known before: with anything bought, anyhow paid, at any pump, in any vehicle."""
    person = before.person
    if person is not None and person.buyer is not None:
        person = person._replace(usage=dice.one([None, *sorted(person.buyer.usages)]))
    return before._replace(
        lines=tuple([roll_line(dice) for _ in range(dice.randint(0, 4))]),
        place=before.place._replace(pump=dice.one([None, 1, 2, 3])),
        person=person,
        tenders={tender: dice.figure() for tender in dice.any_of(["cash", "wechat", "card"])},
    )


@settings(max_examples=400, deadline=None)
@given(sales(), any_conditions, rolled(lambda dice: dice))
def test_what_is_foreseen_is_what_every_sale_finds(sale, condition, dice):
    person = sale.person and sale.person._replace(usage=None)
    before = sale._replace(lines=(), place=sale.place._replace(pump=None), person=person, tenders={})
    automatic = dice.any_of(TEMPLATES)
    outlook, missing = foreseen(condition, before.facts(), automatic)
    assert bool(missing) == (outlook is Outlook.LATER)
    for _ in range(6):
        used = {
            template: held for template, held in before.coupons.items() if template in automatic or dice.random() < 0.5
        }
        holds = condition.test(coming(dice, before)._replace(coupons=used).facts()) is None
        assert holds or outlook is not Outlook.YES
        assert not holds or outlook in (Outlook.OPEN, Outlook.YES)


@given(sales())
def test_what_the_basket_decides_is_left_open(sale):
    nothing = sale._replace(lines=()).facts()
    assert foreseen(Bought(), nothing).outlook is Outlook.OPEN
    bought = sale._replace(lines=(line(WATER, 1 + ZERO),)).facts()
    assert (Bought().test(nothing) is None, Bought().test(bought) is None) == (False, True)
