"""Why a recorded sale missed an offer, told whole to the auditor from what was stored, and short where that is not enough."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue import services as catalogue_services
from forecourt.catalogue.values import ProductChanges
from forecourt.kernel import clock, sql
from forecourt.offers import services as offers
from forecourt.sales import queries, services, wire
from forecourt.sales.values import NewRefund, NewTender
from tests.api.conftest import new_caller
from tests.coupons.scenes import give, make_template
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, WATER, a_line, a_sale, ago, open_chain, water
from tests.sales.test_offers import FIVE_OFF, PAID, issue, per_litre, post, publish

FILL = {"is": "volume", "at_least": "40"}
GOLD = {"is": "tier", "at_least": "gold"}
CARD = {"is": "not", "of": {"is": "tender", "of": ["cash"]}}
TEA = {"is": "quantity", "at_least": 2, "of": {"kinds": ["goods"]}}


@pytest.fixture
def chain(db):
    return open_chain()


def whole(receipt) -> dict[str, list[str]]:
    """What the auditor hears that each offer missed, by its code."""
    found: dict[str, list[str]] = {}
    for reason in services.whole_explanation(queries.sale(HEAD_OFFICE, receipt.id)):
        if reason.code == "offer.missed":
            found.setdefault(reason.rule, []).append(reason.values["is"])
    return found


def before(*bodies: dict, **more) -> None:
    """Publish offers five days ago: what is published in the minute of a sale may have come before it or after."""
    with clock.as_of(ago(5)):
        publish(*bodies, **more)


def all_of(*parts: dict) -> dict:
    return {"is": "all", "of": list(parts)}


def test_every_condition_that_failed_is_told_with_its_figures(chain):
    before(per_litre("big", when=all_of(FILL, GOLD, CARD)), per_litre("plain"))
    chain.enrol()
    receipt = post(chain, "1", 1, tenders=(NewTender(kind="cash", amount=Decimal("147.00")),))
    stored = [reason for reason in wire.decode_reasons(receipt.explanation) if reason.code == "offer.missed"]
    assert [reason.values["is"] for reason in stored] == ["tier"]
    assert whole(receipt) == {"big": ["tier", "volume", "not"]}
    (volume,) = [
        one
        for one in services.whole_explanation(queries.sale(HEAD_OFFICE, receipt.id))
        if one.values.get("is") == "volume"
    ]
    assert volume.values["more"] == "20"


def test_api_and_receipt_tell_the_auditor_and_leave_the_customer_what_was_stored(chain):
    before(per_litre("big", when=all_of(FILL, GOLD)))
    chain.enrol()
    receipt = post(chain, "1", 1)
    caller = new_caller(HEAD_OFFICE, "sales:read")

    def rules(reader: str) -> list[str]:
        answer = caller.get(f"/sales/{receipt.id}/explanation?reader={reader}").json()
        return [one["words"]["en"] for one in answer["sentences"] if one["rule"] == "big"]

    assert len(rules("auditor")) == 2
    assert "20.00 L" in rules("auditor")[1] or "20 L" in rules("auditor")[1]
    assert len(rules("customer")) == 1


def test_who_is_short_of_the_first_step_hears_by_how_much(chain):
    """The sale comes to 153: what it is short of is told to all three readers, in both languages, and told again later."""
    steps = [{"at": "160", "amount": "5"}, {"at": "300", "amount": "12"}]
    before({"code": "steps", "then": [{"give": "steps", "steps": steps}]})
    receipt = post(chain, "1", None)
    (stored,) = [reason for reason in wire.decode_reasons(receipt.explanation) if reason.code == "offer.missed"]
    assert stored.values == {"is": "short", "what": "amount", "more": "7", "least": "160"}
    assert whole(receipt) == {"steps": ["short"]}
    caller = new_caller(HEAD_OFFICE, "sales:read")
    for reader in ("customer", "cashier", "auditor"):
        answer = caller.get(f"/sales/{receipt.id}/explanation?reader={reader}").json()
        (said,) = [one["words"] for one in answer["sentences"] if one["rule"] == "steps"]
        assert "7.00 more of these products would have had it" in said["en"]
        assert "指定商品再买" in said["zh-Hans"]


def test_prices_are_those_before_offers(chain):
    """What offers took off a line counts as it did: the sale came to 153 before."""
    before(
        per_litre("litre"),
        per_litre("rich", when=all_of({"is": "amount", "at_least": "153"}, FILL)),
        per_litre("richer", when=all_of({"is": "amount", "at_least": "153.01"}, FILL)),
    )
    receipt = post(chain, "1", None)
    assert whole(receipt)["rich"] == ["volume"]
    assert whole(receipt)["richer"] == ["amount", "volume"]


def test_what_nobody_can_know_any_more_is_not_told(chain):
    before(
        per_litre("third", when=all_of(FILL, {"is": "visit", "number": 3})),
        per_litre("cake", when=all_of({"is": "birthday"}, FILL)),
    )
    chain.enrol()
    receipt = post(chain, "1", 1, a_line("92", "50.000", "382.50"))
    assert whole(receipt) == {"third": ["visit"], "cake": ["birthday"]}
    small = post(chain, "2", 1)
    post(chain, "3", 1)
    assert whole(small) == {"third": ["volume"], "cake": ["birthday", "volume"]}


def test_a_strangers_coupons_are_those_they_showed_a_members_may_be_others(chain):
    before(FIVE_OFF | {"when": {"is": "any", "of": [FIVE_OFF["when"], all_of(FILL, CARD)]}})
    (customer,) = chain.enrol()
    code = issue("FIVE", customer)
    assert whole(post(chain, "1", None)) == {"five": ["coupon"]}
    assert whole(post(chain, "2", 1)) == {"five": ["coupon"]}
    assert whole(post(chain, "3", 1, coupons=(code,))) == {}


def test_the_version_of_then_counts_and_what_was_published_later_does_not(chain):
    before(per_litre("big", when=all_of(FILL, GOLD)))
    chain.enrol()
    receipt = post(chain, "1", 1)
    with clock.as_of(ago(-1)):
        publish(per_litre("big", when=all_of(GOLD, CARD, TEA)), since=20)
    assert whole(receipt) == {"big": ["tier", "volume"]}


def test_a_product_that_was_put_elsewhere_since_is_not_looked_at_again(chain):
    before(per_litre("tea", when=all_of(TEA, GOLD, FILL)))
    chain.enrol()
    receipt = post(chain, "1", 1, water(1), a_line())
    told = whole(receipt)
    assert told == {"tea": ["tier", "quantity", "volume"]}
    (product,) = catalogue.products_by_code({WATER}).values()
    catalogue_services.update_product(HEAD_OFFICE, product.id, ProductChanges(name="Water"))
    assert whole(receipt) == told
    catalogue_services.update_product(HEAD_OFFICE, product.id, ProductChanges(category="OTHER"))
    assert whole(receipt) == {"tea": ["tier"]}


def test_what_was_promised_flagged_or_refunded_is_told_as_it_was_stored(chain):
    before(per_litre("big", when=all_of(FILL, GOLD)))
    chain.enrol()
    now = {"occurred_at": clock.now()}
    (reserved,) = services.reserve_sales(HEAD_OFFICE, [a_sale("r", 1, **PAID | now)])
    promised = post(chain, "1", 1, reservation=reserved.reservation, **now)
    flagged = post(chain, "2", 1, a_line("nothing"), a_line())
    refund = services.refund_sale(HEAD_OFFICE, promised.id, NewRefund(source_ref="back"))
    assert whole(promised) == whole(flagged) == {"big": ["tier"]}
    assert services.whole_explanation(queries.sale(HEAD_OFFICE, refund.id)) == tuple(
        wire.decode_reasons(refund.explanation)
    )


def test_later_programmes_and_the_end_of_an_offer_change_nothing(chain):
    before(per_litre("big", when=all_of(GOLD, FILL)))
    chain.enrol()
    receipt = post(chain, "1", 1)
    chain.publish(replace(PROGRAMME, tiers=()))
    offers.end_offer(HEAD_OFFICE, "big")
    assert whole(receipt) == {"big": ["tier", "volume"]}


def test_where_stored_and_recalled_do_not_agree_nothing_is_added(chain):
    before(per_litre("big", when=all_of(FILL, CARD)))
    receipt = post(chain, "1", None, tenders=(NewTender(kind="cash", amount=Decimal("153.00")),))
    assert whole(receipt) == {"big": ["volume", "not"]}
    sql.run("UPDATE sales_line SET quantity = 60")
    assert whole(receipt) == {"big": ["volume"]}


def many(count: int, **when) -> list[dict]:
    """So many offers for fills of 41 litres and on."""
    return [
        per_litre(f"more{number:03}", when=all_of({"is": "volume", "at_least": str(40 + number)}, *when.values()))
        for number in range(1, count + 1)
    ]


def counted(receipt) -> list[str]:
    """How many offers the auditor is told of by their number only."""
    reasons = services.whole_explanation(queries.sale(HEAD_OFFICE, receipt.id))
    return [reason.values["count"] for reason in reasons if reason.code == "offer.more"]


def test_a_receipt_keeps_the_nearest_and_the_auditor_hears_of_all(chain):
    before(*reversed(many(60)), per_litre("far", when={"is": "station", "of": ["S009"]}))
    chain.enrol()
    receipt = post(chain, "1", 1)
    stored = [one.rule for one in wire.decode_reasons(receipt.explanation) if one.code == "offer.missed"]
    assert stored == [f"more{number:03}" for number in range(1, 41)]
    assert wire.decode_reasons(receipt.explanation)[-1].values == {"count": "20"}
    assert whole(receipt) == {f"more{number:03}": ["volume"] for number in range(1, 61)}
    assert counted(receipt) == []


def test_offers_that_may_have_been_looked_at_are_told_where_the_count_says_so(chain):
    """Those for marked members were looked at if the member had the mark, which nobody knows any more."""
    marked = per_litre("vip", when=all_of({"is": "tag", "of": ["vip"]}, FILL))
    known = per_litre("visits", when={"is": "visit", "number": 9})
    before(*many(50), marked, known)
    chain.enrol()
    receipt = post(chain, "1", 1)
    assert counted(receipt) == []
    assert whole(receipt).keys() == {*[f"more{number:03}" for number in range(1, 51)], "visits"}
    assert whole(receipt)["visits"] == ["unknown"]
    before(*many(50), marked)
    stranger = post(chain, "2", None)
    assert "vip" not in whole(stranger)


def test_what_was_published_meanwhile_stays_a_number(chain):
    before(*many(50))
    chain.enrol()
    receipt = post(chain, "1", 1)
    publish(*many(3), per_litre("more999", when=FILL), since=20)
    assert len(whole(receipt)) >= 47
    assert sum(map(int, counted(receipt))) + len(whole(receipt)) == 50


def test_offers_for_holders_of_a_coupon_may_have_been_looked_at_too(chain):
    make_template("PASS")
    far = {"is": "volume", "at_least": "200"}
    before(*many(50), per_litre("holders", when=all_of({"is": "holds", "template": "PASS"}, far)))
    (customer,) = chain.enrol()
    give("PASS", customer, occurred_at=ago(20))
    receipt = post(chain, "1", 1)
    assert counted(receipt) == []
    assert "holders" in whole(receipt)
    assert "holders" not in whole(post(chain, "2", None))
