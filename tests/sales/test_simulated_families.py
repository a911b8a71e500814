"""Past sales of customers who were merged, and parted again: each is rated as who its customer was then."""

from typing import Any

import pytest
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.loyalty import services as loyalty
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.services.simulating import sharing
from forecourt.sales.services.simulating.reading import Share
from forecourt.sales.values import NewRefund
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    WATER,
    Chain,
    a_sale,
    ago,
    catch_up,
    count,
    everything_proves,
    water,
)
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_simulating import asked, nothing_changes

FIRST = {"code": "first", "when": {"is": "first_purchase"}, "then": [{"give": "amount", "off": "2"}]}
FIFTH = {
    "code": "fifth",
    "when": {"is": "visit", "number": 5, "every": True},
    "then": [{"give": "points", "points": 30}],
}
FIVE_TIMES = {
    "code": "five-times",
    "when": {"is": "member"},
    "then": [{"give": "percent", "percent": "10", "of": {"kinds": ["goods"]}}],
    "budgets": [{"measure": "uses", "limit": "5", "per": "customer"}],
}


def shares_come_to_the_same(**more: Any) -> None:
    parts = [sharing.run_share(asked(**more), Share(number, 2)) for number in range(2)]
    parts[0].sums.merge(parts[1].sums)
    whole = sharing.run_share(asked(**more), Share())
    assert parts[0].sums.result(PROGRAMME.point_value, {}) == whole.sums.result(PROGRAMME.point_value, {})


def two_who_are_one_for_a_while(chain: Chain) -> int:
    """Both buy four times each, in turn; then they are one, and both numbers buy. Returns the merge."""
    first, second = chain.enrol(2)
    for number in range(4):
        post(chain, f"a{number}", 1, water(2), occurred_at=ago(20 - number))
        post(chain, f"b{number}", 2, water(2), occurred_at=ago(20 - number))
    merge = customers.merge_customers(HEAD_OFFICE, second, first, "same person")
    catch_up()
    for number in range(3):
        post(chain, f"c{number}", number % 2 + 1, water(1), occurred_at=ago(10 - number))
    return merge


@pytest.mark.slow
def test_who_were_two_then_are_rated_as_two_and_as_one_afterwards(real_chain):
    publish(FIRST, FIFTH, FIVE_TIMES, since=100)
    two_who_are_one_for_a_while(real_chain)
    nothing_changes()
    shares_come_to_the_same()
    everything_proves()


@pytest.mark.slow
def test_who_parted_again_are_rated_as_two_again(real_chain):
    """Refunds count for whose the sale was, whoever they are by then."""
    publish(FIRST, FIFTH, FIVE_TIMES, since=100)
    merge = two_who_are_one_for_a_while(real_chain)
    (last,) = real_chain.post(a_sale("d", 1, water(3), occurred_at=ago(6), tenders=()))
    customers.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    services.refund_sale(HEAD_OFFICE, last.id, NewRefund(source_ref="r", occurred_at=ago(5)))
    for number in range(3):
        post(real_chain, f"e{number}", 1, water(2), occurred_at=ago(4 - number))
        post(real_chain, f"f{number}", 2, water(2), occurred_at=ago(4 - number))
    nothing_changes()
    shares_come_to_the_same()
    loyalty.draft_programme(HEAD_OFFICE, replace(PROGRAMME, tier_window_days=5))
    shares_come_to_the_same(programme="draft")
    assert sum(row["members"] for row in simulating.simulate(asked(programme="draft"))["tier_moves"]["rows"]) == 2


@pytest.mark.slow
def test_coupons_of_a_merged_customer_are_the_survivors(real_chain):
    """It was each one's own limit that their uses counted against; then it is that of both."""
    template = Template(code="AUTO", name="AUTO", is_automatic=True, per_customer=2)
    coupons.create_template(HEAD_OFFICE, template)
    gives = {
        "code": "gives",
        "when": {"is": "volume", "at_least": "20"},
        "then": [{"give": "coupon", "template": "AUTO"}],
    }
    takes = {
        "code": "takes",
        "when": {
            "is": "all",
            "of": [{"is": "coupon", "template": "AUTO"}, {"is": "bought", "of": {"products": [WATER]}}],
        },
        "then": [{"give": "amount", "off": "2", "of": {"kinds": ["goods"]}}],
    }
    publish(gives, takes, since=100)
    first, second = real_chain.enrol(2)
    for number in range(3):
        post(real_chain, f"a{number}", 1, occurred_at=ago(20 - number))
    post(real_chain, "b0", 2, occurred_at=ago(17))
    for number in range(2):
        post(real_chain, f"c{number}", 1, water(1), occurred_at=ago(16 - number))
    post(real_chain, "d", 2, water(1), occurred_at=ago(14))
    assert count("coupons_coupon WHERE status = 'active'") == 1
    customers.merge_customers(HEAD_OFFICE, second, first, "")
    catch_up()
    assert not post(real_chain, "e", 2, water(1), occurred_at=ago(9)).offers
    nothing_changes()


def test_what_is_taken_back_counts_on_the_day_of_its_sale(chain):
    """A limit of each day is not raised by what another day's sale gave back."""
    publish(per_litre(budgets=[{"measure": "volume", "limit": "25", "per": "customer_day"}]), since=100)
    chain.enrol()
    sold = post(chain, "1", 1, occurred_at=ago(3))
    services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r", occurred_at=ago(2)))
    for number in range(2):
        post(chain, f"a{number}", 1, occurred_at=ago(2))
    nothing_changes()
