"""Sales with offers: what they come to, who pays, what budgets and coupons have left, and what refunds give back."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.accounts import services as claims
from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.kernel import clock, sql, stamps
from forecourt.loyalty.values import Tier
from forecourt.offers import records as offer_records
from forecourt.offers import services as offers
from forecourt.offers.rules import language
from forecourt.sales import services, wire
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund, NewTender, Quote, Receipt, RefundLine, SimulationAsked
from tests.sales import scenes
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    WATER,
    a_line,
    a_sale,
    ago,
    flat_books_agree,
    open_chain,
    points,
    set_floor,
    water,
)

PAID = {"tenders": ()}


@pytest.fixture
def chain(db):
    return open_chain()


def publish(*bodies: dict, since: float = 30) -> None:
    """Put offers in force since so many days."""
    wanted = [language.decode(msgspec.json.encode({"name": body["code"]} | body)) for body in bodies]
    offers.publish_offers(HEAD_OFFICE, wanted, valid_from=ago(since))


def per_litre(code: str = "litre", off: str = "0.30", **more) -> dict:
    return {"code": code, "then": [{"give": "per_unit", "off": off}]} | more


def post(chain, *args, **changes) -> Receipt:
    return chain.post_one(*args, **PAID | changes)


def awards(receipt: Receipt) -> list[tuple]:
    return sql.rows(
        "SELECT offer, line, funder, discount, points, uses FROM sales_award WHERE sale_id = %(id)s "
        "ORDER BY offer, line, funder",
        {"id": receipt.id},
    )


def left() -> dict[str, Decimal]:
    return {
        row[0].split(":", 1)[1]: row[1].normalize()
        for row in sql.rows("SELECT budget, sum(quota - used) FROM offers_slot GROUP BY budget")
    }


def test_an_offer_comes_off_the_price_and_stands_on_the_receipt(chain):
    publish(per_litre(funding=[{"funder": "brand", "percent": "60"}, {"funder": "dealer", "percent": "40"}]))
    chain.enrol()
    receipt = post(chain, "1", 1)
    assert (str(receipt.totals.gross), str(receipt.totals.discount), str(receipt.totals.net)) == (
        "153.00",
        "6.00",
        "147.00",
    )
    (given,) = receipt.offers
    assert (given.code, given.discount, given.lines[0].amount) == ("litre", Decimal("6.00"), Decimal("6.00"))
    assert [(row[0], row[2], str(row[3]), row[5]) for row in awards(receipt)] == [
        ("litre", "brand", "3.6000", 1),
        ("litre", "dealer", "2.4000", 0),
    ]
    flat_books_agree()


def test_a_new_price_lowers_the_line_that_costs_more_and_leaves_the_other(chain):
    publish({"code": "price", "then": [{"give": "price", "price": "7.00", "of": {"products": ["92"]}}]})
    dear = a_line("92", "10", "76.50", unit_price=Decimal("7.65"))
    cheap = a_line("92", "10", "68.00", unit_price=Decimal("6.80"))
    receipt = post(chain, "1", None, cheap, dear)
    assert [(award[1], str(award[3])) for award in awards(receipt)] == [(2, "6.5000")]
    unstated = post(chain, "2", None, a_line("92", "10", "76.50"), cheap)
    assert str(unstated.totals.discount) == "4.50"


def test_a_till_that_charged_the_full_price_gave_no_discount(chain):
    publish(per_litre(), {"code": "bonus", "then": [{"give": "points", "points": 50}]})
    chain.enrol()
    receipt = chain.post_one("1", 1)
    assert str(receipt.totals.net) == "153.00"
    assert receipt.points.earned == 20 + 50
    assert not receipt.flags
    told = {
        reason["rule"]: reason["values"]["is"]
        for reason in msgspec.json.decode(receipt.explanation)
        if reason["code"] == "offer.missed"
    }
    assert told == {"litre": "final"}


def test_payments_of_the_discounted_price_are_right_and_others_are_flagged(chain):
    publish(per_litre())
    right = (NewTender(kind="cash", amount=Decimal("147.00")),)
    assert not chain.post_one("1", None, tenders=right).flags
    assert str(chain.post_one("2", None, tenders=right).totals.net) == "147.00"
    wrong = (NewTender(kind="cash", amount=Decimal("150.00")),)
    assert chain.post_one("3", None, tenders=wrong).flags == ("tender_mismatch",)


def test_a_quote_promises_what_posting_gives(chain):
    publish(per_litre(), {"code": "tea", "then": [{"give": "percent", "percent": "10", "of": {"products": [WATER]}}]})
    chain.enrol()
    sale = a_sale("1", 1, a_line(), water(3), tenders=())
    (quote,) = services.quote_sales(HEAD_OFFICE, [sale])
    assert isinstance(quote, Quote)
    (receipt,) = chain.post(sale)
    assert quote.totals == receipt.totals
    assert quote.offers == receipt.offers
    assert str(receipt.totals.discount) == "7.50"


def test_a_replay_gets_the_very_same_receipt(chain):
    publish(per_litre(), {"code": "next", "then": [{"give": "points", "points": 5}]})
    chain.enrol()
    sale = a_sale("2", 1, tenders=())
    (one,) = chain.post(sale)
    (two,) = chain.post(sale)
    assert msgspec.structs.replace(two, replayed=False) == one


def test_a_refund_takes_everything_back(chain):
    publish(
        per_litre(
            budgets=[{"measure": "money", "limit": "5000"}, {"measure": "uses", "limit": "1", "per": "customer"}]
        ),
        {
            "code": "bonus",
            "then": [{"give": "points", "points": 50}],
            "budgets": [{"measure": "points", "limit": "500"}],
        },
    )
    (customer,) = chain.enrol()
    receipt = post(chain, "1", 1)
    assert points(customer) == 70
    assert left() == {"money:total": Decimal(4994), "points:total": Decimal(450)}
    assert post(chain, "2", 1).offers[0].code != "litre"
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1"))
    assert left() == {"money:total": Decimal(5000), "points:total": Decimal(450)}
    assert points(customer) == 70
    sums = sql.rows("SELECT sum(discount), sum(points), sum(uses) FROM sales_award WHERE offer = 'litre'")
    assert [float(value) for value in sums[0]] == [0, 0, 0]
    assert sql.rows("SELECT sales FROM loyalty_balance") == [(1,)]
    assert {given.code for given in post(chain, "3", 1).offers} == {"litre", "bonus"}
    flat_books_agree()


def test_parts_of_a_refund_add_up_to_the_whole(chain):
    publish(per_litre(off="0.333"), {"code": "bonus", "then": [{"give": "points", "points": 7}]})
    (customer,) = chain.enrol()
    receipt = post(chain, "1", 1, a_line(), water(3))
    for number, part in enumerate(("7.000", "6.500", None)):
        quantity = Decimal(part) if part else None
        services.refund_sale(
            HEAD_OFFICE, receipt.id, NewRefund(source_ref=f"r{number}", lines=(RefundLine(line=1, quantity=quantity),))
        )
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="rest"))
    assert points(customer) == 0
    sums = sql.rows("SELECT sum(discount), sum(points), sum(uses), sum(quantity) FROM sales_award")
    assert [float(value) for value in sums[0]] == [0, 0, 0, 0]
    assert sql.rows("SELECT sum(net), sum(discount) FROM sales_sale")[0] == (0, 0)
    assert sql.rows("SELECT sales FROM loyalty_balance") == [(0,)]
    flat_books_agree()


def test_a_budget_is_cut_to_what_is_left_and_never_overspent(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "30"}]))
    first, second, third = (post(chain, ref, None) for ref in "123")
    assert [str(receipt.totals.discount) for receipt in (first, second, third)] == ["6.00", "3.00", "0.00"]
    told = [reason for reason in msgspec.json.decode(third.explanation) if reason["code"] == "offer.missed"]
    assert told[0]["values"]["is"] == "budget"
    assert left() == {"volume:total": Decimal(0)}


def test_a_list_spends_a_budget_in_its_order(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "3"}]))
    receipts = chain.post(*[a_sale(str(number), None, tenders=()) for number in range(5)])
    assert [bool(receipt.offers) for receipt in receipts] == [True, True, True, False, False]


def test_large_budgets_stand_in_slots_and_are_spent_to_the_last_unit(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1000"}]))
    answers = chain.post(*[a_sale(str(number), None, tenders=()) for number in range(1003)])
    assert sum(bool(receipt.offers) for receipt in answers) == 1000
    assert left() == {"uses:total": Decimal(0)}


def test_a_budget_that_is_raised_over_a_thousand_is_shared_out_to_slots(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "30"}]))
    post(chain, "1", None)
    publish(per_litre(budgets=[{"measure": "volume", "limit": "2000"}]), since=0)
    post(chain, "2", None, occurred_at=clock.now())
    rows = sql.rows("SELECT budget, slot, quota, used FROM offers_slot ORDER BY slot")
    assert [row[1] for row in rows] == list(range(8))
    assert sum(row[2] for row in rows) == 2000
    assert sum(row[3] for row in rows) == 40
    assert min(row[2] - row[3] for row in rows) > 200, "each writer finds something in its own"
    assert not offer_records.open_missing({rows[0][0]: Decimal(2000)})
    assert left() == {"volume:total": Decimal(2000 - 2 * 20)}
    flat_books_agree()


def test_limits_of_a_customer_by_day_and_in_all(chain):
    publish(per_litre(budgets=[{"measure": "volume", "limit": "25", "per": "customer_day"}]))
    chain.enrol(2)
    assert [str(post(chain, ref, who).totals.discount) for ref, who in (("1", 1), ("2", 1), ("3", 2))] == [
        "6.00",
        "1.50",
        "6.00",
    ]
    assert str(post(chain, "4", 1, occurred_at=ago(3)).totals.discount) == "6.00"


def issue(template: str, customer_id: int, **more) -> str:
    coupons.create_template(HEAD_OFFICE, Template(code=template, name=template, **more))
    (coupon,) = coupon_records.issue([NewCoupon(template=template, customer_id=customer_id, occurred_at=ago(2))])
    return coupon.code


FIVE_OFF = {"code": "five", "when": {"is": "coupon", "template": "FIVE"}, "then": [{"give": "amount", "off": "5"}]}


def test_a_coupon_is_used_once_restored_by_a_refund_and_used_again(chain):
    publish(FIVE_OFF)
    (customer,) = chain.enrol()
    code = issue("FIVE", customer)
    receipt = post(chain, "1", 1, coupons=(code,))
    assert str(receipt.totals.discount) == "5.00"
    again = post(chain, "2", 1, coupons=(code,))
    assert str(again.totals.discount) == "0.00"
    told = [reason for reason in msgspec.json.decode(again.explanation) if reason["code"] == "coupon.refused"]
    assert told[0]["values"]["why"] == "used"
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1"))
    assert str(post(chain, "3", 1, coupons=(code,)).totals.discount) == "5.00"
    flat_books_agree()


def test_a_coupon_no_offer_asks_for_stays(chain):
    (customer,) = chain.enrol()
    code = issue("FIVE", customer)
    post(chain, "1", 1, coupons=(code,))
    assert sql.rows("SELECT status, uses_left FROM coupons_coupon") == [("active", 1)]


def test_an_automatic_coupon_is_used_without_being_shown(chain):
    publish(FIVE_OFF)
    (customer,) = chain.enrol()
    issue("FIVE", customer, is_automatic=True)
    assert str(post(chain, "1", 1).totals.discount) == "5.00"
    assert str(post(chain, "2", 1).totals.discount) == "0.00"


def test_a_sale_gives_a_coupon_for_next_time_and_a_refund_takes_it_back(chain):
    publish({"code": "next", "then": [{"give": "coupon", "template": "FIVE"}]}, FIVE_OFF)
    chain.enrol()
    coupons.create_template(HEAD_OFFICE, Template(code="FIVE", name="FIVE"))
    receipt = post(chain, "1", 1)
    (given,) = receipt.coupons
    assert given.template == "FIVE"
    next_time = post(chain, "2", 1, coupons=(given.code,))
    assert str(next_time.totals.discount) == "5.00"
    second = next_time.coupons[0].code
    services.refund_sale(HEAD_OFFICE, next_time.id, NewRefund(source_ref="r1"))
    assert dict(sql.rows("SELECT code, status FROM coupons_coupon")) == {given.code: "active", second: "void"}


def test_points_pay_and_come_back(chain):
    (customer,) = chain.enrol()
    post(chain, "1", 1, a_line("92", "500.000", "3825.00"))
    assert points(customer) == 500
    tenders = (NewTender(kind="points", amount=Decimal("3.00")), NewTender(kind="cash", amount=Decimal("150.00")))
    paid = chain.post_one("2", 1, tenders=tenders)
    assert (paid.points.spent, paid.points.earned, paid.points.balance) == (300, 20, 220)
    short = chain.post_one("3", 1, tenders=tenders)
    assert short.flags == ("points_short",)
    assert (short.points.spent, points(customer)) == (0, 240)
    services.refund_sale(HEAD_OFFICE, paid.id, NewRefund(source_ref="r1"))
    assert points(customer) == 520
    flat_books_agree()


def test_a_tier_takes_off_by_itself(chain):
    tiers = (
        Tier(
            code="basic", name="普通会员", threshold=Decimal(0), fuel_discount=Decimal("0.10"), shop_percent=Decimal(10)
        ),
    )
    chain.publish(msgspec.structs.replace(PROGRAMME, tiers=tiers), valid_from=ago(20))
    chain.enrol()
    receipt = post(chain, "1", 1, a_line(), water(2))
    assert str(receipt.totals.discount) == "3.00"
    assert receipt.offers[0].name == "普通会员"
    assert str(post(chain, "2", None).totals.discount) == "0.00"


def costs(product: str, cost: str) -> None:
    """Say what a product cost, everywhere and for long."""
    sql.run(
        "INSERT INTO catalogue_cost (product_id, cost, effective_from, recorded_at, recorded_by) "
        "SELECT product_id, %(cost)s::numeric, %(at)s, %(at)s, '' FROM catalogue_productcode WHERE code = %(code)s",
        {"at": ago(40), "code": product, "cost": cost},
    )
    stamps.bump("catalogue")


def test_the_margin_floor_holds_discounts_down(chain):
    publish(per_litre(off="1.00"))
    costs("92", "7.20")
    set_floor("92", "0.15", at=ago(40))
    assert str(post(chain, "1", None).totals.discount) == "6.00"  # 153.00 - 20 x 7.35


def test_paused_offers_keep_for_sales_before(chain):
    publish(per_litre())
    offers.pause_offer(HEAD_OFFICE, "litre")
    assert str(post(chain, "1", None).totals.discount) == "6.00"
    assert str(post(chain, "2", None, occurred_at=ago(-0.001)).totals.discount) == "0.00"
    offers.resume_offer(HEAD_OFFICE, "litre")
    assert str(post(chain, "3", None, occurred_at=ago(-0.002)).totals.discount) == "6.00"


def test_who_was_found_later_gets_points_and_no_money(chain):
    publish(per_litre(), {"code": "bonus", "when": {"is": "member"}, "then": [{"give": "points", "points": 50}]})
    sale = chain.post_one("1", scenes.member(9), tenders=())
    assert str(sale.totals.net) == "147.00"
    (customer,) = chain.enrol()
    services.repair_sale(HEAD_OFFICE, sale.id, customer_id=customer)
    assert points(customer) == 20
    unknown = chain.post_one("2", scenes.member(9))
    services.repair_sale(HEAD_OFFICE, unknown.id, customer_id=customer)
    assert points(customer) == 20 + 70
    assert sql.rows("SELECT sales FROM loyalty_balance") == [(2,)]
    flat_books_agree()


@pytest.mark.parametrize("size", [1, 60])
def test_a_list_of_any_size_takes_the_same_statements(chain, size):
    publish(
        per_litre(
            budgets=[{"measure": "money", "limit": "100000"}, {"measure": "uses", "limit": "3", "per": "customer"}]
        ),
        {"code": "next", "then": [{"give": "coupon", "template": "FIVE"}]},
        FIVE_OFF,
    )
    coupons.create_template(HEAD_OFFICE, Template(code="FIVE", name="FIVE", is_automatic=True))
    chain.enrol(80)
    chain.post(*[a_sale(f"w{number}", number + 1, tenders=()) for number in range(70)])
    with sql.watching() as statements:
        chain.post(*[a_sale(f"x{number}", number + 1, tenders=()) for number in range(size)])
    assert len(statements) == 23
    assert sql.rows("SELECT max(business_date) FROM sales_award")[0][0] <= date(2100, 1, 1)


def test_an_offer_from_a_tier_up_is_for_those_above_too(chain):
    publish(per_litre(when={"is": "tier", "at_least": "silver"}))
    first, second = chain.enrol(2)
    sql.run("UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = %(id)s", {"id": first})
    post(chain, "0", 2)
    sql.run("UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = %(id)s", {"id": second})
    assert str(post(chain, "1", 2).totals.discount) == "6.00"
    sql.run("UPDATE loyalty_balance SET tier = 'basic' WHERE customer_id = %(id)s", {"id": second})
    assert str(post(chain, "2", 2).totals.discount) == "0.00"


def test_points_that_multipliers_give_count_against_their_budget(chain):
    double = {"code": "double", "then": [{"give": "times_points", "times": "3"}]}
    publish(double | {"budgets": [{"measure": "points", "limit": "70"}]})
    chain.enrol()
    assert [post(chain, ref, 1).points.earned for ref in "123"] == [60, 20, 20]
    assert left() == {"points:total": Decimal(30)}
    flat_books_agree()


def test_double_points_are_twice_what_the_tier_would_have_earned(chain):
    """A tier that earns half as much again: 20 points are 30, doubled 60; a half taken back takes a half of both."""
    chain.publish(
        replace(PROGRAMME, tiers=(Tier(code="basic", name="会员", threshold=Decimal(0), multiplier_percent=150),))
    )
    publish({"code": "double", "then": [{"give": "times_points", "times": "2"}]})
    (customer_id,) = chain.enrol()
    receipt = post(chain, "1", 1)
    assert receipt.points.earned == 60
    assert awards(receipt)[0][4] == 30
    half = RefundLine(line=1, quantity=Decimal(10))
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1", lines=(half,)))
    assert points(customer_id) == 30
    total = simulating.simulate(SimulationAsked(since=ago(9).date(), until=ago(-1).date()))["total"]
    assert total["points_before"] == total["points_after"] == "30"
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r2"))
    assert points(customer_id) == 0
    flat_books_agree()


def test_what_each_customer_may_have_so_often_is_not_for_strangers(chain):
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1", "per": "customer"}]))
    chain.enrol()
    stranger = post(chain, "1", None)
    assert stranger.totals.discount == 0
    (missed,) = [reason for reason in wire.decode_reasons(stranger.explanation) if reason.code == "offer.missed"]
    assert missed.values == {"is": "member"}
    assert [post(chain, ref, 1).totals.discount for ref in ("2", "3")] == [Decimal("6.00"), 0]
    flat_books_agree()


def handed_over() -> list[tuple[str, str]]:
    return sql.rows("SELECT funder, sum(gifts)::text FROM sales_award GROUP BY funder ORDER BY funder")


def test_a_gift_that_is_handed_over_costs_who_pays_for_it_what_it_cost(chain):
    """No money of the receipt; a claim and a simulation count it. It is given back when nothing of the sale stays."""
    costs(WATER, "3.20")
    costs("92", "7.00")
    publish(
        {
            "code": "gift",
            "then": [{"give": "gift", "product": WATER, "count": 2}],
            "funding": [{"funder": "supplier:aoke", "percent": "75"}, {"funder": "brand", "percent": "25"}],
        }
    )
    receipt = post(chain, "1", None)
    assert (receipt.totals.discount, receipt.offers[0].gifts) == (0, (WATER, WATER))
    assert handed_over() == [("brand", "1.6000"), ("supplier:aoke", "4.8000")]
    days = (ago(9).date(), ago(-1).date())
    claim = claims.draft_claim(HEAD_OFFICE, "supplier:aoke", *days)
    assert (claim.gifts, claim.total) == (Decimal("4.80"), Decimal("4.80"))
    found = simulating.simulate(SimulationAsked(since=days[0], until=days[1]))
    assert [(one["name"], one["gifts"]) for one in found["offers"]] == [("gift", "6.40")]
    assert Decimal(found["margin_before"]) == Decimal(found["margin_after"]) == Decimal("6.60")
    services.refund_sale(
        HEAD_OFFICE, receipt.id, NewRefund(source_ref="r1", lines=(RefundLine(line=1, quantity=Decimal(10)),))
    )
    assert handed_over() == [("brand", "1.6000"), ("supplier:aoke", "4.8000")]
    services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref="r2"))
    assert handed_over() == [("brand", "0.0000"), ("supplier:aoke", "0.0000")]
    assert claims.refresh_claim(HEAD_OFFICE, claim.id).total == 0
    flat_books_agree()


def test_a_gift_of_which_no_cost_is_known_counts_as_what_the_offer_says(chain):
    publish({"code": "mug", "then": [{"give": "gift", "product": "MUG"}], "worth": "12"})
    post(chain, "1", None)
    assert handed_over() == [("brand", "12.0000")]


def test_of_two_gifts_one_without_a_known_cost_counts_as_what_the_offer_says_of_both(chain):
    costs(WATER, "3.20")
    both = [{"give": "gift", "product": WATER}, {"give": "gift", "product": "MUG"}]
    publish({"code": "both", "then": both, "worth": "12"})
    post(chain, "1", None)
    assert handed_over() == [("brand", "12.0000")]


def test_gifts_count_no_less_than_those_cost_that_are_known(chain):
    costs(WATER, "3.20")
    both = [{"give": "gift", "product": WATER}, {"give": "gift", "product": "MUG"}]
    publish({"code": "both", "then": both, "worth": "2"})
    post(chain, "1", None)
    assert handed_over() == [("brand", "3.2000")]
