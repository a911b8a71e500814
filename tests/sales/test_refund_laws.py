"""The law of refunds: a sale and refunds of all of it leave every book as if it had never been sold, in whatever parts."""

from decimal import Decimal
from itertools import pairwise
from math import ceil
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.money import rounded
from forecourt.loyalty import services as loyalty_services
from forecourt.loyalty.values import NegativeBalance
from forecourt.organisation import queries as organisation
from forecourt.sales import queries, rules, services, wire
from forecourt.sales.values import Award, NewRefund, NewTender, Quote, RefundLine
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
from tests.sales.test_offers import FIVE_OFF, per_litre, publish

GIVES_NEXT = {"give": "coupon", "template": "NEXT"}
THIRDS = [
    {"funder": "brand", "percent": "33.3"},
    {"funder": "dealer", "percent": "33.3"},
    {"funder": "partner", "percent": "33.4"},
]


def open_shop(chain) -> None:
    """Offers of every kind, each with a budget: money, units, uses and points, of everybody and of each customer."""
    publish(
        per_litre(
            off="0.33",
            funding=THIRDS,
            budgets=[
                {"measure": "money", "limit": "90000"},
                {"measure": "volume", "limit": "90000", "per": "station_day"},
                {"measure": "uses", "limit": "1", "per": "customer"},
            ],
        ),
        {
            "code": "bonus",
            "then": [{"give": "points", "points": 17}],
            "funding": THIRDS,
            "budgets": [{"measure": "points", "limit": "9000"}, {"measure": "uses", "limit": "900", "per": "day"}],
        },
        {
            "code": "shop",
            "then": [{"give": "percent", "percent": "7", "of": {"products": [scenes.WATER]}}],
            "funding": THIRDS,
        },
        {"code": "next", "then": [{"give": "coupon", "template": "NEXT"}]},
        FIVE_OFF,
        since=30,
    )
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT"))
    coupons.create_template(HEAD_OFFICE, Template(code="FIVE", name="FIVE"))


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


def sell(chain, number: int, ref: str, lines, paid_part: Decimal, code: str):
    """A sale that uses a coupon and is paid in part with points, whatever it comes to."""
    wanted = a_sale(ref, number, *lines, tenders=(), coupons=(code,))
    (quote,) = services.quote_sales(HEAD_OFFICE, [wanted])
    assert isinstance(quote, Quote)
    net = quote.totals.net
    worth = (net * paid_part).quantize(Decimal("0.01"))
    tenders = [NewTender(kind="points", amount=worth)] if worth else []
    tenders += [NewTender(kind="cash", amount=net - worth)] if net - worth else []
    (receipt,) = chain.post(replace(wanted, tenders=tuple(tenders)))
    assert not receipt.flags
    assert receipt.points.spent == int(worth * 100)
    return receipt


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


def give_lots(chain, number: int) -> None:
    """Points in lots of several ages, earned elsewhere than at this till."""
    for months in (3, 2, 1):
        lines = (a_line("92", "90.000", "688.50"), water(4000))
        chain.post(a_sale(f"{number}-{months}", number, *lines, source="before", occurred_at=ago(32 * months)))


def refund(sale_id, ref: str, *lines: tuple[int, Decimal]):
    wanted = tuple(RefundLine(line=line, quantity=quantity) for line, quantity in lines)
    return services.refund_sale(HEAD_OFFICE, sale_id, NewRefund(source_ref=ref, lines=wanted or None))


quantities = st.integers(1, 60_000).map(lambda thousandths: Decimal(thousandths) / 1000)
shares = st.integers(1, 1000).map(lambda thousandths: Decimal(thousandths) / 1000)
baskets = st.tuples(quantities, st.integers(1, 9), st.integers(1, 99))
splits = st.lists(st.tuples(st.integers(1, 3), shares), max_size=6)
"""Which line is taken back in part, and how much of what is left of it; whatever then is left goes back at last."""
paid_parts = st.sampled_from([Decimal(0), Decimal(1)]) | shares


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try sells to a member of its own: too slow to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(baskets, paid_parts, splits)
def test_refunds_in_any_parts_are_the_whole_refund_and_that_is_never_having_sold(law, basket, paid_part, split):
    chain = law
    litres, bottles, cents = basket
    lines = (
        a_line("92", str(litres), str((litres * Decimal("7.65")).quantize(Decimal("0.01")))),
        water(bottles),
        a_line(scenes.WATER, "3", f"{12 + cents / 100:.2f}", discount=Decimal("1.01")),
    )
    (customer_id,) = chain.enrol()
    number = chain.members
    give_lots(chain, number)
    code = issue_one(customer_id)
    before = books_of(customer_id)

    receipt = sell(chain, number, f"{number}-whole", lines, paid_part, code)
    refund(receipt.id, f"{number}-all")
    assert books_of(customer_id) == before

    receipt = sell(chain, number, f"{number}-parts", lines, paid_part, code)
    remaining = [Decimal(0), litres, Decimal(bottles), Decimal(3)]
    money = spent = Decimal(0)
    for step, (line, share) in enumerate(split):
        quantity = (remaining[line] * share).quantize(Decimal("0.001"))
        if quantity:
            part = refund(receipt.id, f"{number}-part{step}", (line, quantity))
            remaining[line] -= quantity
            assert part.points.spent <= 0
            money, spent = money + money_of(part), spent - part.points.spent
            flat_books_agree()
    if any(remaining):
        part = refund(receipt.id, f"{number}-rest")
        money, spent = money + money_of(part), spent - part.points.spent
    assert books_of(customer_id) == before
    assert spent == receipt.points.spent
    assert money == receipt.totals.net - Decimal(receipt.points.spent) / 100
    flat_books_agree()


def money_of(receipt) -> Decimal:
    """What the till gives back in money: all of it unless the receipt says that points came back."""
    returned = [one for one in wire.decode_reasons(receipt.explanation) if one.code == "points.returned"]
    if not returned:
        return -receipt.totals.net
    money = Decimal(returned[0].values["money"])
    assert money >= 0
    assert money + Decimal(returned[0].values["worth"]) == -receipt.totals.net
    return money


def issue_one(customer_id: int) -> str:
    (coupon,) = coupon_records.issue([NewCoupon(template="FIVE", customer_id=customer_id, occurred_at=ago(2))])
    return coupon.code


@pytest.fixture
def law(chain):
    """A shop in which the law is to hold; members come and go, one for each try."""
    open_shop(chain)
    return chain


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
