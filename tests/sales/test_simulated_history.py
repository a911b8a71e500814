"""A long random history: simulated under a draft it comes to what posting it afresh under the draft comes to."""

import random
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import sql
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import Tier
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund, NewSale, Receipt, RefundLine
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, a_sale, ago, flat_books_agree, water
from tests.sales.test_offers import per_litre, publish
from tests.sales.test_simulating import asked, draft, sums, told

SALES, MEMBERS, LIST = 4000, 120, 250
STATIONS = ("S001", "S002", "S003")
PRICES = {"92": Decimal("7.65"), "95": Decimal("8.14"), "0": Decimal("7.29")}
SHARED = [{"funder": "dealer", "percent": "40"}, {"funder": "supplier:aoke", "percent": "60"}]
OFFERS = (
    per_litre("own", "0.30", group="litre", budgets=[{"measure": "volume", "limit": "90", "per": "customer_month"}]),
    per_litre("all", "0.20", group="litre", budgets=[{"measure": "money", "limit": "900"}], funding=SHARED),
    {
        "code": "here",
        "when": {"is": "all", "of": [{"is": "station", "of": ["S002"]}, {"is": "volume", "at_least": "25"}]},
        "then": [{"give": "amount", "off": "5"}],
        "budgets": [{"measure": "uses", "limit": "7", "per": "day"}],
    },
    {"code": "silver", "when": {"is": "tier", "of": ["silver", "gold"]}, "then": [{"give": "percent", "percent": "3"}]},
    {"code": "third", "when": {"is": "visit", "number": 3, "every": True}, "then": [{"give": "points", "points": 15}]},
    {"code": "gives", "when": {"is": "visit", "number": 2}, "then": [{"give": "coupon", "template": "NEXT"}]},
    {"code": "takes", "when": {"is": "coupon", "template": "NEXT"}, "then": [{"give": "amount", "off": "4"}]},
    {"code": "water", "then": [{"give": "amount", "off": "1", "of": {"kinds": ["goods"]}}], "alone": True},
)


def history(chance: random.Random) -> list[NewSale]:
    """Sales of fifty days in the order of time: members come again, some bottles of water, strangers among them."""
    found = []
    for number in range(SALES):
        grade = chance.choice(("92", "92", "95", "0"))
        litres = Decimal(chance.randrange(800, 6000)) / 100
        lines = [a_line(grade, f"{litres}", f"{round(litres * PRICES[grade], 2)}")]
        if waters := chance.choice((0, 0, 1, 3)):
            lines.append(water(waters))
        who = None if number % 9 == 8 else chance.randrange(1, MEMBERS + 1)
        at = ago(52 - 50 * number / SALES)
        station = chance.choice(STATIONS)
        found.append(a_sale(f"s{number}", who, *lines, occurred_at=at, station=station, tenders=()))
    return found


def post_all(chain, sales: list[NewSale], chance: random.Random) -> int:
    """Post them list by list, and refund a part of some in the end; returns how many refunds there were."""
    receipts = []
    for place in range(0, len(sales), LIST):
        receipts += chain.post(*sales[place : place + LIST])
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    chosen = chance.sample(range(len(receipts)), 60)
    for number in chosen:
        part = (RefundLine(line=1, quantity=Decimal("3")),) if number % 3 else None
        services.refund_sale(HEAD_OFFICE, receipts[number].id, NewRefund(source_ref=f"r{number}", lines=part))
    return len(chosen)


@pytest.mark.slow
def test_a_long_random_history_under_a_draft_equals_posting_it_afresh(chain):
    for code in STATIONS[1:]:
        open_sample_station(code)
    members = chain.enrol(MEMBERS)
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT", is_automatic=True, valid_days=20))
    silver = Tier(
        code="silver", name="白银会员", threshold=Decimal(500), multiplier_percent=150, fuel_discount=Decimal("0.05")
    )
    chain.publish(replace(PROGRAMME, tiers=(PROGRAMME.tiers[0], silver, PROGRAMME.tiers[2])))
    loyalty_records.open_missing(set(members), loyalty.programme_at(ago(0)))
    sql.run("UPDATE loyalty_balance SET tier = 'silver' WHERE customer_id = ANY(%(ids)s)", {"ids": members[::3]})
    sales = history(random.Random(7))
    post_all(chain, sales, random.Random(8))
    before = sums()
    found = simulating.simulate(asked(offers=draft(*OFFERS)))
    assert float(found["total"]["discount_before"]) == before[0]
    for name in ("sales_claim", "sales_sale", "sales_line", "sales_award", "loyalty_entry", "loyalty_allocation"):
        sql.run(f"DELETE FROM {name}")
    sql.run("UPDATE loyalty_balance SET points = 0, sales = 0, last_sale_at = NULL")
    publish(*OFFERS, since=100)
    post_all(chain, sales, random.Random(8))
    assert told(found["total"]) == sums()
    assert told(found["total"])[0] > before[0]
    assert {row["name"] for row in found["offers"]} >= {body["code"] for body in OFFERS}
    assert any(Decimal(row["discount"]) for row in found["offers"] if row["name"] == "all")
    flat_books_agree()
