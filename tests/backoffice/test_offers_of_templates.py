"""A coupon template tells which offers ask for it or give it, and what it took off, refunds taken away again."""

from decimal import Decimal

from forecourt.coupons import queries as coupons
from forecourt.faces.backoffice.queries.offers import Given, with_coupons
from forecourt.offers import queries as offers
from forecourt.sales import services
from forecourt.sales.values import NewRefund
from tests.sales.scenes import HEAD_OFFICE, open_chain
from tests.sales.test_offers import FIVE_OFF, issue, per_litre, post, publish


def test_offers_and_discount_of_a_template(db):
    chain = open_chain()
    publish(FIVE_OFF, per_litre(), {"code": "next", "then": [{"give": "coupon", "template": "FIVE"}]})
    (customer,) = chain.enrol()
    code = issue("FIVE", customer, uses=2)
    asking = offers.offers_with_template(HEAD_OFFICE, "FIVE")
    assert [view.code for view in asking] == ["five", "next"]
    assert offers.offers_with_template(HEAD_OFFICE, "five") == []
    template = coupons.templates(["FIVE"])["FIVE"].id
    numbers = [view.id for view in asking]
    assert with_coupons(numbers, template, None) == {}
    first = post(chain, "1", 1, coupons=(code,))
    post(chain, "2", 1, coupons=(code,))
    assert with_coupons(numbers, template, None) == {"five": Given(2, Decimal(10), 0)}
    assert with_coupons(numbers, template, [chain.station.id + 1]) == {}
    services.refund_sale(HEAD_OFFICE, first.id, NewRefund(source_ref="r"))
    assert with_coupons(numbers, template, [chain.station.id]) == {"five": Given(1, Decimal(5), 0)}
