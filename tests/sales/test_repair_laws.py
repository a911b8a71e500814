"""The laws of repairs: where nothing new is known nothing changes; what is known later comes to what it would have at once."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.customers import services as customers
from forecourt.kernel import sql
from forecourt.sales import services
from forecourt.sales.values import NewRefund, NewTender, Receipt
from tests.sales.scenes import HEAD_OFFICE, WATER, a_line, a_sale, ago, flat_books_agree, lots, member, points, water
from tests.sales.shops import law
from tests.sales.test_offers import costs, publish
from tests.sales.test_repairs import add_product, repair

SLOTS = 5
NOBODY = {"is": "bought", "of": {"products": ["nothing"]}}
WHENS = (
    {"is": "all", "of": []},
    {"is": "member"},
    {"is": "first_purchase"},
    {"is": "visit", "number": 2},
    {"is": "visit", "number": 2, "every": True},
    {"is": "since_last", "at_least": 3, "at_most": 8},
    {"is": "tier", "of": ["basic"]},
    {"is": "coupon", "template": "AUTO"},
    {"is": "amount", "at_least": "40"},
)
POINTS = {"give": "points", "points": 7}
GIFT = {"give": "gift", "product": WATER}
EFFECTS = (
    [POINTS],
    [{"give": "points", "points": 2, "every": "10"}],
    [{"give": "times_points", "times": "2"}],
    [{"give": "coupon", "template": "NEXT", "count": 2}],
    [GIFT],
    [POINTS, GIFT],
    [{"give": "amount", "off": "3"}],
    [{"give": "amount", "off": "3"}, {"give": "coupon", "template": "NEXT"}],
)
BUDGETS = (
    [],
    [{"measure": "uses", "limit": "1", "per": "customer"}],
    [{"measure": "uses", "limit": "1", "per": "customer_day"}],
    [{"measure": "points", "limit": "15", "per": "customer"}],
    [{"measure": "money", "limit": "3", "per": "customer"}],
    [{"measure": "uses", "limit": "100000"}],
)


@st.composite
def rule_sets(draw) -> list[dict]:
    """Offers that give points, coupons, goods and money by what a member did before, some once, some one instead of another."""
    found = []
    for number in range(draw(st.integers(1, SLOTS))):
        body = {"code": f"o{number}", "when": draw(st.sampled_from(WHENS)), "then": draw(st.sampled_from(EFFECTS))}
        wanted = draw(st.sampled_from(BUDGETS))
        gives = {"points": "points", "times_points": "points", "amount": "money"}
        counted = {"uses"} | {gives.get(one["give"], "uses") for one in body["then"]}
        if all(budget["measure"] in counted for budget in wanted):
            body["budgets"] = wanted
        found.append(body)
    if any(GIFT in body["then"] for body in found):
        return found  # what goods are worth must not decide which other offers a sale gets: a repair gives none
    return [body | draw(st.sampled_from([{}, {}, {"group": "g"}, {"alone": True}, {"priority": 1}])) for body in found]


histories = st.lists(st.integers(10, 20), max_size=3).map(lambda days: sorted(days, reverse=True))
"""How many days ago the member came before."""


@pytest.fixture
def shop(chain):
    """A shop whose offers are published anew for each try, with members of its own."""
    for template in (Template(code="NEXT", name="NEXT"), Template(code="AUTO", name="AUTO", is_automatic=True)):
        coupons.create_template(HEAD_OFFICE, template)
    costs(WATER, "3.20")
    return chain


def put_in_force(offers: list[dict]) -> None:
    """These and no others."""
    none = [{"code": f"o{number}", "when": NOBODY, "then": [POINTS]} for number in range(len(offers), SLOTS)]
    publish(*offers, *none, since=30)


def enrol(shop, history: list[int]) -> list:
    """A member, by number and id, who holds a coupon that needs not be shown, and the sales of so many days ago."""
    (customer_id,) = shop.enrol()
    coupon_records.issue([NewCoupon(template="AUTO", customer_id=customer_id, occurred_at=ago(25))])
    number = shop.members
    sold = [
        shop.post_one(f"{number}-{place}", number, water(1), occurred_at=ago(days), pricing="final")
        for place, days in enumerate(history)
    ]
    return [number, customer_id, *[receipt.id for receipt in sold]]


def books() -> dict[str, list[tuple]]:
    """Every ledger, and all that sales move."""
    statements = {
        "entries": "SELECT id, customer_id, points, kind, sale_id FROM loyalty_entry",
        "balances": "SELECT customer_id, points, tier, sales, last_sale_at FROM loyalty_balance",
        "sales": "SELECT id, customer_id, gross, net, status, flags, points_earned, points_spent, tier FROM sales_sale",
        "lines": "SELECT sale_id, number, product_id, quantity, amount, discount FROM sales_line",
        "awards": "SELECT sale_id, line, offer, version, funder, discount, quantity, points, uses, coupon_id, gifts "
        "FROM sales_award",
        "budgets": "SELECT budget, sum(quota), sum(used) FROM offers_slot GROUP BY budget",
        "coupons": "SELECT id, customer_id, status, uses_left, used_by, sale_id, origin FROM coupons_coupon",
        "uses": "SELECT coupon_id, customer_id, sale_id, restored_at FROM coupons_couponuse",
    }
    return {name: sorted(sql.rows(statement), key=repr) for name, statement in statements.items()}


@pytest.mark.slow
@law(12)
@given(
    rule_sets(),
    histories,
    st.sampled_from(["", "final"]),
    st.sampled_from(["product", "tenders", "customer"]),
    st.sampled_from(["", "late", "refund"]),
)
def test_a_repair_to_which_nothing_was_added_changes_nothing(shop, offers, history, pricing, wrong, meanwhile):
    """Whatever came between: a visit since, a refund of one before, sales that came late."""
    put_in_force(offers)
    number, _customer_id, *earlier = enrol(shop, history)
    lines = (a_line(), water(2), *([a_line("unknown", "1", "10.00")] if wrong == "product" else []))
    sold = a_sale(
        f"{number}-sold",
        member(90_000_000) if wrong == "customer" else number,
        *lines,
        occurred_at=ago(5),
        pricing=pricing,
        tenders=(NewTender(kind="cash", amount=Decimal(1)),) if wrong == "tenders" else (),
    )
    (receipt,) = shop.post(sold)
    assert isinstance(receipt, Receipt)
    assert receipt.flags
    event(f"{len(receipt.offers)} offers")
    if meanwhile == "late":
        shop.post(*[a_sale(f"{number}-{days}", number, occurred_at=ago(days), tenders=()) for days in (2, 9)])
    elif meanwhile == "refund" and history:
        services.refund_sale(HEAD_OFFICE, earlier[0], NewRefund(source_ref=f"{number}-back"))
    before = books()
    for _ in range(2):
        repaired = repair(receipt.id)
        assert books() == before
    assert (repaired.offers, repaired.coupons, repaired.totals) == (receipt.offers, receipt.coupons, receipt.totals)
    flat_books_agree()


def given_by(receipt: Receipt) -> dict[str, tuple]:
    """What offers gave beside goods, by their codes."""
    return {one.code: (one.points, one.coupons) for one in receipt.offers if one.points or one.coupons}


def state_of(customer_id: int) -> dict:
    held = sql.rows(
        "SELECT template.code, coupon.status, count(*) FROM coupons_coupon AS coupon "
        "JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id "
        "WHERE coupon.customer_id = %(id)s GROUP BY 1, 2 ORDER BY 1, 2",
        {"id": customer_id},
    )
    return {
        "points": points(customer_id),
        "lots": lots(customer_id),
        "visits": sql.rows(
            "SELECT sales, last_sale_at FROM loyalty_balance WHERE customer_id = %(id)s", {"id": customer_id}
        ),
        "coupons": held,
    }


@pytest.mark.slow
@law(12)
@given(rule_sets(), histories, st.sampled_from(["customer", "product", "blocked"]))
def test_what_becomes_known_later_comes_to_what_it_would_have_at_once(shop, offers, history, missing):
    """But for goods, and for a sale to which offers gave something when it was sold: that stays."""
    put_in_force(offers)
    now, later = ago(5), ago(1)
    (known, known_id, *_), (late, late_id, *_) = enrol(shop, history), enrol(shop, history)
    code = f"p{late}"
    if missing == "product":
        add_product(code)
    item = code if missing == "product" else WATER
    lines = (a_line(item, "2", "60.00"),)
    at_once = shop.post_one(f"{known}-sold", known, *lines, occurred_at=now, pricing="final")

    unknown = lines
    if missing == "product":
        unknown = (a_line(f"{code}-late", "2", "60.00"),)
    if missing == "blocked":
        customers.block_customer(HEAD_OFFICE, late_id, "lost card")
    who = member(90_000_000 + late) if missing == "customer" else late
    sold = shop.post_one(f"{late}-sold", who, *unknown, occurred_at=now, pricing="final")
    assert sold.flags
    if missing == "product":
        add_product(f"{code}-late")
    if missing == "blocked":
        customers.unblock_customer(HEAD_OFFICE, late_id, "found it")
    if sold.offers:
        event("offers gave something at once")
        before = books()["awards"]
        repair(sold.id, customer_id=late_id)
        assert msgspec.json.encode(sorted(row[2:] for row in books()["awards"])) == msgspec.json.encode(
            sorted(row[2:] for row in before)
        )
        flat_books_agree()
        return
    mended = repair(sold.id, customer_id=late_id)
    event(f"{len(given_by(mended))} offers")
    assert (mended.flags, mended.totals, mended.points.earned) == ((), at_once.totals, at_once.points.earned)
    assert given_by(mended) == given_by(at_once)
    assert not any(one.gifts for one in mended.offers)
    assert state_of(late_id) == state_of(known_id)
    flat_books_agree()
    after = [
        shop.post_one(f"{number}-after", number, *lines, occurred_at=later, pricing="final") for number in (known, late)
    ]
    assert given_by(after[0]) == given_by(after[1])
    assert state_of(late_id) == state_of(known_id)
