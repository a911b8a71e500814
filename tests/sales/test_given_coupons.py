"""Coupons that sales give for next time: as many as offers say, told, limited, taken back."""

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.organisation import queries as organisation
from forecourt.sales import services, wire
from forecourt.sales.services import simulating
from forecourt.sales.services.loading import Depth
from forecourt.sales.values import NewRefund, SimulationAsked
from forecourt.sales.words import Reader, explanation
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_sale, ago, flat_books_agree, water
from tests.sales.test_offers import post, publish

TWO_USES = [{"measure": "uses", "limit": "2"}]


def gives(code: str, count: int, **more) -> dict:
    return {"code": code, "then": [{"give": "coupon", "template": "WASH", "count": count}]} | more


def make(**more) -> None:
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券", **more))


def states() -> list[tuple]:
    return sql.rows("SELECT status, count(*) FROM coupons_coupon GROUP BY 1 ORDER BY 1")


def told(receipt, reader=Reader.CUSTOMER) -> list[str]:
    reasons = wire.decode_reasons(receipt.explanation)
    return [words for _, words in explanation(reasons, organisation.company(), PROGRAMME, reader)]


def test_as_many_are_given_as_each_offer_says(chain):
    make()
    publish(gives("three", 3), gives("one", 1))
    (customer,) = chain.enrol()
    (quote,) = services.quote_sales(HEAD_OFFICE, [a_sale("1", 1, tenders=())])
    receipt = post(chain, "1", 1)
    assert quote.offers == receipt.offers
    assert [given.coupons for given in receipt.offers] == [("WASH",), ("WASH",) * 3]
    assert len({coupon.code for coupon in receipt.coupons}) == 4
    held = coupon_queries.coupons_of([customer])
    assert {view.code for view in held} == {coupon.code for coupon in receipt.coupons}
    assert {view.origin for view in held} == {f"sale:{receipt.id}"}
    words = told(receipt)
    assert "You got 3 coupons 洗车券 with “three”." in words
    assert "You got coupon 洗车券 with “one”." in words
    (again,) = chain.post(a_sale("1", 1, tenders=()))
    assert again == replace(receipt, replayed=True)
    assert states() == [("active", 4)]
    flat_books_agree()
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r"))
    assert states() == [("void", 4)]
    flat_books_agree()


def test_a_template_gives_no_more_than_its_limit_and_says_so(chain):
    make(limit=4)
    publish(gives("three", 3))
    chain.enrol(2)
    receipts = chain.post(a_sale("1", 1, tenders=()), a_sale("2", 2, tenders=()))
    assert [len(receipt.coupons) for receipt in receipts] == [3, 1]
    assert told(receipts[1])[-1] == "洗车券 for next time: 2 fewer, no more of them are given out."
    assert states() == [("active", 4)]
    flat_books_agree()


def test_strangers_get_none_and_are_not_told_of_a_shortage(chain):
    make()
    publish(gives("three", 3))
    receipt = post(chain, "1", None)
    assert receipt.coupons == ()
    codes = [reason["code"] for reason in msgspec.json.decode(receipt.explanation)]
    assert "coupon.none_left" not in codes


def test_an_offer_that_gives_strangers_nothing_takes_nothing_from_its_budgets_and_says_for_whom_it_is(chain):
    make()
    both = [{"give": "points", "points": 5}, {"give": "coupon", "template": "WASH"}]
    fuel = {"products": ["92"]}
    publish(
        gives("coupon", 1, budgets=TWO_USES),
        {"code": "both", "then": both, "budgets": TWO_USES},
        {"code": "double", "then": [{"give": "times_points", "times": "2", "of": fuel}], "budgets": TWO_USES},
        {"code": "money", "then": [{"give": "amount", "off": "1"}, *both], "budgets": TWO_USES},
    )
    chain.enrol()
    customers.block_customer(HEAD_OFFICE, chain.enrol()[0], "lost card")
    for who in (None, 2):
        receipt = post(chain, f"nobody-{who}", who)
        assert [(given.code, given.coupons, given.points) for given in receipt.offers] == [("money", (), 0)]
        missed = {
            one.rule: one.values for one in wire.decode_reasons(receipt.explanation) if one.code == "offer.missed"
        }
        assert missed == {code: {"is": "member"} for code in ("both", "coupon", "double")}
        paid_in_full = chain.post_one(f"full-{who}", who)
        assert paid_in_full.offers == ()
        assert "offer.applied" not in [one.code for one in wire.decode_reasons(paid_in_full.explanation)]
    (quote,) = services.quote_sales(HEAD_OFFICE, [a_sale("q", None, tenders=())], Depth.EVERY)
    told_of = [(one.rule, one.values["is"]) for one in quote.explanation if one.code == "offer.missed"]
    assert sorted(told_of) == [("both", "member"), ("coupon", "member"), ("double", "member"), ("money", "budget")]
    for ref in "12":
        assert {given.code for given in post(chain, ref, 1).offers} >= {"both", "coupon", "double"}
    used = dict(sql.rows("SELECT offer, sum(uses) FROM sales_award GROUP BY offer"))
    assert used == {"both": 2, "coupon": 2, "double": 2, "money": 2}
    flat_books_agree()


def test_a_simulation_gives_as_many_and_keeps_the_limit(chain):
    make(limit=4, is_automatic=True)
    publish(
        gives("three", 3, when={"is": "bought", "of": {"kinds": ["fuel"]}}),
        {"code": "off", "when": {"is": "coupon", "template": "WASH"}, "then": [{"give": "amount", "off": "1"}]},
        since=100,
    )
    chain.enrol()
    sales = [a_sale(str(number), 1, tenders=(), occurred_at=ago(20 - number)) for number in range(2)]
    sales += [a_sale(str(number), 1, water(2), tenders=(), occurred_at=ago(20 - number)) for number in range(2, 8)]
    posted = [chain.post(sale)[0] for sale in sales]
    today = clock.now().date()
    found = simulating.simulate(SimulationAsked(since=today - timedelta(days=60), until=today))["total"]
    assert sum(bool(receipt.totals.discount) for receipt in posted) == 4
    assert str(found["discount_after"]) == "4.00"
