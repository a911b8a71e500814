"""The law of order: the same sales, in whichever order and lists they come, end the same.

So it is of all that a sale looks at as of its time: prices, offers, the programme, and the tier of the last review. What looks
at what was posted before does not commute, by design: how often a member came, and who gets the last unit of a budget, or the
last that a customer may have. There the sum is the law: it never exceeds the limit. Coupons here are each presented once.
"""

from collections import Counter

import pytest
from hypothesis import event, given

from forecourt.kernel import sql
from forecourt.sales.values import NewSale, Receipt
from tests.bench.samples import open_sample_station
from tests.offers.worlds import Dice, rolled
from tests.sales.scenes import Chain, a_sale, ago, flat_books_agree
from tests.sales.shops import asks_what_was_before, give_coupons, law, open_shop, put_in_force, roll_lines, roll_rule
from tests.sales.test_budget_laws import NUMBERS, Limits, none_is_overspent, publish_anew


@pytest.fixture
def shop(chain) -> Chain:
    open_shop(chain, automatic=False)
    open_sample_station("S002")
    return chain


@pytest.fixture
def limits() -> Limits:
    return {}


def roll_commuting(dice: Dice) -> list:
    """Offers that do not look at what was posted before, whose budgets do not run out."""
    found = []
    while len(found) < 4:
        rule = roll_rule(dice, f"o{len(found)}", exhaustible=False)
        if not asks_what_was_before(rule):
            found.append(rule)
    return found


def sales_of(dice: Dice, first: int, codes: list[str], *, since: float = 20) -> list[NewSale]:
    """A list of sales of these members and of strangers at two stations, at any time; each coupon in one of them at most."""
    count = dice.randint(3, 8)
    shown = dict(zip(dice.sample(range(count), min(count, len(codes))), codes, strict=False))
    found = []
    for number in range(count):
        who = dice.one([None, *range(NUMBERS)])
        found.append(
            a_sale(
                f"{first}-{number}",
                None if who is None else first + who,
                *roll_lines(dice),
                station=dice.one(["S001", "S002"]),
                tenders=(),
                coupons=(shown[number],) if number in shown and dice.random() < 0.8 else (),
                occurred_at=ago(since * dice.random()),
            )
        )
    return found


def in_lists(dice: Dice, sales: list[NewSale]) -> list[list[NewSale]]:
    """The same in another order, in lists of any length."""
    left, lists = dice.sample(sales, len(sales)), []
    while left:
        size = dice.randint(1, len(left))
        lists.append(left[:size])
        left = left[size:]
    return lists


def enrol(shop: Chain) -> tuple[int, list[int], list[str]]:
    """Members, the number of the first, their ids and their coupons."""
    first = shop.members + 1
    ids = shop.enrol(NUMBERS)
    return first, ids, [code for customer_id in ids for code in give_coupons(customer_id)]


def told(receipt: Receipt) -> tuple:
    """What a receipt says, by whichever codes its coupons came."""
    given = [
        (one.code, one.discount, one.lines, one.points, one.gifts, Counter(one.coupons).total())
        for one in receipt.offers
    ]
    return (receipt.totals, receipt.points.earned, receipt.tier, receipt.flags, sorted(given, key=repr))


def sums(ids: list[int]) -> dict[str, object]:
    """What stands in the ledgers of these members, one after the other, and of all strangers."""
    statements = {
        "points": "SELECT points, sales, tier FROM loyalty_balance WHERE customer_id = %(id)s",
        "lots": "SELECT expires_on, sum(points) FROM loyalty_entry WHERE customer_id = %(id)s GROUP BY 1 ORDER BY 1",
        "awards": "SELECT offer, funder, sum(discount), sum(quantity), sum(points), sum(uses), sum(gifts) FROM sales_award"
        " WHERE customer_id = %(id)s GROUP BY 1, 2 ORDER BY 1, 2",
        "coupons": "SELECT template_id, status, uses_left, count(*) FROM coupons_coupon WHERE customer_id = %(id)s"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    }
    return {name: [sql.rows(statement, {"id": id}) for id in ids] for name, statement in statements.items()}


def used() -> Counter:
    return Counter(dict(sql.rows("SELECT budget, sum(used) FROM offers_slot GROUP BY budget")))


@pytest.mark.slow
@law(15)
@given(rolled(lambda dice: dice.random()))
def test_sales_in_any_order_and_any_lists_end_as_one_by_one_in_their_order(shop, seed):
    put_in_force(roll_commuting(Dice(seed)), since=30)
    before = used()
    first, ids, codes = enrol(shop)
    in_order = sorted(sales_of(Dice(seed), first, codes), key=lambda sale: sale.occurred_at)
    expected = {sale.source_ref.split("-")[1]: told(shop.post(sale)[0]) for sale in in_order}
    between = used()
    event(f"{sum(len(one[-1]) for one in expected.values())} times given")

    other, other_ids, other_codes = enrol(shop)
    again = sales_of(Dice(seed), other, other_codes)
    found = {}
    for some in in_lists(Dice(seed + 1), again):
        for sale, receipt in zip(some, shop.post(*some), strict=True):
            assert isinstance(receipt, Receipt)
            found[sale.source_ref.split("-")[1]] = told(receipt)
    assert found == expected
    assert sums(other_ids) == sums(ids)
    assert used() - between == between - before
    flat_books_agree()


@pytest.mark.slow
@law(15)
@given(rolled(lambda dice: dice))
def test_in_whichever_order_and_lists_no_last_unit_is_given_twice(shop, limits, dice):
    publish_anew(dice, limits)
    first, _ids, codes = enrol(shop)
    for some in in_lists(dice, sales_of(dice, first, codes, since=0)):
        shop.post(*some)
        none_is_overspent(limits)
    flat_books_agree()
