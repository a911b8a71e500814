"""Parts of a sale refunded: coupons whose lines are gone come back, those that the rest would not have earned are void."""

from datetime import timedelta
from decimal import Decimal

from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.kernel import clock, sql
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund, RefundLine, SimulationAsked
from tests.sales.scenes import HEAD_OFFICE, WATER, a_line, ago, flat_books_agree, points, water
from tests.sales.test_offers import issue, left, post, publish

WASH_OFF = {
    "code": "wash",
    "when": {"is": "coupon", "template": "WASH"},
    "then": [{"give": "percent", "percent": "100", "of": {"products": [WATER]}}, {"give": "points", "points": 40}],
    "budgets": [{"measure": "uses", "limit": "5"}, {"measure": "uses", "limit": "1", "per": "customer"}],
}
FOR_300 = {
    "code": "spend",
    "when": {"is": "all", "of": [{"is": "member"}, {"is": "amount", "at_least": "300"}]},
    "then": [{"give": "coupon", "template": "NEXT", "count": 2}],
}


def refund(receipt, ref: str, line: int, quantity: str | None = None, **more):
    wanted = RefundLine(line=line, quantity=Decimal(quantity) if quantity else None)
    return services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref=ref, lines=(wanted,), **more))


def status(template: str) -> list[str]:
    return [
        row[0]
        for row in sql.rows(
            "SELECT coupon.status FROM coupons_coupon AS coupon JOIN coupons_coupontemplate AS template "
            "ON template.id = coupon.template_id AND template.code = %(code)s ORDER BY coupon.status",
            {"code": template},
        )
    ]


def test_a_coupon_comes_back_with_the_lines_it_was_used_on(chain):
    publish(WASH_OFF)
    (customer,) = chain.enrol()
    code = issue("WASH", customer)
    receipt = post(chain, "1", 1, a_line(), water(3), coupons=(code,))
    assert (str(receipt.totals.discount), points(customer)) == ("15.00", 20 + 40)
    refund(receipt, "r1", 2, "1")
    assert (status("WASH"), left()["uses:total"]) == (["used"], Decimal(4))
    refund(receipt, "r2", 2)
    assert (status("WASH"), left()["uses:total"], points(customer)) == (["active"], Decimal(5), 20)
    flat_books_agree()
    again = post(chain, "2", 1, a_line(), water(2), coupons=(code,))
    assert str(again.totals.discount) == "10.00"
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r3"))
    assert (status("WASH"), left()["uses:total"]) == (["used"], Decimal(4)), "the other sale has it now"
    assert points(customer) == 20 + 40
    flat_books_agree()


def test_a_coupon_stays_used_while_a_line_that_it_was_used_on_stays(chain):
    publish(
        {"code": "any", "when": {"is": "coupon", "template": "WASH"}, "then": [{"give": "amount", "off": "5"}]},
        {"code": "also", "when": {"is": "coupon", "template": "WASH"}, "then": [{"give": "points", "points": 3}]},
    )
    (customer,) = chain.enrol()
    receipt = post(chain, "1", 1, a_line(), water(3), coupons=(issue("WASH", customer),))
    refund(receipt, "r1", 2)
    assert status("WASH") == ["used"]
    refund(receipt, "r2", 1)
    assert status("WASH") == ["active"]
    flat_books_agree()


def test_coupons_that_the_rest_would_not_have_earned_are_void(chain):
    publish(FOR_300, {"code": "each", "then": [{"give": "coupon", "template": "EACH"}]})
    for code in ("NEXT", "EACH"):
        coupons.create_template(HEAD_OFFICE, Template(code=code, name=code))
    chain.enrol()
    receipt = post(chain, "1", 1, a_line(amount="200.00"), water(30))
    assert len(receipt.coupons) == 3
    refund(receipt, "r1", 2, "10")
    assert status("NEXT") == ["active", "active"]
    refund(receipt, "r2", 2, "10.001")
    assert (status("NEXT"), status("EACH")) == (["void", "void"], ["active"])
    flat_books_agree()
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="rest"))
    assert status("EACH") == ["void"]
    flat_books_agree()


def test_one_that_was_used_is_void_once_its_sale_is_refunded_too(chain):
    publish(
        FOR_300, {"code": "off", "when": {"is": "coupon", "template": "NEXT"}, "then": [{"give": "amount", "off": "5"}]}
    )
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT"))
    chain.enrol()
    receipt = post(chain, "1", 1, a_line(amount="200.00"), water(30))
    later = post(chain, "2", 1, coupons=(receipt.coupons[0].code,))
    refund(receipt, "r1", 2)
    assert status("NEXT") == ["used", "void"]
    services.refund_sale(HEAD_OFFICE, later.id, NewRefund(source_ref="r2"))
    assert status("NEXT") == ["void", "void"]
    flat_books_agree()


def test_conditions_beside_the_basket_and_offers_of_then_do_not_take_a_coupon_away(chain):
    publish(
        {
            "code": "card",
            "when": {"is": "any", "of": [{"is": "amount", "at_least": "300"}, {"is": "tender", "of": ["wechat"]}]},
            "then": [{"give": "coupon", "template": "NEXT"}],
        }
    )
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT"))
    chain.enrol()
    receipt = chain.post_one("1", 1, a_line(amount="200.00"), water(30))
    refund(receipt, "r1", 2)
    assert status("NEXT") == ["active"]


def test_a_simulation_gives_back_and_takes_away_as_refunds_do(chain):
    publish(WASH_OFF, since=100)
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="WASH", is_automatic=True))
    publish({"code": "gift", "when": {"is": "amount", "at_least": "300"},
             "then": [{"give": "coupon", "template": "WASH"}]}, since=100)  # fmt: skip
    chain.enrol(2)
    for number in (1, 2):
        earned = post(chain, f"e{number}", number, a_line(amount="310.00"), occurred_at=ago(20))
        assert earned.coupons
        first = post(chain, f"f{number}", number, a_line(), water(2), occurred_at=ago(15))
        assert str(first.totals.discount) == "10.00"
        refund(first, f"rf{number}", 2, occurred_at=ago(10))
        if number == 2:
            refund(earned, "re", 1, "1", occurred_at=ago(10))
        second = post(chain, f"s{number}", number, a_line(), water(1), occurred_at=ago(5))
        assert bool(second.totals.discount) is (number == 1)
    today = clock.now().date()
    found = simulating.simulate(SimulationAsked(since=today - timedelta(days=60), until=today + timedelta(days=1)))
    assert found["total"]["discount_before"] == found["total"]["discount_after"] == "5.00"


def test_a_coupon_that_was_not_earned_is_no_matter_of_refunds(chain):
    publish(WASH_OFF)
    (customer,) = chain.enrol()
    issue("WASH", customer)
    (other,) = coupon_records.issue([NewCoupon(template="WASH", customer_id=customer, occurred_at=ago(2))])
    receipt = post(chain, "1", 1, a_line(), water(3), coupons=(other.code,))
    refund(receipt, "r1", 1)
    assert status("WASH") == ["active", "used"]
    flat_books_agree()


def test_every_coupon_that_an_offer_asked_for_comes_back_with_its_lines(chain):
    both = {"is": "all", "of": [{"is": "coupon", "template": "WASH"}, {"is": "coupon", "template": "CARD"}]}
    publish(WASH_OFF | {"when": both}, since=100)
    (customer,) = chain.enrol()
    codes = tuple(issue(template, customer) for template in ("WASH", "CARD"))
    receipt = post(chain, "1", 1, a_line(), water(3), coupons=codes, occurred_at=ago(1))
    assert (status("WASH"), status("CARD")) == (["used"], ["used"])
    refund(receipt, "r1", 1, "5")
    assert (status("WASH"), status("CARD")) == (["used"], ["used"])
    refund(receipt, "r2", 2)
    assert (status("WASH"), status("CARD")) == (["active"], ["active"])
    flat_books_agree()


def test_a_coupon_that_another_offer_used_too_stays_used(chain):
    both = {"is": "all", "of": [{"is": "coupon", "template": "WASH"}, {"is": "coupon", "template": "CARD"}]}
    fuel = {"code": "fuel", "when": {"is": "coupon", "template": "CARD"},
            "then": [{"give": "amount", "off": "5", "of": {"products": ["92"]}}]}  # fmt: skip
    publish(WASH_OFF | {"when": both}, fuel)
    (customer,) = chain.enrol()
    codes = tuple(issue(template, customer) for template in ("WASH", "CARD"))
    receipt = post(chain, "1", 1, a_line(), water(3), coupons=codes)
    assert len(receipt.offers) == 2
    refund(receipt, "r1", 2)
    assert (status("WASH"), status("CARD")) == (["active"], ["used"])
    flat_books_agree()
