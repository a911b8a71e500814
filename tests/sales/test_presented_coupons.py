"""Every coupon that was presented has an answer: used, refused and why, not used and why."""

import pytest
from django.utils import translation

from forecourt.coupons import queries as coupon_queries
from forecourt.coupons import records as coupon_records
from forecourt.coupons.values import NewCoupon
from forecourt.offers import services as offers
from forecourt.organisation import queries as organisation
from forecourt.sales import wire
from forecourt.sales.words import Reader, explanation
from tests.coupons.scenes import make_template
from tests.sales.scenes import PROGRAMME, ago
from tests.sales.test_offers import FIVE_OFF, post, publish


def give(template: str, customer_id: int, count: int = 1) -> list[str]:
    wanted = NewCoupon(template=template, customer_id=customer_id, occurred_at=ago(2))
    return [coupon.code for coupon in coupon_records.issue([wanted] * count)]


def answers(receipt) -> dict[str, str]:
    """By code what became of a coupon, "used" or why not."""
    return {
        reason.values["code"]: reason.values.get("why", "used")
        for reason in wire.decode_reasons(receipt.explanation)
        if reason.code in ("coupon.used", "coupon.refused", "coupon.unused")
    }


def test_each_presented_coupon_has_a_reason(chain):
    publish(FIVE_OFF, {"code": "far", "when": {"is": "all", "of": [{"is": "station", "of": ["S777"]},
            {"is": "coupon", "template": "far"}]}, "then": [{"give": "amount", "off": "5"}]})  # fmt: skip
    make_template("FIVE", handover="")
    make_template("mug")
    make_template("old", handover="")
    make_template("far", handover="")
    (customer,) = chain.enrol()
    first, second = give("FIVE", customer, 2)
    (mug,), (old,), (far,) = [give(template, customer) for template in ("mug", "old", "far")]
    receipt = post(chain, "1", 1, coupons=(first, second, first.lower(), mug, old, far, "NONE"))
    assert answers(receipt) == {
        first: "used",
        second: "one_of_a_kind",
        mug: "handover",
        old: "no_offer",
        far: "not_given",
        "NONE": "unknown",
    }
    assert {view.status.value for view in coupon_queries.coupons_of([customer]) if view.code != first} == {"active"}


def test_an_offer_that_ended_takes_no_coupon_any_more(chain):
    publish(FIVE_OFF)
    make_template("FIVE", handover="")
    (customer,) = chain.enrol()
    (code,) = give("FIVE", customer)
    receipt = post(chain, "1", 1, coupons=(code,), pricing="final")
    assert answers(receipt) == {code: "not_given"}
    offers.end_offer(chain.actor, "five")
    receipt = post(chain, "2", 1, coupons=(code,), occurred_at=ago(-0.0001))
    assert answers(receipt) == {code: "no_offer"}


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "only one of a kind is used in a sale"),
        ("zh-hans", "每笔交易同类券只能用一张"),
    ],
)
def test_every_reader_is_told(chain, reader, language, words):
    publish(FIVE_OFF)
    make_template("FIVE", handover="")
    (customer,) = chain.enrol()
    codes = give("FIVE", customer, 2)
    reasons = wire.decode_reasons(post(chain, "1", 1, coupons=tuple(codes)).explanation)
    with translation.override(language):
        told = explanation(reasons, organisation.company(), PROGRAMME, reader)
    (said,) = [text for reason, text in told if reason.code == "coupon.unused"]
    assert words in said
    assert codes[1] in said
