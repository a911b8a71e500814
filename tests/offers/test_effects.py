"""Every effect: what it gives to which baskets, and what it reads like in both languages. No database."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.effects import (
    EFFECTS,
    Amount,
    Bundle,
    BuyGet,
    Cheapest,
    Counted,
    FuelForShop,
    Gift,
    NextCoupon,
    Part,
    Percent,
    PerUnit,
    Points,
    Price,
    ShopForFuel,
    Step,
    Steps,
    TimesPoints,
)
from forecourt.offers.rules.facts import FUEL, SHOP, Products
from tests.offers.test_conditions import Shop
from tests.offers.worlds import (
    COFFEE,
    NUTS,
    PETROL_92,
    PETROL_95,
    PRODUCTS,
    WASH,
    WATER,
    line,
    member,
    sale_of,
)

D = Decimal


def these(*codes: str) -> Products:
    return Products(products=frozenset(codes))


FILL = (line(PETROL_95, D(40), D(8)),)
TWO_FUELS = (line(PETROL_92, D(20), D("7.5")), line(PETROL_95, D(10), D(8)))
WATERS = (line(WATER, D(3)),)
SNACKS = (line(WATER, D(3)), line(COFFEE, D(2)))
EVERYTHING = (*FILL, *SNACKS)
STEPS = (Step(at=D(100), amount=D(5)), Step(at=D(200), amount=D(15)), Step(at=D(300), percent=D(10)))

CASES = [
    (PerUnit(off=D("0.3")), FILL, {"95": "12"}, "40"),
    (PerUnit(off=D("0.3"), up_to=D(30)), FILL, {"95": "9"}, "30"),
    (PerUnit(off=D("0.3"), up_to=D(15)), TWO_FUELS, {"95": "3", "92": "1.5"}, "15"),
    (PerUnit(off=D(9)), FILL, {"95": "320"}, "40"),
    (PerUnit(off=D(1), of=SHOP), FILL, None, None),
    (Percent(percent=D(10)), SNACKS, {"WATER": "0.6", "COFFEE": "2.5"}, "5"),
    (Percent(percent=D(50), up_to=D("3.1")), SNACKS, {"WATER": "0.6", "COFFEE": "2.5"}, "5"),
    (Percent(percent=D(100), of=these("WASH")), (*FILL, line(WASH, D(1))), {"WASH": "25"}, "1"),
    (Percent(percent=D(10)), EVERYTHING, {"95": "32", "WATER": "0.6", "COFFEE": "2.5"}, "40"),
    (Amount(off=D("3.1")), SNACKS, {"WATER": "0.6", "COFFEE": "2.5"}, "5"),
    (Amount(off=D(50)), SNACKS, {"WATER": "6", "COFFEE": "25"}, "5"),
    (Amount(off=D(2), every=D(100), of=FUEL), FILL, {"95": "6"}, "40"),
    (Amount(off=D(2), every=D(100), of=FUEL, times=2), FILL, {"95": "4"}, "40"),
    (Amount(off=D(2), every=D(400), of=FUEL), FILL, None, None),
    (Price(price=D(7), of=these("92", "95")), TWO_FUELS, {"92": "10", "95": "10"}, "30"),
    (Price(price=D("7.6"), of=these("92", "95")), TWO_FUELS, {"95": "4"}, "10"),
    (Price(price=D(7), of=these("92", "95"), up_to=D(12)), TWO_FUELS, {"95": "10", "92": "1"}, "12"),
    (Price(price=D(9), of=FUEL), FILL, None, None),
    (
        Price(price=D(7), of=FUEL),
        (line(PETROL_92, D(10), D("7.65")), line(PETROL_92, D(10), D("6.8"))),
        {"92": "6.5"},
        "10",
    ),
    (Steps(steps=STEPS), SNACKS, None, None),
    (Steps(steps=STEPS), (line(PETROL_95, D(25), D(8)),), {"95": "15"}, "25"),
    (Steps(steps=STEPS), FILL, {"95": "32"}, "40"),
    (Steps(steps=STEPS[:1], by=Counted.QUANTITY), FILL, None, None),
    (BuyGet(buy=these("WATER"), buy_count=2, get_count=1), WATERS, {"WATER": "2"}, "1"),
    (BuyGet(buy=these("WATER"), buy_count=2, get_count=1), (line(WATER, D(8)),), {"WATER": "4"}, "2"),
    (BuyGet(buy=these("WATER"), buy_count=2, get_count=1, times=1), (line(WATER, D(8)),), {"WATER": "2"}, "1"),
    (BuyGet(buy=SHOP, buy_count=1, get_count=1, percent=D(50)), SNACKS, {"COFFEE": "6.25", "WATER": "1"}, "2"),
    (BuyGet(buy=these("WATER"), buy_count=2, get=these("COFFEE"), get_count=1), SNACKS, {"COFFEE": "12.5"}, "1"),
    (BuyGet(buy=these("WATER"), buy_count=1, get=these("COFFEE"), get_count=3), SNACKS, {"COFFEE": "25"}, "2"),
    (BuyGet(buy=these("WATER"), buy_count=4, get=these("COFFEE"), get_count=1), SNACKS, None, None),
    (BuyGet(buy=these("WATER"), buy_count=2, get=SHOP, get_count=1), SNACKS, {"WATER": "2"}, "1"),
    (BuyGet(buy=these("WATER"), buy_count=3, get=SHOP, get_count=1), SNACKS, {"COFFEE": "12.5"}, "1"),
    (Cheapest(of=SHOP, every=3), SNACKS, {"WATER": "2"}, "1"),
    (Cheapest(of=SHOP, every=2), SNACKS, {"COFFEE": "12.5", "WATER": "2"}, "2"),
    (Cheapest(of=SHOP, every=2, times=1, percent=D(50)), SNACKS, {"COFFEE": "6.25"}, "1"),
    (Cheapest(of=SHOP, every=2), (line(NUTS, D("1.7")),), None, None),
    (
        Bundle(parts=(Part(of=these("COFFEE")), Part(of=these("WATER"))), price=D("11.6")),
        SNACKS,
        {"COFFEE": "5", "WATER": "0.8"},
        "4",
    ),
    (
        Bundle(parts=(Part(of=these("COFFEE")), Part(of=these("WATER"))), price=D("11.6"), times=1),
        SNACKS,
        {"COFFEE": "2.5", "WATER": "0.4"},
        "2",
    ),
    (Bundle(parts=(Part(of=these("COFFEE"), count=3),), price=D(1)), SNACKS, None, None),
    (Bundle(parts=(Part(of=these("COFFEE")),), price=D(13)), SNACKS, None, None),
    (
        Bundle(parts=(Part(of=SHOP), Part(of=these("COFFEE"))), price=D(20)),
        (line(WATER, D(1)), line(COFFEE, D(2))),
        {"COFFEE": "5"},
        "2",
    ),
    (FuelForShop(off=D("0.1"), every=D(10)), EVERYTHING, {"95": "12"}, "40"),
    (FuelForShop(off=D("0.1"), every=D(10), most_off=D("0.2"), up_to=D(30)), EVERYTHING, {"95": "6"}, "30"),
    (FuelForShop(off=D("0.1"), every=D(10)), FILL, None, None),
    (ShopForFuel(every=D(10), amount=D(1)), EVERYTHING, {"WATER": "0.774193548", "COFFEE": "3.225806452"}, "5"),
    (ShopForFuel(every=D(10), percent=D(5), times=2), EVERYTHING, {"WATER": "0.6", "COFFEE": "2.5"}, "5"),
    (ShopForFuel(every=D(50), amount=D(1)), EVERYTHING, None, None),
]


@pytest.mark.parametrize(("effect", "bought", "off", "units"), CASES)
def test_it_takes_off(effect, bought, off, units):
    facts = sale_of(*bought).facts()
    gain = effect.gain(facts)
    if off is None:
        assert gain is None
        return
    given = {facts.items[number].product.code: round(money, 9) for number, money in gain.off.items()}
    assert given == {code: D(money) for code, money in off.items()}
    assert gain.units == D(units)


MEMBER = member()
COFFEE_AND_WATERS = BuyGet(buy=these("COFFEE"), buy_count=3, get=these("WATER"), get_count=2)
SNACKS_AND_WATERS = BuyGet(buy=SHOP, buy_count=3, get=these("WATER"), get_count=2)
LUNCH = Bundle(parts=(Part(of=these("COFFEE"), count=2), Part(of=these("WATER"))), price=D(20))
A_COFFEE = (line(COFFEE, D(1)),)
LACKS = [
    (Steps(steps=STEPS, of=SHOP), SNACKS, "amount 69 of 100", (line(COFFEE, D("5.52")),)),
    (Steps(steps=STEPS, by=Counted.QUANTITY), FILL, "quantity 60 of 100 volume", (line(PETROL_95, D(60)),)),
    (Amount(off=D(2), every=D("320.01"), of=FUEL), FILL, "amount 0.01 of 320.01", (line(PETROL_95, D(1), D("0.01")),)),
    (Points(points=5, every=D(50), by=Counted.QUANTITY), FILL, "quantity 10 of 50 volume", (line(PETROL_95, D(10)),)),
    (Points(points=5, every=D(40), of=SHOP), SNACKS, "amount 9 of 40", (line(COFFEE, D("0.72")),)),
    (BuyGet(buy=SHOP, buy_count=1, get_count=1), A_COFFEE, "quantity 1 of 2 piece", (line(WATER, D(1)),)),
    (COFFEE_AND_WATERS, A_COFFEE, "quantity 3 of 4 piece", (line(COFFEE, D(2)), line(WATER, D(1)))),
    (COFFEE_AND_WATERS, SNACKS, "quantity 1 of 4 piece", (line(COFFEE, D(1)),)),
    (SNACKS_AND_WATERS, WATERS, "quantity 1 of 4 piece", (line(COFFEE, D(1)),)),
    (Cheapest(of=SHOP, every=7), SNACKS, "quantity 2 of 7 piece", (line(NUTS, D(2)),)),
    (LUNCH, A_COFFEE, "quantity 2 of 3 piece", (line(COFFEE, D(1)), line(WATER, D(1)))),
    (FuelForShop(off=D("0.1"), every=D(50)), EVERYTHING, "amount 19 of 50", (line(COFFEE, D("1.52")),)),
    (ShopForFuel(every=D(50), amount=D(1)), EVERYTHING, "quantity 10 of 50 volume", (line(PETROL_95, D(10)),)),
]


@pytest.mark.parametrize(("effect", "bought", "wanting", "more"), LACKS)
def test_how_much_more_would_have_it_give_something_is_told_and_is_so(effect, bought, wanting, more):
    facts = sale_of(*bought, person=MEMBER).facts()
    assert effect.gain(facts) is None
    missed = effect.lacks(facts)
    told = [missed.values[key] for key in ("what", "more", "least", "unit") if key in missed.values]
    assert (missed.condition, told) == ("short", wanting.replace("of ", "").split())
    assert effect.gain(sale_of(*bought, *more, person=MEMBER).facts())


@pytest.mark.parametrize(
    ("effect", "bought"),
    [
        (Steps(steps=STEPS, of=SHOP), FILL),
        (Points(points=5, every=D(50), of=SHOP), FILL),
        (FuelForShop(off=D("0.1"), every=D(50)), SNACKS),
        (FuelForShop(off=D("0.1"), every=D(50)), FILL),
        (ShopForFuel(every=D(50), amount=D(1)), FILL),
        (Cheapest(of=SHOP, every=2), FILL),
        (COFFEE_AND_WATERS, FILL),
        (LUNCH, FILL),
        (Bundle(parts=(Part(of=SHOP), Part(of=these("COFFEE"), count=2)), price=D(20)), A_COFFEE),
        (Price(price=D(9), of=FUEL), FILL),
    ],
)
def test_what_there_is_none_of_and_what_more_would_not_help_is_not_told(effect, bought):
    facts = sale_of(*bought, person=MEMBER).facts()
    assert effect.gain(facts) is None
    assert effect.lacks(facts) is None


def test_strangers_are_not_told_how_much_more_would_earn_points():
    assert Points(points=5, every=D(50)).lacks(sale_of(*SNACKS).facts()) is None


def gained(effect, *bought, person=MEMBER):
    return effect.gain(sale_of(*bought, person=person).facts())


def test_a_gift_in_the_basket_is_free_and_the_others_are_handed_over():
    assert gained(Gift(product="MUG"), *FILL).gifts == ("MUG",)
    both = gained(Gift(product="COFFEE", count=3), *SNACKS)
    assert (list(both.off.values()), both.gifts) == ([D(25)], ("COFFEE",))
    dear = gained(Gift(product="COFFEE", count=4), line(COFFEE, D(2), D(9)), line(COFFEE, D(3), D(10)))
    assert (sum(dear.off.values()), dear.gifts) == (D(39), ())
    there = gained(Gift(product="COFFEE"), *SNACKS)
    assert (list(there.off.values()), there.gifts, there.units) == ([D("12.5")], (), D(1))


def test_points_are_given_to_members_only():
    assert gained(Points(points=50), *FILL).points == 50
    assert gained(Points(points=50), *FILL, person=None) is None
    assert gained(Points(points=50, of=SHOP), *FILL) is None
    assert gained(Points(points=10, every=D(1), by=Counted.QUANTITY, of=FUEL), *FILL).points == 400
    assert gained(Points(points=10, every=D(100)), *FILL).points == 30
    assert gained(Points(points=10, every=D(100), at_most=20), *FILL).points == 20
    assert gained(Points(points=10, every=D(1000)), *FILL) is None


def test_points_are_multiplied_on_what_earns_some():
    assert gained(TimesPoints(times=D("1.5")), *EVERYTHING).times == {0: D(50)}
    assert gained(TimesPoints(times=D(2), of=SHOP), *EVERYTHING) is None
    assert gained(TimesPoints(times=D(2)), *EVERYTHING, person=None) is None


def test_coupons_for_next_time():
    effect = NextCoupon(template="WASH", count=2)
    assert gained(effect, *FILL).coupons == ("WASH", "WASH")
    assert gained(effect, *FILL, person=None) is None
    assert effect.issues() == ("WASH",)


WORDS = [
    (PerUnit(off=D("0.3"), up_to=D(60)), "¥0.30 off each L of any fuel, up to 60 L", "油品每L直降¥0.30，最多60L"),
    (PerUnit(off=D("0.3"), of=these("WATER")), "¥0.30 off each piece of WATER", "WATER每件直降¥0.30"),
    (Percent(percent=D(20), of=SHOP), "20% off goods or services", "商品或服务立减20%"),
    (Percent(percent=D(100), of=these("WASH")), "WASH free", "WASH免单"),
    (Percent(percent=D(10), up_to=D(8)), "10% off everything, at most ¥8", "全部商品立减10%，最高减¥8"),
    (
        Amount(off=D(20), every=D(200)),
        "¥20 off for every ¥200 spent on everything",
        "全部商品每满¥200减¥20",
    ),
    (Amount(off=D(20), of=SHOP), "¥20 off goods or services", "商品或服务立减¥20"),
    (Price(price=D("6.99"), of=FUEL), "any fuel at ¥6.99 per L", "油品特价¥6.99/L"),
    (
        Steps(steps=STEPS),
        "on everything ¥5 off from ¥100, ¥15 off from ¥200, 10% off from ¥300",
        "全部商品满¥100减¥5、满¥200减¥15、满¥300减10%",
    ),
    (
        BuyGet(buy=these("WATER"), buy_count=1, get_count=1, percent=D(50)),
        "the second of WATER at half price",
        "WATER第二件半价",
    ),
    (
        BuyGet(buy=these("WATER"), buy_count=2, get_count=1, times=2),
        "3 for the price of 2 of WATER, the cheapest free, at most twice",
        "WATER每3件只付2件，最低价免单，最多2次",
    ),
    (
        BuyGet(buy=these("WATER"), buy_count=2, get=these("COFFEE"), get_count=1),
        "with 2 of WATER 1 of COFFEE free",
        "WATER每买2件，赠COFFEE1件",
    ),
    (Cheapest(of=SHOP, every=3), "of every 3 of goods or services the cheapest free", "商品或服务每3件最低价免单"),
    (
        Bundle(parts=(Part(of=these("COFFEE")), Part(of=these("BUN"), count=2)), price=D("9.9")),
        "1 of COFFEE plus 2 of BUN together for ¥9.90",
        "1件COFFEE加2件BUN组合价¥9.90",
    ),
    (
        FuelForShop(off=D("0.1"), every=D(50), most_off=D("0.5")),
        "¥0.10 off each L of any fuel for every ¥50 spent on goods or services, at most ¥0.50 off each",
        "购买商品或服务每满¥50，油品每L直降¥0.10，单位最多优惠¥0.50",
    ),
    (
        ShopForFuel(every=D(10), amount=D(1), times=5),
        "¥1 off goods or services for every 10 L of any fuel, at most 5 times",
        "每加油品10L，商品或服务立减¥1，最多5次",
    ),
    (
        Points(points=10, every=D(1), by=Counted.QUANTITY, of=FUEL),
        "10 points more for every 1 L of any fuel",
        "油品每1L多送10积分",
    ),
    (Points(points=1000), "1,000 points more", "多送1,000积分"),
    (TimesPoints(times=D(2), of=FUEL), "double points on any fuel", "油品双倍积分"),
    (Gift(product="MUG"), "MUG as a gift", "赠MUG"),
    (NextCoupon(template="WASH"), "a coupon “WASH” for next time", "随单赠优惠券“WASH”"),
]


@pytest.mark.parametrize(("effect", "english", "chinese"), WORDS)
def test_it_reads_well(effect, english, chinese):
    with override("en"):
        assert effect.words(Shop()) == english
    with override("zh-hans"):
        assert effect.words(Shop()) == chinese


def test_every_effect_is_shown():
    assert {type(effect) for effect, *_ in WORDS} == set(EFFECTS.values())


whole_pieces = st.lists(st.builds(line, st.sampled_from(PRODUCTS), st.integers(1, 6).map(Decimal)), max_size=4)


@given(whole_pieces, whole_pieces, st.integers(2, 4))
def test_two_receipts_never_beat_one_for_the_cheapest_free(first, second, every):
    effect = Cheapest(of=Products(), every=every)

    def given_on(bought) -> Decimal:
        gain = effect.gain(sale_of(*bought).facts())
        return sum(gain.off.values(), ZERO) if gain else ZERO

    assert given_on(first) + given_on(second) <= given_on([*first, *second])


def items(*sold):
    return [(item.product.code, item.quantity, item.amount, item.price) for item in sale_of(*sold).facts().items]


def test_a_product_at_two_prices_is_two_items():
    cheap, dear = line(WATER, D(3), D(2)), line(WATER, D(2), D(3))
    assert items(dear, cheap, cheap) == [("WATER", D(6), D(12), D(2)), ("WATER", D(2), D(6), D(3))]
    back = line(WATER, D(-2), D(2))
    assert items(cheap, dear, back) == [("WATER", D(1), D(2), D(2)), ("WATER", D(2), D(6), D(3))]
    assert items(dear, back) == []
    assert items(dear, cheap._replace(price=None)) == [("WATER", D(5), D(12), None)]
    other = line(WATER, D(-1), D(4))
    assert items(cheap, dear, other) == [("WATER", D(4), D(8), None)]
