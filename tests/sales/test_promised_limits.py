"""What reservations hold of a customer's own: limits of offers, uses of coupons, the first purchase that was promised."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import records as coupon_records
from forecourt.coupons.values import NewCoupon
from forecourt.kernel import clock, sql
from forecourt.loyalty.values import Tier
from forecourt.sales import services
from forecourt.sales.values import NewTender
from tests.coupons.scenes import make_generic, make_template
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, ago, flat_books_agree
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_reservations import reserve, sale

ONCE = [{"measure": "uses", "limit": "1", "per": "customer"}]
TEN_OFF = {"code": "ten", "then": [{"give": "amount", "off": "10"}], "budgets": ONCE}


def paid(net: str) -> tuple[NewTender, ...]:
    return (NewTender(kind="cash", amount=Decimal(net)),)


def with_coupon(template: str) -> dict:
    return {"code": "five", "when": {"is": "coupon", "template": template}, "then": [{"give": "amount", "off": "5"}]}


def test_what_a_customer_may_have_once_is_promised_once(chain):
    publish(TEN_OFF)
    chain.enrol()
    first, second = reserve(sale("1")), reserve(sale("2"))
    assert [str(promised.totals.net) for promised in (first, second)] == ["143.00", "153.00"]
    assert not post(chain, "3", 1, occurred_at=clock.now()).offers
    kept = [
        post(chain, ref, 1, occurred_at=clock.now(), tenders=paid(net), reservation=promised.reservation)
        for ref, net, promised in (("1", "143.00", first), ("2", "153.00", second))
    ]
    assert [(str(receipt.totals.net), receipt.flags) for receipt in kept] == [("143.00", ()), ("153.00", ())]
    flat_books_agree()


def test_a_promise_stands_in_one_list_whatever_comes_first(chain):
    publish(TEN_OFF)
    chain.enrol()
    promised = reserve(sale("1"))
    other, own = sale("2"), sale("1", reservation=promised.reservation)
    late = sale("3")
    assert [str(receipt.totals.net) for receipt in chain.post(other, own, late)] == ["153.00", "143.00", "153.00"]


def test_limits_that_are_let_go_or_expire_are_free_again(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "25", "per": "customer_day"}]))
    chain.enrol()
    first, second = reserve(sale("1")), reserve(sale("2"))
    assert [str(promised.totals.discount) for promised in (first, second)] == ["6.00", "1.50"]
    services.release_sale(HEAD_OFFICE, first.reservation)
    third = reserve(sale("3"))
    assert str(third.totals.discount) == "6.00"
    services.expire_reservations(clock.now() + timedelta(minutes=21))
    assert str(reserve(sale("1")).totals.discount) == "6.00"


def test_less_than_was_promised_leaves_the_rest_of_the_limit(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "25", "per": "customer"}]))
    chain.enrol()
    promised = reserve(sale("1", 1, a_line("92", "25.000", "191.25")))
    line = a_line("92", "10.000", "76.50")
    receipts = chain.post(
        sale("1", 1, line, reservation=promised.reservation), sale("2", 1, a_line("92", "20.000", "153.00"))
    )
    assert [str(receipt.totals.discount) for receipt in receipts] == ["3.00", "4.50"]


def test_a_first_purchase_that_was_promised_is_kept_after_another_sale(chain):
    publish(
        {"code": "hello", "when": {"is": "first_purchase"}, "then": [{"give": "amount", "off": "10"}]},
        {"code": "back", "when": {"is": "since_last", "at_least": 3}, "then": [{"give": "points", "points": 40}]},
    )
    chain.enrol()
    promised = reserve(sale("1"))
    assert str(promised.totals.net) == "143.00"
    post(chain, "2", 1, occurred_at=clock.now() - timedelta(minutes=1))
    kept = post(chain, "1", 1, occurred_at=clock.now(), tenders=paid("143.00"), reservation=promised.reservation)
    assert (kept.totals, kept.flags, kept.offers) == (promised.totals, (), promised.offers)
    assert not post(chain, "3", 1, occurred_at=clock.now()).offers
    flat_books_agree()


def test_the_tier_of_a_promise_is_the_tier_of_its_sale(chain):
    tiers = [Tier(code="basic", name="普通", threshold=Decimal(0)), *PROGRAMME.tiers[1:]]
    tiers[1] = replace(tiers[1], fuel_discount=Decimal("0.20"), multiplier_percent=200)
    chain.publish(replace(PROGRAMME, tiers=tuple(tiers)), valid_from=ago(60))
    (customer,) = chain.enrol()
    post(chain, "0", 1)
    sql.run("UPDATE loyalty_balance SET tier = 'silver'")
    promised = reserve(sale("1"))
    sql.run("UPDATE loyalty_balance SET tier = 'basic'")
    kept = post(chain, "1", 1, occurred_at=clock.now(), reservation=promised.reservation)
    assert (kept.totals, kept.points.earned, kept.tier) == (promised.totals, promised.points.earned, "silver")
    assert str(kept.totals.discount) == "4.00"
    assert customer == kept.customer_id


def test_coupons_that_one_may_use_once_are_reserved_once(chain):
    publish(with_coupon("FIVE"))
    make_template("FIVE", per_customer=1)
    (customer,) = chain.enrol()
    wanted = NewCoupon(template="FIVE", customer_id=customer, occurred_at=ago(2))
    codes = [coupon.code for coupon in coupon_records.issue([wanted, wanted])]
    first, second = [reserve(sale(ref, coupons=(code,))) for ref, code in zip("12", codes, strict=True)]
    assert [str(promised.totals.net) for promised in (first, second)] == ["148.00", "153.00"]
    receipts = chain.post(
        sale("3", coupons=(codes[1],)),
        sale("1", coupons=(codes[0],), reservation=first.reservation, tenders=paid("148.00")),
        sale("2", coupons=(codes[1],), reservation=second.reservation, tenders=paid("153.00")),
    )
    assert [(str(receipt.totals.net), receipt.flags) for receipt in receipts] == [
        ("153.00", ()),
        ("148.00", ()),
        ("153.00", ()),
    ]
    assert sql.rows("SELECT count(*) FROM coupons_couponuse") == [(1,)]
    assert sql.rows("SELECT count(*) FROM coupons_couponhold") == [(0,)]
    flat_books_agree()


def test_a_code_for_everybody_is_reserved_as_often_as_one_may_use_it(chain):
    publish(with_coupon("summer"))
    make_generic(per_customer=2)
    (customer,) = chain.enrol()
    first = reserve(sale("1", coupons=("SUMMER26",)))
    second = reserve(sale("2", coupons=("SUMMER26",)))
    third = reserve(sale("3", coupons=("SUMMER26",)))
    nets = [str(promised.totals.net) for promised in (first, second, third)]
    assert nets == ["148.00", "148.00", "153.00"]
    services.release_sale(HEAD_OFFICE, second.reservation)
    post(chain, "1", 1, coupons=("SUMMER26",), occurred_at=clock.now(), reservation=first.reservation)
    template_id = coupon_queries.live_templates()["summer"].id
    assert coupon_queries.used_by([customer], [template_id]) == {(customer, template_id): 1}
    assert post(chain, "4", 1, coupons=("SUMMER26",), occurred_at=clock.now()).offers
    assert not post(chain, "5", 1, coupons=("SUMMER26",), occurred_at=clock.now()).offers
    flat_books_agree()
