"""The law of refunds over random rule sets: sold and taken back, whole or in parts, is never having sold."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.kernel import sql
from forecourt.kernel.money import ZERO, rounded_down
from forecourt.loyalty import queries as loyalty
from forecourt.offers import queries as offers
from forecourt.sales import handlers, queries, services
from forecourt.sales.values import NewLine, NewRefund, NewSale, NewTender, Quote, Receipt, RefundLine
from tests.offers.worlds import Dice, rolled
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    WATER,
    Chain,
    a_line,
    a_sale,
    ago,
    flat_books_agree,
    lots,
    points,
    water,
)
from tests.sales.shops import (
    Part,
    give_coupons,
    law,
    open_shop,
    put_in_force,
    refund_lines,
    roll_lines,
    roll_parts,
    roll_rules,
)
from tests.sales.test_refund_laws import money_of


@pytest.fixture
def shop(chain) -> Chain:
    open_shop(chain)
    return chain


def books_of(customer_id: int) -> dict[str, object]:
    """All that is to be as it was: points and lots, visits, what offers gave and who pays, limits, budgets, coupons, sums."""
    books = {
        "sums": "SELECT coalesce(sum(gross), 0), coalesce(sum(net), 0), coalesce(sum(points_spent), 0),"
        " coalesce(sum(points_earned), 0), coalesce(sum(fuel_quantity), 0) FROM sales_sale WHERE customer_id = %(id)s",
        "awards": "SELECT offer, version, funder, sum(discount), sum(quantity), sum(points), sum(uses), sum(gifts)"
        " FROM sales_award WHERE customer_id = %(id)s GROUP BY 1, 2, 3 HAVING sum(discount) <> 0 OR sum(quantity) <> 0"
        " OR sum(points) <> 0 OR sum(uses) <> 0 OR sum(gifts) <> 0 ORDER BY 1, 2, 3",
        "spent": "SELECT origin, sum(points) FROM loyalty_entry WHERE customer_id = %(id)s AND origin LIKE 'sale:%%'"
        " AND kind IN ('spend', 'return') GROUP BY 1 HAVING sum(points) <> 0 ORDER BY 1",
        "coupons": "SELECT code, status, uses_left FROM coupons_coupon"
        " WHERE customer_id = %(id)s AND status <> 'void' ORDER BY code",
        "uses": "SELECT coupon_id FROM coupons_couponuse WHERE customer_id = %(id)s AND restored_at IS NULL ORDER BY 1",
        "standing": "SELECT points, tier, sales FROM loyalty_balance WHERE customer_id = %(id)s",
        "budgets": "SELECT budget, sum(used) FROM offers_slot GROUP BY budget HAVING sum(used) <> 0 ORDER BY 1",
    }
    found: dict[str, object] = {name: sql.rows(statement, {"id": customer_id}) for name, statement in books.items()}
    return found | {"lots": open_lots(customer_id), "limits": limits_of(customer_id), "days": sums_of_days()}


def open_lots(customer_id: int) -> list[tuple[int, date | None]]:
    """What each lot has left, by its last day, and what is owed in all: a debt that was paid and is open again is a new one."""
    held = lots(customer_id)
    owed = sum(points for points, _day in held if points < 0)
    return [lot for lot in held if lot[0] > 0] + ([(owed, None)] if owed else [])


def limits_of(customer_id: int) -> dict[tuple[int, date], tuple]:
    """What offers gave the member, by offer and day, as limits of customers' own count it; without what came to nothing."""
    ids = [live.id for live in offers.offers().lives]
    sums: dict[tuple[int, date], list] = {}
    for (_customer, offer_id), rows in queries.given([customer_id], ids, date(2000, 1, 1)).items():
        for used in rows:
            so_far = sums.setdefault((offer_id, used.day), [ZERO, ZERO, 0, 0])
            for place, amount in enumerate((used.money, used.volume, used.uses, used.points)):
                so_far[place] += amount
    return {key: tuple(amounts) for key, amounts in sums.items() if any(amounts)}


def sums_of_days() -> list[tuple]:
    """What dashboards sum up of each product, over all days."""
    days = sql.rows("SELECT array_agg(DISTINCT station_id), array_agg(DISTINCT business_date) FROM sales_sale")[0]
    if not days[0]:
        return []
    (station_id,) = days[0]
    where = {"station_ids": [station_id] * len(days[1]), "days": days[1], "first": min(days[1]), "last": max(days[1])}
    sql.run(handlers.CLEAR_ROLLUP, {name: where[name] for name in ("station_ids", "days")})
    sql.run(handlers.FILL_ROLLUP, where)
    return sql.rows(
        "SELECT product_id, sum(quantity), sum(amount) FROM sales_rollup GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1"
    )


def sell(shop: Chain, wanted: NewSale, customer_id: int, part: Decimal) -> Receipt:
    """Sell it, a part of its price paid with points, as far as the member has any."""
    programme = loyalty.rulebooks().at(wanted.occurred_at).programme
    for _ in range(4):
        (quote,) = services.quote_sales(HEAD_OFFICE, [wanted])
        assert isinstance(quote, Quote)
        net = quote.totals.net
        if wanted.tenders and sum(tender.amount for tender in wanted.tenders) == net:
            break
        worth = max(ZERO, min(rounded_down(net * part, 2), points(customer_id) * programme.point_value))
        paid = [NewTender(kind="points", amount=worth)] if worth > 0 else []
        wanted = replace(wanted, tenders=(*paid, NewTender(kind="cash", amount=net - worth if paid else net)))
    else:
        wanted = replace(wanted, tenders=())
    (receipt,) = shop.post(wanted)
    assert isinstance(receipt, Receipt)
    assert not receipt.flags
    return receipt


def refund(receipt: Receipt, ref: str, lines: tuple[RefundLine, ...] | None = None) -> Receipt:
    return services.refund_sale(HEAD_OFFICE, receipt.id, NewRefund(source_ref=ref, lines=lines))


def come_before(shop: Chain, number: int, dice: Dice) -> None:
    """Earlier visits: points in lots of several ages, and parts of what offers may give each customer."""
    sales = [
        a_sale(
            f"{number}-{days}",
            number,
            a_line("92", "90", "688.50"),
            *roll_lines(dice),
            occurred_at=ago(days),
            tenders=(),
        )
        for days in dice.some((5, 8, 33, 64), 3)
    ]
    shop.post(*sales)


def in_parts(receipt: Receipt, ref: str, wanted: NewSale, parts: list[Part]) -> tuple[Decimal, int]:
    """Take a sale back in such parts, then the rest; returns the money and the points that were given back."""
    left = {number: line.quantity for number, line in enumerate(wanted.lines, 1)}
    money, back = ZERO, 0
    for step, part in enumerate(parts):
        if lines := refund_lines(part, left):
            taken = refund(receipt, f"{ref}-{step}", lines)
            assert taken.points.spent <= 0
            money, back = money + money_of(taken), back - taken.points.spent
    if any(left.values()):
        taken = refund(receipt, f"{ref}-rest")
        money, back = money + money_of(taken), back - taken.points.spent
    return money, back


@pytest.mark.slow
@law(30)
@given(rolled(lambda dice: dice), st.sampled_from([Decimal(0), Decimal(1), Decimal("0.37")]))
def test_sold_and_taken_back_in_any_parts_is_never_having_sold(shop, dice, paid):
    put_in_force(roll_rules(dice))
    (customer_id,) = shop.enrol()
    number = shop.members
    codes = give_coupons(customer_id)
    come_before(shop, number, dice)
    lines = roll_lines(dice)
    wanted = a_sale(f"{number}-whole", number, *lines, tenders=(), coupons=tuple(codes[: dice.randint(0, 2)]))
    before = books_of(customer_id)

    receipt = sell(shop, wanted, customer_id, paid)
    event(f"{len(receipt.offers)} offers")
    refund(receipt, f"{number}-all")
    assert books_of(customer_id) == before

    receipt = sell(shop, replace(wanted, source_ref=f"{number}-parts"), customer_id, paid)
    money, back = in_parts(receipt, f"{number}-part", wanted, roll_parts(dice, len(lines)))
    assert books_of(customer_id) == before
    assert back == receipt.points.spent
    assert money == receipt.totals.net - Decimal(receipt.points.spent) / 100
    flat_books_agree()


def roll_takers(dice: Dice) -> tuple[NewLine, ...]:
    """Fuel, maybe something from the shop, and brought back with it what takes more points than they earn and costs less."""
    litres, bottles = dice.randint(5, 40), dice.randint(0, 2)
    fuel = a_line("92", str(litres), str(rounded_down(litres * Decimal("7.65"), 2)))
    back = dice.randint(litres // 5 + bottles + 1, litres * 7 // 5 + bottles)
    lines = [fuel, brought_back(back), *([water(bottles)] if bottles else [])]
    return tuple(dice.sample(lines, len(lines)))


@pytest.mark.slow
@law(25)
@given(rolled(lambda dice: dice), st.booleans())
def test_a_sale_that_takes_points_and_is_paid_with_points_comes_back_to_the_very_lots(shop, dice, is_shared):
    """With or without a household, two of whom have points that pay; in parts and whole."""
    shop.publish(replace(PROGRAMME, household_shares=is_shared), valid_from=ago(50))
    who, other = shop.enrol(2)
    first, second = shop.members - 1, shop.members
    customers.make_household(HEAD_OFFICE, "", [who, other])
    for number, days in ((first, 40), (second, 22), (first, 9)):
        shop.post_one(f"{number}-{days}", number, water(dice.randint(1, 15)), occurred_at=ago(days))
    lines = roll_takers(dice)
    held = [lots(one) for one in (who, other)]
    there = points(who) + (points(other) if is_shared else 0)
    for turn, parts in enumerate(([], roll_parts(dice, len(lines)))):
        net = sum(one.amount for one in lines)
        worth = min(Decimal(dice.randint(1, there)) / 100, net)
        tenders = (NewTender(kind="points", amount=worth), NewTender(kind="cash", amount=net - worth))
        wanted = a_sale(f"{first}-{turn}", first, *lines, tenders=tenders, occurred_at=ago(0.1))
        (receipt,) = shop.post(wanted)
        assert receipt.points.earned < 0 < receipt.points.spent
        event(f"owes: {any(points < 0 for points, _day in lots(who))}")
        in_parts(receipt, f"{first}-{turn}", wanted, parts)
        assert [lots(one) for one in (who, other)] == held
    flat_books_agree()


def who_has_lots(shop: Chain) -> int:
    """A member with 100 points in two lots."""
    (customer_id,) = shop.enrol()
    shop.post_one("older", 1, water(8), occurred_at=ago(40))
    shop.post_one("newer", 1, water(12), occurred_at=ago(9))
    return customer_id


def brought_back(count: int) -> NewLine:
    return a_line(WATER, f"-{count}", f"-{count * 5}.00")


def line(number: int, quantity: int) -> tuple[RefundLine, ...]:
    return (RefundLine(line=number, quantity=Decimal(quantity)),)


def test_points_that_what_was_brought_back_took_return_to_their_lots_once_what_the_sale_owed_is_paid(chain):
    who = who_has_lots(chain)
    held = lots(who)
    sold = chain.post_one("sold", 1, water(1), brought_back(41), tenders=())
    assert lots(who) == [(-100, None)]
    assert refund(sold, "r1", line(2, -24)).points.balance == 20
    refund(sold, "r2")
    assert lots(who) == held
    flat_books_agree()


def test_what_refunds_earn_for_things_that_were_brought_back_is_the_first_to_be_taken(chain):
    who = who_has_lots(chain)
    held = lots(who)
    sold = chain.post_one("sold", 1, water(6), brought_back(10), tenders=())
    assert lots(who)[0][0] == held[0][0] - 20
    assert refund(sold, "r1", line(2, -10)).points.earned == 50
    assert refund(sold, "r2").points.earned == -30
    assert lots(who) == held
    flat_books_agree()


def test_what_a_refund_took_of_other_lots_returns_there_before_the_sales_own_is_filled(chain):
    who = who_has_lots(chain)
    held = lots(who)
    sold = chain.post_one("sold", 1, water(10), brought_back(2), tenders=())
    assert refund(sold, "r1", line(1, 10)).points.earned == -50
    assert refund(sold, "r2").points.earned == 10
    assert lots(who) == held
    flat_books_agree()


def test_a_refund_of_goods_that_others_brought_back_paid_for_gives_all_their_money(chain):
    """Ten bottles for 50, eight brought back for 40: points paid 1 of the 10 that were due."""
    who_has_lots(chain)
    tenders = (NewTender(kind="points", amount=Decimal(1)), NewTender(kind="cash", amount=Decimal(9)))
    sold = chain.post_one("sold", 1, water(10), brought_back(8), tenders=tenders)
    first = refund(sold, "r1", line(1, 10))
    assert (first.points.spent, money_of(first)) == (-100, Decimal(49))
    second = refund(sold, "r2")
    assert (second.points.spent, second.totals.net) == (0, Decimal(40))
    flat_books_agree()
