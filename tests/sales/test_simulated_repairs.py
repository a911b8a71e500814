"""Past sales that were repaired are left as they are; what they changed for other sales counts as it was."""

from datetime import timedelta

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock
from forecourt.loyalty.services import draft_programme
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, ago, member
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_repairs import add_product, repair
from tests.sales.test_simulating import NEXT, NEXT_OFF, asked

ONCE = [{"measure": "uses", "limit": "1", "per": "customer"}]
FIRST = {"code": "first", "when": {"is": "first_purchase"}, "then": [{"give": "points", "points": 20}]}
THIRD = {"code": "third", "when": {"is": "visit", "number": 3}, "then": [{"give": "points", "points": 50}]}
NEW = a_line("new", "1", "10.00")


def found(repaired: int, discount: str, points: str, **more) -> dict:
    """Nothing changes for the sales that are simulated; so many are left as they are."""
    result = simulating.simulate(asked(**more))
    total = result["total"]
    assert (total["discount_before"], total["discount_after"]) == (discount, discount)
    assert (total["points_before"], total["points_after"]) == (points, points)
    assert (result["members"]["winners"], result["members"]["losers"], result["repaired"]) == (0, 0, repaired)
    return result


def test_a_strangers_sale_that_became_a_members_is_left_as_it_is(chain):
    publish(
        per_litre(), {"code": "nine", "when": {"is": "member"}, "then": [{"give": "points", "points": 9}]}, since=100
    )
    sold = chain.post_one("1", member(1), tenders=(), occurred_at=ago(5))
    (customer_id,) = chain.enrol()
    repair(sold.id, customer_id=customer_id)
    post(chain, "2", 1, occurred_at=ago(3))
    assert found(1, "6.00", "29")["total"]["sales"] == "1"


def test_a_sale_whose_product_became_known_is_left_as_it_is(chain):
    publish(
        {"code": "tenth", "then": [{"give": "percent", "percent": "10"}, {"give": "points", "points": 9}]}, since=100
    )
    chain.enrol()
    sold = post(chain, "1", 1, a_line(), NEW)
    add_product("new")
    repair(sold.id)
    found(1, "0", "0")


def test_it_counts_as_a_visit_and_against_limits_as_it_did(chain):
    """Until it was repaired for whom it was posted, from then on for whom it is."""
    publish(per_litre(budgets=ONCE), FIRST, THIRD, since=100)
    _first, second = chain.enrol(2)
    moved = post(chain, "1", 1, a_line(), NEW, occurred_at=ago(6))
    assert not post(chain, "2", 1, occurred_at=ago(5)).offers
    assert [offer.code for offer in post(chain, "3", 2, occurred_at=ago(4)).offers] == ["first", "litre"]
    add_product("new")
    repair(moved.id, customer_id=second)
    later = clock.now() + timedelta(seconds=1)
    assert [offer.code for offer in post(chain, "4", 2, occurred_at=later).offers] == ["third"]
    assert [offer.code for offer in post(chain, "5", 1, occurred_at=later).offers] == ["litre"]
    found(1, "12.00", "150")


def test_what_it_gave_is_there_to_be_used(chain):
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT", valid_days=0))
    publish(NEXT, NEXT_OFF, since=100)
    chain.enrol()
    sold = post(chain, "1", 1, a_line(), NEW, occurred_at=ago(5))
    add_product("new")
    repair(sold.id)
    post(chain, "2", 1, occurred_at=ago(3), coupons=(sold.coupons[0].code,))
    found(1, "3.00", "20")


def test_what_was_refunded_of_it_is_there_again(chain):
    publish(per_litre(budgets=[*ONCE, {"measure": "uses", "limit": "2"}]), FIRST, since=100)
    chain.enrol(2)
    sold = post(chain, "1", 1, a_line(), NEW, occurred_at=ago(6))
    add_product("new")
    repair(sold.id)
    assert [offer.code for offer in post(chain, "2", 2, occurred_at=ago(5)).offers] == ["first", "litre"]
    services.refund_sale(HEAD_OFFICE, sold.id, NewRefund(source_ref="r", occurred_at=ago(4)))
    assert [offer.code for offer in post(chain, "3", 1, occurred_at=ago(3)).offers] == ["first", "litre"]
    found(1, "12.00", "80")


def test_tiers_of_a_draft_count_it_as_it_was(chain):
    chain.enrol()
    sold = post(chain, "1", 1, a_line("92", "200.000", "1530.00"), NEW, occurred_at=ago(6))
    add_product("new")
    repair(sold.id)
    post(chain, "2", 1, occurred_at=ago(3))
    draft_programme(HEAD_OFFICE, PROGRAMME)
    result = simulating.simulate(asked(programme="draft"))
    assert result["total"]["points_after"] == "30", "in silver, half as much again"
