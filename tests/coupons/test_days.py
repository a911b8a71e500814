"""Coupons that would never be good are not issued, by whatever would give them."""

from datetime import timedelta

import pytest

from forecourt.coupons import records, services
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid
from tests.coupons.scenes import HEAD_OFFICE, give, make_template
from tests.sales.scenes import ago, day_of
from tests.sales.test_given_coupons import told
from tests.sales.test_offers import post, publish


@pytest.fixture
def over(chain):
    """A chain with a member and the template "wash", the day after its last one."""
    make_template(valid_until=day_of(clock.now()))
    chain.enrol()
    with clock.as_of(ago(-1)):
        yield chain


def test_none_is_issued_by_hand_nor_printed(over):
    (member,) = over.enrol()
    for command in (
        lambda: services.issue_coupons(HEAD_OFFICE, "wash", [member]),
        lambda: services.create_batch(HEAD_OFFICE, "wash", "flyer", 10),
        lambda: give("wash", member),
    ):
        with pytest.raises(Invalid) as problem:
            command()
        assert list(problem.value.fields) == ["template"]
        assert f"ends on {day_of(clock.now()) - timedelta(days=1)}" in str(problem.value)
    assert give("wash", member, leaving_out=True) == []
    assert records.room_of(["wash"]) == {"wash": 0}
    (coupon,) = give("wash", member, expires_on=day_of(clock.now()))
    assert coupon.active_from == coupon.expires_on


def test_a_sale_gives_none_and_says_so(over):
    publish({"code": "next", "then": [{"give": "coupon", "template": "wash"}]})
    receipt = post(over, "1", 1, occurred_at=clock.now())
    assert receipt.coupons == ()
    assert told(receipt)[-1] == "免费洗车 for next time: 1 fewer, no more of them are given out."
    before = post(over, "2", 1, occurred_at=ago(1))
    assert [coupon.template for coupon in before.coupons] == ["wash"], "it was sold while the coupon was given"
