"""Points over the API: what a customer has, passing on, spending and giving back, adjustments that want a second key."""

from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerKind, NewCustomer
from forecourt.loyalty import services
from forecourt.loyalty.values import Every, TierCoupon
from tests.api.test_door import is_problem
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, a_sale, ago, open_chain


@pytest.fixture
def chain(db) -> Chain:
    chain = open_chain()
    chain.publish(replace(PROGRAMME, adjust_limit=100, household_shares=True), valid_from=ago(2))
    return chain


@pytest.fixture
def app(make_key):
    return make_key("points:read", "points:write", "points:spend")


def test_points_pending_available_and_shared_in_one_answer(chain, app):
    first, second = chain.enrol(2)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    for customer_id, count in ((first, 30), (second, 12)):
        answer = app.post(f"/customers/{customer_id}/points/adjust", {"points": count, "reason": "gift"})
        assert (answer.status_code, answer.json()["adjustment_id"]) == (201, None)
    has = app.get(f"/customers/{first}/points").json()
    assert {name: has[name] for name in ("points", "pending", "available", "expiring", "expiring_on")} == {
        "points": 30,
        "pending": 0,
        "available": 30,
        "expiring": 0,
        "expiring_on": None,
    }
    assert has["household"] == {"available": 42, "members": [first, second]}
    assert (has["tier"], has["progress"]["next_tier"], has["progress"]["missing"]) == ("basic", "silver", "500")


def test_a_tier_is_told_with_what_it_brings_in_both_languages(chain, app):
    (customer_id,) = chain.enrol()
    assert app.get(f"/customers/{customer_id}/points").json()["benefits"] is None
    app.post(f"/customers/{customer_id}/points/adjust", {"points": 1, "reason": "gift"})
    assert app.get(f"/customers/{customer_id}/points").json()["benefits"]["words"] == {"en": [], "zh-Hans": []}
    first, *others = PROGRAMME.tiers
    kept = replace(
        first, is_priority=True, multiplier_percent=120, fuel_discount=Decimal("0.05"), shop_percent=Decimal(5)
    )
    kept = replace(kept, coupons=(TierCoupon(template="wash", every=Every.MONTH),), perks="专属停车位")
    chain.publish(replace(PROGRAMME, tiers=(kept, *others)), valid_from=ago(1))
    found = app.get(f"/customers/{customer_id}/points").json()
    benefits = found["benefits"]
    assert found["tier"] == benefits["code"] == "basic"
    assert (benefits["is_priority"], benefits["multiplier_percent"], benefits["fuel_discount"]) == (True, 120, "0.05")
    assert benefits["coupons"] == [{"template": "wash", "every": "month"}]
    assert benefits["words"] == {
        "en": [
            "points × 120%",
            "¥0.05 off a litre of fuel",
            "5% off the shop",
            "coupon wash each month",
            "served first",
            "专属停车位",
        ],
        "zh-Hans": [
            "积分 × 120%",
            "油品每升优惠 0.05 元",
            "非油品优惠 5%",
            "每月发放优惠券 wash",
            "优先服务",
            "专属停车位",
        ],
    }


def test_coupons_of_a_tier_are_called_by_their_names(chain, app):
    coupons.create_template(HEAD_OFFICE, Template(code="wash", name="精洗券"))
    first, *others = PROGRAMME.tiers
    two = (TierCoupon(template="wash", every=Every.MONTH), TierCoupon(template="gone", every=Every.YEAR))
    chain.publish(replace(PROGRAMME, tiers=(replace(first, coupons=two), *others)), valid_from=ago(1))
    (customer_id,) = chain.enrol()
    app.post(f"/customers/{customer_id}/points/adjust", {"points": 1, "reason": "gift"})
    assert app.get(f"/customers/{customer_id}/points").json()["benefits"]["words"] == {
        "en": ["coupon 精洗券 each month, coupon gone each year"],
        "zh-Hans": ["每月发放优惠券 精洗券、每年发放优惠券 gone"],
    }


def test_a_business_is_told_that_nothing_is_missing_to_keep_where_it_starts(chain, app):
    chain.publish(replace(PROGRAMME, business_tier="silver"), valid_from=ago(1))
    person, company = customer_services.create_customers(
        HEAD_OFFICE, [NewCustomer(name="甲"), NewCustomer(name="乙", kind=CustomerKind.BUSINESS)]
    )
    for one, tier in ((person, "basic"), (company, "silver")):
        app.post(f"/customers/{one}/points/adjust", {"points": 1, "reason": "gift"})
        found = app.get(f"/customers/{one}/points").json()
        assert (found["tier"], found["progress"]["keep_missing"]) == (tier, "0")


def test_a_sale_and_a_quote_tell_what_the_tier_brings_to_a_named_reader(chain, make_key):
    """Without a reader the till's answers are what they were."""
    first, *others = PROGRAMME.tiers
    chain.publish(replace(PROGRAMME, tiers=(replace(first, is_priority=True), *others)), valid_from=ago(2))
    chain.enrol()
    till = make_key("sales:write", "sales:read")
    sale = msgspec.to_builtins(a_sale("t1", 1), enc_hook=str) | {"coupons": []}
    assert "benefits" not in till.post("/sales/quote", sale).json()
    quoted = till.post("/sales/quote?reader=cashier", sale).json()
    assert (quoted["benefits"]["code"], quoted["benefits"]["words"]["zh-Hans"]) == ("basic", ["优先服务"])
    made = till.post("/sales?reader=cashier", sale)
    assert made.status_code == 201, made.content
    receipt = made.json()
    assert receipt["benefits"]["is_priority"] is True
    assert all({"en", "zh-Hans"} == one["words"].keys() for one in receipt["sentences"])
    again = till.post("/sales", sale).json()
    assert (again["id"], again["replayed"]) == (receipt["id"], True)
    assert not {"benefits", "sentences"} & again.keys()
    assert till.get(f"/sales/{receipt['id']}").json()["benefits"]["words"]["en"] == ["served first"]
    stranger = till.post("/sales?reader=customer", sale | {"source_ref": "t2", "customer": None}).json()
    assert stranger["benefits"] is None
    assert is_problem(till.post("/sales?reader=nobody", sale), 422)["fields"].keys() == {"reader"}


def test_an_app_spends_once_however_often_it_asks_and_gives_back(chain, app):
    (customer_id,) = chain.enrol()
    app.post(f"/customers/{customer_id}/points/adjust", {"points": 50, "reason": "gift"})
    path = f"/customers/{customer_id}/points/spend"
    spending = {"points": 20, "origin": "order-7", "reason": "car wash"}
    for key in ("k1", "k1", "k2"):
        assert app.post(path, spending, IDEMPOTENCY_KEY=key).json()["points"] == 30
    problem = is_problem(app.post(path, {"points": 31, "origin": "order-8"}), 409)
    assert "30 can be spent" in problem["detail"]
    back = app.post(f"{path}/order-7/return", {"reason": "closed"}, IDEMPOTENCY_KEY="k3")
    assert (back.status_code, back.json()["points"]) == (201, 50)
    entries = app.get(f"/customers/{customer_id}/points/entries").json()["items"]
    assert [entry["kind"] for entry in entries] == ["return", "spend", "adjust"]
    assert entries[0]["origin"].endswith(":order-7")
    is_problem(app.post(f"{path}/nothing/return", {}), 404)
    is_problem(app.post(path, {"points": 0, "origin": "x"}), 422)
    is_problem(app.post(path, {"points": 1, "origin": "a b"}), 422)


def test_points_are_passed_on_within_a_household(chain, app):
    first, second, stranger = chain.enrol(3)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    app.post(f"/customers/{first}/points/adjust", {"points": 50, "reason": "gift"})
    path = f"/customers/{first}/points/transfer"
    assert app.post(path, {"to": second, "points": 20}).json()["points"] == 30
    assert app.get(f"/customers/{second}/points").json()["points"] == 20
    is_problem(app.post(path, {"to": stranger, "points": 1}), 403)
    is_problem(app.post(path, {"to": second, "points": 31}), 422)


def test_an_adjustment_beyond_the_limit_waits_for_another_key(chain, app, make_key):
    (customer_id,) = chain.enrol()
    answer = app.post(f"/customers/{customer_id}/points/adjust", {"points": 101, "reason": "mistake"})
    assert (answer.status_code, answer.json()["points"]) == (202, 0)
    number = answer.json()["adjustment_id"]
    (listed,) = app.get("/points/adjustments?waiting=true").json()["items"]
    assert (listed["id"], listed["is_approved"], listed["reason"]) == (number, None, "mistake")
    is_problem(app.post(f"/points/adjustments/{number}/approve", {}), 403)
    second = make_key("points:approve")
    assert second.post(f"/points/adjustments/{number}/approve", {"note": "ok"}).json()["is_approved"] is True
    is_problem(second.post(f"/points/adjustments/{number}/refuse", {"note": "no"}), 409)
    is_problem(second.post("/points/adjustments/4711/refuse", {"note": "no"}), 404)
    assert app.get(f"/customers/{customer_id}/points").json()["points"] == 101
    assert app.get(f"/points/adjustments?waiting=false&customer_id={customer_id}").json()["items"][0]["note"] == "ok"
    app.post(f"/customers/{customer_id}/points/adjust", {"points": 102, "reason": "again"})
    page = app.get("/points/adjustments?limit=1").json()
    rest = app.get(f"/points/adjustments?limit=1&cursor={page['next']}").json()
    assert [page["items"][0]["points"], rest["items"][0]["points"], rest["next"]] == [102, 101, None]


def test_keys_may_only_what_their_scopes_say(chain, make_key):
    (customer_id,) = chain.enrol()
    reader, writer = make_key("points:read"), make_key("points:write")
    is_problem(reader.post(f"/customers/{customer_id}/points/spend", {"points": 1, "origin": "x"}), 403)
    is_problem(writer.post(f"/customers/{customer_id}/points/transfer", {"to": 1, "points": 1}), 403)
    is_problem(writer.post("/points/adjustments/1/approve", {}), 403)


def test_adjustments_of_a_customer_are_those_of_who_was_merged_into_it_too(chain, make_key):
    chain.publish(replace(PROGRAMME, adjust_limit=100), valid_from=ago(2))
    kept, merged = chain.enrol(2)
    waiting = services.adjust_points(HEAD_OFFICE, merged, 500, "x").adjustment_id
    customer_services.merge_customers(HEAD_OFFICE, kept, merged, "the same")
    reader = make_key("points:read")
    assert [one["id"] for one in reader.get(f"/points/adjustments?customer_id={kept}").json()["items"]] == [waiting]
