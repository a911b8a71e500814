"""Posting: what a till gets back, and what stands in the books afterwards."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.loyalty.values import NegativeBalance
from forecourt.sales import permissions, services, wire
from forecourt.sales.values import NewTender, SaleStatus
from tests.bench.samples import open_sample_station
from tests.sales.scenes import (
    PROGRAMME,
    WATER,
    a_line,
    a_return,
    a_sale,
    ago,
    count,
    day_of,
    events,
    flat_books_agree,
    lots,
    member,
    open_chain,
    phone,
    points,
    problems,
    water,
)

SAMPLE = b"""{"station": "S001", "source": "pos-1", "source_ref": "20260102-000099",
 "occurred_at": "2026-01-02T08:30:00+08:00", "business_date": "2026-01-02",
 "customer": {"phone": "13800000001"}, "pump": 4, "staff": "E017",
 "lines": [{"product": "92", "quantity": "20.000", "unit_price": "7.65", "amount": "153.00"},
           {"product": "6901234567892", "quantity": "1", "unit_price": "5.00", "amount": "5.00"}],
 "tenders": [{"kind": "wechat", "amount": "158.00"}]}"""


def test_the_sample_of_the_api_posts(chain):
    (customer_id,) = chain.enrol()
    (receipt,) = chain.post(*wire.decode_sales(SAMPLE))
    answer = json.loads(wire.encode(receipt))
    assert answer.pop("id")
    reasons = answer.pop("explanation")
    assert answer == {
        "status": "posted",
        "replayed": False,
        "customer_id": customer_id,
        "totals": {"gross": "158.00", "discount": "0.00", "net": "158.00"},
        "points": {"earned": 25, "balance": 25, "spent": 0},
        "tier": "basic",
        "flags": [],
        "offers": [],
        "coupons": [],
    }
    assert [(reason["rule"], reason["points"]) for reason in reasons] == [
        ("petrol", "20"),
        ("shop", "5"),
        ("basic", "25"),
    ]
    assert lots(customer_id) == [(25, date(2028, 1, 31))]
    flat_books_agree()


def test_a_replay_gets_the_same_receipt_and_changes_nothing(chain):
    (customer_id,) = chain.enrol()
    sale = a_sale("1", 1)
    (first,) = chain.post(sale)
    chain.post(a_sale("2", 1))
    before = points(customer_id)
    (again,) = chain.post(sale)
    assert again == replace(first, replayed=True)
    assert wire.encode(again) == wire.encode(replace(first, replayed=True))
    assert points(customer_id) == before
    assert count("sales_sale") == 2
    assert len(events("sale.posted.v1")) == 2


def test_the_same_figures_written_otherwise_are_a_replay(chain):
    chain.post(a_sale("1", None, a_line("92", "20.000", "153.00", unit_price=Decimal("7.65"))))
    (again,) = chain.post(
        a_sale("1", None, a_line("92", "20", "153.0", unit_price=Decimal("7.6500"), discount=Decimal("0.00")))
    )
    assert again.replayed


@pytest.mark.parametrize(
    "change",
    [
        {"pump": 3},
        {"staff": "E018"},
        {"customer": member(2)},
        {"customer": None},
        {"lines": (a_line(amount="154.00"),)},
        {"lines": (a_line(), water(1))},
        {"tenders": ()},
        {"tenders": (NewTender(kind="cash", amount=Decimal("153.00")),)},
        {"occurred_at": ago(2)},
        {"business_date": date(2026, 1, 1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_name_with_other_contents_is_a_conflict(chain, change):
    chain.enrol(2)
    sale = a_sale("1", 1)
    (receipt,) = chain.post(sale)
    (problem,) = chain.post(replace(sale, **change))
    assert isinstance(problem, Conflict)
    assert str(receipt.id) in problem.detail
    assert "'1' from 'pos-1'" in problem.detail
    assert count("sales_sale") == 1
    flat_books_agree()


def test_the_name_is_station_source_and_reference(chain):
    open_sample_station("S002")
    answers = chain.post(a_sale("1"), a_sale("1", source="pos-2"), a_sale("1", station="S002"), a_sale("2"))
    assert [answer.replayed for answer in answers] == [False] * 4
    assert len({answer.id for answer in answers}) == 4


def test_twice_in_a_list_is_rated_once(chain):
    (customer_id,) = chain.enrol()
    sale = a_sale("1", 1)
    first, second, other, third = chain.post(sale, sale, replace(sale, pump=9), sale)
    assert not first.replayed
    assert second == third == replace(first, replayed=True)
    assert isinstance(other, Conflict)
    assert points(customer_id) == 20
    assert count("sales_sale") == 1


def test_one_bad_item_spoils_no_other(chain):
    (customer_id,) = chain.enrol()
    unreadable = Invalid.field("lines.0.quantity", "expected decimal")
    answers = services.post_sales(
        chain.actor,
        [
            a_sale("1", 1),
            unreadable,
            a_sale("2", 1, a_line(amount="NaN")),
            a_sale("3", 1, station="S404"),
            a_sale("4", 1, a_line("nothing")),
            a_sale("5", 1),
        ],
    )
    assert problems(answers) == ["", "invalid", "invalid", "invalid", "", ""]
    assert answers[1] is unreadable
    assert answers[3].fields == {"station": answers[3].fields["station"]}
    assert "'S404'" in answers[3].detail
    assert answers[5].points.balance == 40
    assert points(customer_id) == 40
    flat_books_agree()


def test_a_list_answers_in_the_order_given_and_balances_run(chain):
    chain.enrol(2)
    sales = [a_sale(str(number), 1 + number % 2, water(1)) for number in (5, 3, 9, 2, 1)]
    answers = chain.post(*sales)
    assert [answer.points.balance for answer in answers] == [5, 10, 15, 5, 20]
    assert [answer.id for answer in chain.post(sales[4], sales[0])] == [answers[4].id, answers[0].id]


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"lines": (a_line("not-there"),)}, "unknown_product"),
        ({"customer": CustomerClaim(phone="13999999999")}, "unknown_customer"),
        ({"customer": CustomerClaim(card="never seen")}, "unknown_customer"),
        ({"customer": CustomerClaim(id=987654321)}, "unknown_customer"),
        ({"occurred_at": clock.now() + timedelta(days=3)}, "clock_off"),
        ({"business_date": date(2019, 5, 5)}, "clock_off"),
        ({"lines": (a_line(unit_price=Decimal("9.99")),)}, "amount_mismatch"),
        ({"tenders": (NewTender(kind="cash", amount=Decimal("1.00")),)}, "tender_mismatch"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_rated_is_recorded_flagged_and_listed_for_repair(chain, change, flag):
    chain.enrol()
    sale = replace(a_sale("1", 1), **change)
    (receipt,) = chain.post(sale)
    assert receipt.status is SaleStatus.FLAGGED
    assert receipt.flags == (flag,)
    assert sql.rows("SELECT sale_id, flags, closed_at FROM sales_repair") == [(receipt.id, [flag], None)]
    assert wire.decode_reasons(receipt.explanation)[0].code == f"flag.{flag}"
    assert events("sale.posted.v1")[0]["flagged"] is True
    assert chain.post(sale) == [replace(receipt, replayed=True)]
    flat_books_agree()


def test_a_claim_waits_for_repair_sealed(chain):
    chain.post(a_sale("1", CustomerClaim(phone="13912345678")))
    (sealed,) = sql.rows("SELECT claim_sealed FROM sales_repair")[0]
    assert b"13912345678" not in bytes(sealed)
    assert len(sealed) > 28


def test_an_anonymous_sale_belongs_to_its_station(chain):
    sale = a_sale("1")
    (receipt,) = chain.post(sale)
    assert receipt.customer_id is None
    assert receipt.points.balance is None
    assert receipt.points.earned == 0
    assert receipt.tier is None
    assert receipt.status is SaleStatus.POSTED
    assert wire.decode_reasons(receipt.explanation)[-1].code == "points.no_member"
    assert sql.rows("SELECT customer_id FROM sales_sale") == [(-chain.station.id,)]
    (again,) = chain.post(sale)
    assert (again.replayed, again.customer_id) == (True, None)
    flat_books_agree()


def test_a_blocked_customers_sale_is_flagged_and_earns_nothing(chain):
    (customer_id,) = chain.enrol()
    customer_services.block_customer(chain.actor, customer_id, "lost card")
    receipt = chain.post_one("1", 1)
    assert receipt.flags == ("blocked_customer",)
    assert receipt.customer_id == customer_id
    assert receipt.points.earned == 0
    assert points(customer_id) == 0


def test_a_merged_customers_sale_goes_to_the_survivor(chain):
    survivor, merged = chain.enrol(2)
    customer_services.merge_customers(chain.actor, survivor, merged, "the same person")
    by_phone = chain.post_one("1", 2)
    by_id = chain.post_one("2", CustomerClaim(id=merged))
    assert by_phone.customer_id == by_id.customer_id == survivor
    assert points(survivor) == 40
    assert points(merged) == 0
    flat_books_agree()


def test_the_number_of_statements_is_the_same_for_one_and_a_thousand(chain):
    chain.enrol(100)
    chain.post(*[a_sale(f"warm-{number}", number, a_line(), water(1)) for number in range(1, 101)])
    taken = {}
    for size in (1, 2, 1000):
        sales = [
            a_sale(f"{size}-{number}", 1 + number % 100 if number % 3 == 0 else None, a_line(), water(2))
            for number in range(size)
        ]
        with sql.watching() as statements:
            answers = chain.post(*sales)
        assert problems(answers) == [""] * size
        taken[size] = list(statements)
    assert taken[1] == taken[2] == taken[1000]
    assert len(taken[1]) <= 16
    flat_books_agree()


def test_replays_take_the_same_statements_however_many(chain):
    chain.enrol(3)
    sales = [a_sale(str(number), 1 + number % 3) for number in range(300)]
    chain.post(*sales)
    with sql.watching() as one:
        chain.post(sales[0])
    with sql.watching() as many:
        answers = chain.post(*sales)
    assert one == many
    assert all(answer.replayed for answer in answers)


def test_goods_taken_back_without_a_sale_take_points_from_lots(chain):
    (customer_id,) = chain.enrol()
    chain.post(a_sale("1", 1, water(10), occurred_at=ago(40)), a_sale("2", 1, water(10)))
    early, late = lots(customer_id)
    (receipt,) = chain.post(a_return("3", 1, 12))
    assert receipt.points.earned == -60
    assert receipt.points.balance == 40
    assert lots(customer_id) == [(40, late[1])]
    assert early[1] < late[1]
    assert len(events("sale.refunded.v1")) == 1
    flat_books_agree()


def test_what_is_owed_is_paid_back_by_the_next_points(chain):
    (customer_id,) = chain.enrol()
    chain.post(a_sale("1", 1, water(4)))
    (receipt,) = chain.post(a_return("2", 1, 10))
    assert receipt.points.balance == -30
    assert lots(customer_id) == [(-30, None)]
    chain.post(a_sale("3", 1, water(2)))
    assert points(customer_id) == -20
    (receipt,) = chain.post(a_sale("4", 1, water(6)))
    assert receipt.points.balance == 10
    assert [left for left, _ in lots(customer_id)] == [10]
    flat_books_agree()


def test_credits_and_debits_of_one_list_follow_on_each_other(chain):
    (customer_id,) = chain.enrol()
    answers = chain.post(a_return("1", 1, 4), a_sale("2", 1, water(2)), a_sale("3", 1, water(10)), a_return("4", 1, 1))
    assert [answer.points.balance for answer in answers] == [-20, -10, 40, 35]
    assert sum(left for left, _ in lots(customer_id)) == 35
    flat_books_agree()


def test_under_a_forgiving_programme_the_balance_stops_at_zero(db):
    chain = open_chain(negative=NegativeBalance.FORGIVE)
    (customer_id,) = chain.enrol()
    chain.post(a_sale("1", 1, water(4)))
    (receipt,) = chain.post(a_return("2", 1, 10))
    assert receipt.points.earned == -20
    assert receipt.points.balance == 0
    forgiven = wire.decode_reasons(receipt.explanation)[-1]
    assert (forgiven.code, forgiven.points) == ("points.forgiven", "30")
    assert lots(customer_id) == []
    flat_books_agree()


def test_a_tier_multiplies_points(chain):
    (customer_id,) = chain.enrol()
    chain.post_one("1", 1, water(101), occurred_at=ago(3))
    services.review_tiers(chain.actor, day_of(ago(0)))
    receipt = chain.post_one("2", 1, water(1), a_line("92", "20.500", "156.83"))
    assert receipt.tier == "silver"
    assert receipt.points.earned == 38  # (5 + 20.5) x 150 % = 38.25
    assert points(customer_id) == 505 + 38


def test_rules_apply_as_of_the_sale_not_as_of_its_posting(chain):
    chain.enrol()
    double = replace(PROGRAMME, rates=tuple(replace(rate, points=rate.points * 2) for rate in PROGRAMME.rates))
    first = sql.rows("SELECT version FROM loyalty_rulebook")[0][0]
    moment = ago(5)
    second = chain.publish(double, valid_from=moment)
    before, after, at_the_moment = chain.post(
        a_sale("1", 1, water(1), occurred_at=ago(6)),
        a_sale("2", 1, water(1), occurred_at=ago(4)),
        a_sale("3", 1, water(1), occurred_at=moment),
    )
    assert [answer.points.earned for answer in (before, after, at_the_moment)] == [5, 10, 10]
    assert sql.rows("SELECT rulebook FROM sales_sale ORDER BY source_ref") == [(first,), (second,), (second,)]


def test_before_any_programme_a_member_earns_nothing(chain):
    chain.enrol()
    sql.run("UPDATE loyalty_rulebook SET valid_from = now() - interval '2 days'")
    receipt = chain.post_one("1", 1, occurred_at=ago(3))
    assert receipt.points.earned == 0
    assert receipt.points.balance == 0
    assert wire.decode_reasons(receipt.explanation)[-1].code == "points.no_programme"


def test_points_beyond_all_reason_are_not_given_but_the_sale_is_kept(chain):
    (customer_id,) = chain.enrol()
    lavish = tuple(replace(rate, points=Decimal(90_000)) for rate in PROGRAMME.rates)
    chain.publish(replace(PROGRAMME, rates=lavish), valid_from=ago(2))
    wild, sane = chain.post(a_sale("1", 1, a_line(WATER, "1", "99999999.00")), a_sale("2", 1, water(1)))
    assert (wild.flags, wild.points.earned) == (("amount_mismatch",), 0)
    assert sane.points.earned == points(customer_id) == 450_000
    flat_books_agree()


def test_a_sale_in_a_new_month_makes_its_partitions(chain):
    chain.enrol()
    partitions = "SELECT to_regclass('sales_sale_2003_07'), to_regclass('loyalty_entry_2003_07')"
    assert sql.rows(partitions) == [(None, None)]
    (receipt,) = chain.post(a_sale("1", 1, occurred_at=datetime(2003, 7, 9, 4, tzinfo=clock.UTC)))
    assert receipt.points.earned == 20
    assert None not in sql.rows(partitions)[0]


def test_the_trading_day_of_a_station_that_rolls_at_six(db):
    chain = open_chain(rolls_at=time(6))
    late = datetime.fromisoformat("2026-01-02T03:00:00+08:00")
    chain.post(a_sale("1", occurred_at=late), a_sale("2", occurred_at=late.replace(hour=7)))
    assert sql.rows("SELECT business_date FROM sales_sale ORDER BY source_ref") == [
        (date(2026, 1, 1),),
        (date(2026, 1, 2),),
    ]


def test_the_tills_discount_is_kept_for_the_record(chain):
    receipt = chain.post_one("1", None, a_line("92", "20.000", "150.00", discount=Decimal("3.00")))
    totals = receipt.totals
    assert [str(value) for value in (totals.gross, totals.discount, totals.net)] == ["153.00", "3.00", "150.00"]


def test_text_comes_back_as_it_was_sent(chain):
    awkward = 'back\\slash "quote", tab\tand 中文 {brace} 100%'
    sale = a_sale(awkward, None, source="pos-1 \\N", tenders=(NewTender(kind='现金 \\ "', amount=Decimal("153.00")),))
    (receipt,) = chain.post(sale)
    (again,) = chain.post(sale)
    assert again.replayed
    assert again.id == receipt.id
    assert sql.rows("SELECT source, source_ref FROM sales_sale") == [("pos-1 \\N", awkward)]


def test_permission_and_station_are_asked_for(chain):
    here, elsewhere = chain.station.id, open_sample_station("S002").id
    nobody = Actor(kind="staff", name="E1")
    with pytest.raises(NotAllowed, match=r"sales\.post"):
        services.post_sales(nobody, [a_sale("1")])
    cashier = Actor(kind="staff", name="E2", permissions=frozenset({permissions.POST}), stations=frozenset({elsewhere}))
    assert here != elsewhere
    refused, taken = services.post_sales(cashier, [a_sale("1"), a_sale("2", station="S002")])
    assert isinstance(refused, NotAllowed)
    assert not taken.replayed
    mixed = services.post_together(
        [services.Submission(nobody, a_sale("3")), services.Submission(chain.actor, a_sale("4"))]
    )
    assert problems(mixed) == ["not-allowed", ""]


def test_nothing_personal_reaches_events(chain):
    chain.enrol()
    chain.post_one("1", 1)
    chain.post_one("2", CustomerClaim(phone="13912345678"))
    found = str(sql.rows("SELECT body::text FROM kernel_event")) + str(
        sql.rows("SELECT detail::text FROM kernel_audit")
    )
    assert phone(1) not in found
    assert "13912345678" not in found
    assert WATER not in found


def test_an_empty_list_is_answered_empty(chain):
    assert chain.post() == []
