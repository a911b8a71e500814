"""The law of refunds: a sale and refunds of all of it leave every book as if it had never been sold, in whatever parts."""

from decimal import Decimal
from itertools import pairwise
from math import ceil
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.money import rounded
from forecourt.loyalty import services as loyalty_services
from forecourt.loyalty.values import NegativeBalance
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, rules, services, wire
from forecourt.sales.values import Award, NewRefund, NewTender, RefundLine
from forecourt.sales.words import explanation
from tests.sales import scenes
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    a_line,
    a_sale,
    ago,
    catch_up,
    everything_proves,
    flat_books_agree,
    lots,
    points,
    water,
)
from tests.sales.test_offers import publish

GIVES_NEXT = {"give": "coupon", "template": "NEXT"}


def books_of(customer_id: int) -> dict:
    """All that is to be as it was: points and their lots, visits, what offers gave and who pays, coupons, budgets."""
    awards = sql.rows(
        "SELECT offer, funder, sum(discount), sum(quantity), sum(points), sum(uses) FROM sales_award "
        "WHERE customer_id = %(id)s GROUP BY offer, funder ORDER BY offer, funder",
        {"id": customer_id},
    )
    sums = sql.rows(
        "SELECT coalesce(sum(gross), 0), coalesce(sum(net), 0), coalesce(sum(points_spent), 0) FROM sales_sale "
        "WHERE customer_id = %(id)s AND source = 'pos-1'",
        {"id": customer_id},
    )
    held = sql.rows(
        "SELECT code, status, uses_left FROM coupons_coupon WHERE customer_id = %(id)s AND status <> 'void' ORDER BY code",
        {"id": customer_id},
    )
    return {
        "points": points(customer_id),
        "lots": lots(customer_id),
        "sums": sums,
        "visits": sql.rows("SELECT sales FROM loyalty_balance WHERE customer_id = %(id)s", {"id": customer_id}),
        "awards": [row[:2] for row in awards if any(row[2:])],
        "coupons": held,
        "budgets": sql.rows(
            "SELECT budget, sum(used) FROM offers_slot GROUP BY budget HAVING sum(used) <> 0 ORDER BY 1"
        ),
    }


def next_of(receipt) -> UUID:
    """The coupon that a sale gave for next time."""
    return sql.rows("SELECT id FROM coupons_coupon WHERE code = %(code)s", {"code": receipt.coupons[0].code})[0][0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_transferred", [False, True])
def test_a_coupon_does_not_outlive_the_sale_that_gave_it(chain, order, is_transferred):
    publish(
        {"code": "next", "when": {"is": "bought", "of": {"kinds": ["fuel"]}}, "then": [GIVES_NEXT]},
        {"code": "off", "when": {"is": "coupon", "template": "NEXT"}, "then": [{"give": "amount", "off": "5"}]},
    )
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT", is_transferable=True))
    giver, taker = chain.enrol(2)
    chain.post(*[a_sale(f"before{number}", number, water(1)) for number in (1, 2)])
    before = [books_of(giver), books_of(taker)]
    first = chain.post_one("1", 1, occurred_at=ago(3))
    user = 1
    if is_transferred:
        coupons.transfer_coupon(HEAD_OFFICE, next_of(first), taker)
        user = 2
    second = chain.post_one("2", user, water(5), coupons=(first.coupons[0].code,), tenders=())
    assert str(second.totals.net) == "20.00"
    for number in order:
        refund((first, second)[number].id, f"r{number}")
        flat_books_agree()
    assert sql.rows("SELECT status, uses_left FROM coupons_coupon") == [("void", 1)]
    (late,) = services.quote_sales(HEAD_OFFICE, [a_sale("3", user, coupons=(first.coupons[0].code,), tenders=())])
    assert not [given for given in late.offers if given.code == "off"]
    assert [books_of(giver), books_of(taker)] == before


def refund(sale_id, ref: str, *lines: tuple[int, Decimal]):
    wanted = tuple(RefundLine(line=line, quantity=quantity) for line, quantity in lines)
    return services.refund_sale(HEAD_OFFICE, sale_id, NewRefund(source_ref=ref, lines=wanted or None))


def money_of(receipt) -> Decimal:
    """What the till gives back in money: all of it unless the receipt says that points came back."""
    returned = [one for one in wire.decode_reasons(receipt.explanation) if one.code == "points.returned"]
    if not returned:
        return -receipt.totals.net
    money = Decimal(returned[0].values["money"])
    assert money >= 0
    assert money + Decimal(returned[0].values["worth"]) == -receipt.totals.net
    return money


def paid_with_points(chain, number: int, worth: str, *lines):
    """A sale of lines, without offers, paid so much with points and the rest in cash."""
    price = sum((line.amount for line in lines), Decimal(0))
    tenders = (
        NewTender(kind="points", amount=Decimal(worth)),
        NewTender(kind="cash", amount=price - Decimal(worth)),
    )
    return chain.post_one("paid", number, *lines, tenders=tenders)


def test_a_part_gives_back_its_share_of_the_points_and_says_what_comes_in_money(chain):
    (customer_id,) = chain.enrol()
    chain.post_one("before", 1, water(200), occurred_at=ago(40))
    sale = paid_with_points(chain, 1, "4.00", a_line(), water(10))
    assert (sale.points.spent, sale.points.balance) == (400, 1000 - 400 + 70)
    part = refund(sale.id, "r1", (2, Decimal(4)))  # 20.00 of 203.00: 400 x 183 / 203 = 360.6 points stay, rounded up
    assert (part.points.spent, part.points.earned, part.points.balance) == (-39, -20, 1000 - 361 + 50)
    assert part.points.balance == points(customer_id)
    words = [
        words for _, words in explanation(wire.decode_reasons(part.explanation), organisation.company(), PROGRAMME)
    ]
    assert words[1] == "39 points worth ¥0.39 came back; give ¥19.61 back in money."
    assert [(one.kind, one.amount) for one in wire.decode_tenders(queries.sale(HEAD_OFFICE, part.id).tenders)] == [
        ("points", Decimal("-0.39"))
    ]
    assert refund(sale.id, "r1", (2, Decimal(4))) == replace(part, replayed=True)
    refund(sale.id, "r2")
    assert (points(customer_id), lots(customer_id)) == (1000, [(1000, lots(customer_id)[0][1])])
    flat_books_agree()


def test_points_that_come_back_pay_for_those_that_are_taken_before_any_are_forgiven(db):
    chain = scenes.open_chain(negative=NegativeBalance.FORGIVE)
    (customer_id,) = chain.enrol()
    chain.post_one("before", 1, water(20), occurred_at=ago(40))
    sale = paid_with_points(chain, 1, "1.00", water(10))
    loyalty_services.adjust_points(HEAD_OFFICE, customer_id, -50, "gift")
    assert points(customer_id) == 0
    assert refund(sale.id, "r1", (1, Decimal(5))).points.balance == 25
    assert refund(sale.id, "r2").points.balance == points(customer_id) == 50
    flat_books_agree()


def test_what_a_household_paid_comes_back_to_each_in_parts(chain):
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(60))
    first, second = chain.enrol(2)
    customer_services.make_household(HEAD_OFFICE, "", [first, second])
    chain.post_one("a", 1, water(20), occurred_at=ago(40))
    chain.post_one("b", 2, water(40), occurred_at=ago(35))
    before = [(points(one), lots(one)) for one in (first, second)]
    sale = paid_with_points(chain, 1, "2.70", water(10))
    assert (points(first), points(second)) == (50, 30)
    refund(sale.id, "r1", (1, Decimal(3)))
    assert (points(first), points(second)) == (35 + 30, 30 + 51)
    flat_books_agree()
    refund(sale.id, "r2", (1, Decimal("0.001")))
    refund(sale.id, "r3")
    assert [(points(one), lots(one)) for one in (first, second)] == before
    flat_books_agree()


def test_parts_before_and_after_a_merge_add_up(real_chain):
    survivor, merged = real_chain.enrol(2)
    real_chain.post_one("before", 2, water(60), occurred_at=ago(40))
    sale = paid_with_points(real_chain, 2, "3.00", water(10))
    refund(sale.id, "r1", (1, Decimal(4)))
    assert points(merged) == 120 + 30
    customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    catch_up()
    assert (points(survivor), points(merged)) == (150, 0)
    refund(sale.id, "r2", (1, Decimal(1)))
    refund(sale.id, "r3")
    assert (points(survivor), points(merged)) == (300, 0)
    everything_proves()


prices = st.integers(1, 999_999).map(lambda cents: Decimal(cents) / 100)
point_values = st.sampled_from(["0.01", "0.001", "0.03", "1", "0.007"]).map(Decimal)


@given(prices, st.integers(0, 1000), st.lists(st.integers(0, 1000), max_size=8), point_values)
def test_what_refunds_give_back_adds_up_and_never_falls_below_nothing(price, part, steps, point_value):
    worth = (price * part / 1000).quantize(Decimal("0.01"))
    sold = rules.Paid(points=ceil(worth / point_value), worth=worth, money=price - worth)
    stays = [(price * step / 1000).quantize(Decimal("0.01")) for step in sorted(steps, reverse=True)]
    left, back = sold.points, []
    for before, after in pairwise([price, *stays, Decimal(0)]):
        paid = rules.paid_back(sold, left, price, before, after, 2)
        assert min(paid) >= 0
        if point_value == Decimal("0.01"):
            assert paid.worth + paid.money == before - after
        assert abs(paid.worth + paid.money - (before - after)) < point_value + Decimal("0.02")
        left -= paid.points
        back.append(paid)
    assert tuple(map(sum, zip(*back, strict=True))) == sold


@given(prices, st.integers(0, 1000), st.lists(st.integers(-1000, 2000), max_size=8))
def test_what_refunds_give_back_adds_up_where_what_was_brought_back_makes_the_rest_more_or_less_than_nothing(
    price, part, steps
):
    worth = (price * part / 1000).quantize(Decimal("0.01"))
    sold = rules.Paid(points=int(worth * 100), worth=worth, money=price - worth)
    left, back = sold.points, []
    stays = [(price * step / 1000).quantize(Decimal("0.01")) for step in steps]
    for before, after in pairwise([price, *stays, Decimal(0)]):
        paid = rules.paid_back(sold, left, price, before, after, 2)
        assert 0 <= paid.points <= left
        assert paid.worth + paid.money == before - after
        left -= paid.points
        back.append(paid)
    assert tuple(map(sum, zip(*back, strict=True))) == sold


discounts = st.integers(0, 3000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(discounts, min_size=1, max_size=5), st.lists(st.integers(1, 999), max_size=6))
def test_what_a_line_takes_back_of_its_offers_is_never_more_than_its_own_discount(given, steps):
    awards = [
        Award(line=1, offer_id=number, offer="", version=1, funder="", discount=money, points=number, uses=1)
        for number, money in enumerate(given)
    ]
    total = sum(given, Decimal(0))
    for step in steps:
        part = Decimal(step) / 1000
        rows = rules.returned(awards, {1: part}, 1 - part, 2)
        assert sum([row.discount for row in rows], Decimal(0)) == -rounded(total * part, 2)
        taken = {row.offer_id: row for row in rows}
        awards = [
            replace(award, discount=award.discount + taken[award.offer_id].discount)
            if award.offer_id in taken
            else award
            for award in awards
        ]
        assert all(award.discount >= 0 for award in awards)
        total = sum([award.discount for award in awards], Decimal(0))
    rest = rules.returned_whole(awards)
    assert sum([row.discount for row in rest], Decimal(0)) == -total
    assert sum(row.uses for row in rest) == -len(awards)
