"""Points given, taken, merged and parted, on PostgreSQL; and an explanation in words."""

import pytest
from django.utils import translation

from forecourt.customers import services as customer_services
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed, NotFound
from forecourt.loyalty import queries, services
from forecourt.loyalty.values import NegativeBalance, Programme, Tier
from forecourt.organisation.queries import company
from forecourt.sales import wire, words
from tests.sales.scenes import (
    HEAD_OFFICE,
    Chain,
    a_line,
    a_sale,
    ago,
    catch_up,
    events,
    everything_proves,
    flat_books_agree,
    lots,
    open_chain,
    points,
    water,
)


@pytest.fixture
def chain(db) -> Chain:
    return open_chain()


@pytest.fixture
def real_chain(committed) -> Chain:
    return open_chain()


def test_points_are_given_and_taken_with_a_reason(chain):
    (customer_id,) = chain.enrol()
    assert services.adjust_points(HEAD_OFFICE, customer_id, 50, " a gift ").points == 50
    assert services.adjust_points(HEAD_OFFICE, customer_id, -80, "mistake").points == -30
    newest, oldest = queries.entries([customer_id])
    assert (newest.points, oldest.points, oldest.reason, oldest.actor) == (-80, 50, "a gift", "staff:head-office")
    assert [event["points"] for event in events("points.adjusted.v1")] == [50, -80]
    flat_books_agree()


@pytest.mark.parametrize(
    ("amount", "reason", "field"), [(0, "x", "points"), (10_000_001, "x", "points"), (5, "  ", "reason")]
)
def test_an_adjustment_that_makes_no_sense_is_refused(chain, amount, reason, field):
    (customer_id,) = chain.enrol()
    with pytest.raises(Invalid) as caught:
        services.adjust_points(HEAD_OFFICE, customer_id, amount, reason)
    assert list(caught.value.fields) == [field]


def test_an_adjustment_needs_a_customer_and_a_permission(chain):
    with pytest.raises(NotFound, match="no customer 4711"):
        services.adjust_points(HEAD_OFFICE, 4711, 5, "x")
    with pytest.raises(NotAllowed):
        services.adjust_points(Actor(kind="staff", name="E1"), 1, 5, "x")


def test_a_forgiving_programme_refuses_to_take_more_than_there_is(db):
    chain = open_chain(negative=NegativeBalance.FORGIVE)
    (customer_id,) = chain.enrol()
    services.adjust_points(HEAD_OFFICE, customer_id, 50, "gift")
    with pytest.raises(Invalid, match="51 is more than the 50 there are; take at most those"):
        services.adjust_points(HEAD_OFFICE, customer_id, -51, "x")
    assert points(customer_id) == 50


def test_a_merge_carries_each_lot_with_its_expiry_and_parting_carries_it_back(real_chain):
    survivor, merged = real_chain.enrol(2)
    real_chain.post(a_sale("1", 2, water(10), occurred_at=ago(40)), a_sale("2", 2, water(4)), a_sale("3", 1, water(1)))
    before = lots(merged)
    merge = customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert (points(survivor), points(merged)) == (75, 0)
    assert set(before) <= set(lots(survivor))
    everything_proves()
    customer_services.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    assert (points(survivor), points(merged)) == (5, 70)
    assert lots(merged) == before
    everything_proves()


def test_a_merge_settles_what_one_of_the_two_owes(real_chain):
    survivor, merged = real_chain.enrol(2)
    services.adjust_points(HEAD_OFFICE, survivor, 50, "gift")
    services.adjust_points(HEAD_OFFICE, merged, -20, "taken")
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    everything_proves()
    assert (points(survivor), points(merged)) == (30, 0)


def test_a_merge_pays_the_survivors_debts(real_chain):
    survivor, merged = real_chain.enrol(2)
    services.adjust_points(HEAD_OFFICE, survivor, -30, "taken")
    services.adjust_points(HEAD_OFFICE, merged, 50, "gift")
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    everything_proves()
    assert (points(survivor), points(merged)) == (20, 0)


def test_joining_opens_a_balance_in_the_entry_tier(real_chain):
    (customer_id,) = real_chain.enrol()
    catch_up()
    assert queries.balance(customer_id).tier == "basic"


@pytest.mark.parametrize(
    ("tiers", "field"),
    [
        ((Tier(code="a", name="A", threshold=5),), "tiers.0.threshold"),
        ((Tier(code="a", name="A", threshold=0), Tier(code="b", name="B", threshold=0)), "tiers.1.threshold"),
    ],
)
def test_a_programme_that_could_not_be_applied_is_refused(chain, tiers, field):
    with pytest.raises(Invalid) as caught:
        chain.publish(Programme(name="P", tiers=tiers))
    assert list(caught.value.fields) == [field]


def test_an_explanation_reads_well_in_both_languages(chain):
    chain.enrol()
    receipt = chain.post_one("1", 1, a_line(), a_line("?", "1", "1.00"))
    reasons = wire.decode_reasons(receipt.explanation)

    def said(language: str) -> list[str]:
        with translation.override(language):
            programme = queries.programme_at(ago(0))
            return [sentence for _, sentence in words.explanation(reasons, company(), programme)]

    assert said("en")[1:] == [
        "petrol: 20 × 1 points = 20 (petrol)",
        "Line 2 earns no points: no rate covers it.",
        "Tier 普通会员: points × 100%, rounded down: 20",
    ]
    chinese = said("zh-hans")
    assert chinese[1:3] == ["petrol：20 × 每单位 1 分 = 20 分（petrol）", "第 2 行不积分：没有适用的积分规则。"]
    assert not set(chinese) & set(said("en"))
