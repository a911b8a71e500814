"""Random sales, members and offers, for laws that must hold of all of them.

`sales()` gives a `Sale`: lines, place, member, payments, coupons. `offers()` gives offers of every condition and effect:
those that are added to the language must be added here too, which `test_language` holds.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.catalogue.values import Family, Kind, ProductFacts, Unit
from forecourt.customers.values import BuyerFacts, CustomerKind, Usage
from forecourt.kernel.money import ZERO, rounded
from forecourt.offers.rules import conditions as when
from forecourt.offers.rules import effects as then
from forecourt.offers.rules.facts import EVERYTHING, FUEL, SHOP, Facts, Held, Person, Place, Products, items_of
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import EVER, NEVER, Live

CHINA = ZoneInfo("Asia/Shanghai")
STATIONS = ("S001", "S002")
REGIONS = ("North", "South")
PAYEES = ("Brand Co", "Dealer Co")
TIERS = ("basic", "silver", "gold")
TAGS = ("vip", "taxi")
SEGMENTS = ("at_risk", "loyal")
TENDERS = ("cash", "wechat", "card")
TEMPLATES = ("WASH", "FIVE")


def product(
    number: int, code: str, kind: Kind, unit: Unit, family: Family, categories: tuple[str, ...], brand: str
) -> ProductFacts:
    return ProductFacts(
        id=number, code=code, name=code, kind=kind, unit=unit, family=family, categories=categories, brand=brand
    )


PETROL_92 = product(1, "92", Kind.FUEL, Unit.VOLUME, Family.PETROL, ("FUELS/PETROL", "FUELS"), "")
PETROL_95 = product(2, "95", Kind.FUEL, Unit.VOLUME, Family.PETROL, ("FUELS/PETROL", "FUELS"), "V-Power")
DIESEL = product(3, "0", Kind.FUEL, Unit.VOLUME, Family.DIESEL, ("FUELS",), "")
CHARGING = product(4, "EV", Kind.FUEL, Unit.KWH, Family.ELECTRIC, (), "")
WATER = product(5, "WATER", Kind.GOODS, Unit.PIECE, Family.NONE, ("SHOP/DRINKS", "SHOP"), "Nongfu")
COFFEE = product(6, "COFFEE", Kind.GOODS, Unit.PIECE, Family.NONE, ("SHOP/DRINKS", "SHOP"), "")
NUTS = product(7, "NUTS", Kind.GOODS, Unit.KG, Family.NONE, ("SHOP",), "Nongfu")
WASH = product(8, "WASH", Kind.SERVICE, Unit.PIECE, Family.NONE, ("WASH",), "")
PRODUCTS = (PETROL_92, PETROL_95, DIESEL, CHARGING, WATER, COFFEE, NUTS, WASH)
PRICES = {1: "7.65", 2: "8.12", 3: "7.2", 4: "1.3", 5: "2", 6: "12.5", 7: "39.9", 8: "25"}


class Line(NamedTuple):
    product: ProductFacts | None
    quantity: Decimal
    amount: Decimal
    price: Decimal | None = None


class Sale(NamedTuple):
    """A sale as offers see it, before its lines are put together."""

    lines: tuple[Line, ...]
    place: Place
    person: Person | None
    tenders: dict[str, Decimal]
    coupons: dict[str, list[Held]]

    def facts(self) -> Facts:
        return Facts(
            items_of(self.lines),
            self.place,
            self.person,
            tenders=self.tenders,
            coupons=self.coupons,
            points_on=lambda item: item.amount if item.product.kind is Kind.FUEL else ZERO,
        )


def line(sold: ProductFacts, quantity: Decimal, price: Decimal | None = None) -> Line:
    """A line at the product's usual price, or at this one, which it states."""
    unit_price = Decimal(PRICES[sold.id]) if price is None else price
    return Line(sold, quantity, rounded(quantity * unit_price, 2), unit_price)


def sale_of(*lines: Line, person: Person | None = None, at: datetime | None = None, **place: object) -> Sale:
    """A plain sale: 2026-03-04 (a Wednesday), 12:40 in China, station S001, paid in cash."""
    local = (at or datetime(2026, 3, 4, 12, 40)).replace(tzinfo=CHINA)
    where = Place("S001", ("North",), 1, local, local.date(), "Brand Co")._replace(**place)
    total = sum([one.amount for one in lines], ZERO)
    return Sale(lines, where, person, {"cash": total}, {})


def member(**known: object) -> Person:
    """A member: gold, ten sales, the last five days ago; `buyer` fields go to what is known of the buyer."""
    buyer_fields = {name: known.pop(name) for name in list(known) if name in BuyerFacts.__struct_fields__}
    buyer = BuyerFacts(
        **{
            "customer_id": 7,
            "kind": CustomerKind.PERSON,
            "tags": frozenset(),
            "birthday": None,
            "joined_at": datetime(2025, 1, 1, tzinfo=UTC),
            "household_id": None,
            "usages": frozenset(),
            **buyer_fields,
        }
    )
    person = Person(
        7, "gold", 10, datetime(2026, 2, 27, 4, tzinfo=UTC), buyer, reached=frozenset({"basic", "silver", "gold"})
    )
    return person._replace(**known)


class Dice(Random):
    """Draws from one number: quick, where drawing each figure by Hypothesis would take most of a test's time."""

    def one(self, values):
        return self.choice(list(values))

    def some(self, values, most: int = 2) -> frozenset:
        known = list(values)
        return frozenset(self.sample(known, self.randint(1, min(most, len(known)))))

    def any_of(self, values) -> frozenset:
        return frozenset(value for value in values if self.random() < 0.4)

    def maybe(self, value, chance: float = 0.5):
        return value if self.random() < chance else None

    def figure(self, most: int = 20_000) -> Decimal:
        return Decimal(self.randint(1, most)).scaleb(-2)

    def limit(self) -> Decimal | None:
        return self.maybe(self.figure())

    def times(self) -> int | None:
        return self.maybe(self.randint(1, 3))

    def percent(self) -> Decimal:
        return self.one([Decimal(100), Decimal(50), self.figure(10_000)])

    def moment(self) -> datetime:
        """Some minute of 2024 to 2028 in China."""
        return datetime(2024, 1, 1, tzinfo=CHINA) + timedelta(minutes=self.randrange(1826 * 24 * 60))

    def selection(self) -> Products:
        shape = self.randrange(7)
        if shape < 3:
            return [EVERYTHING, FUEL, SHOP][shape]
        if shape < 5:
            return Products(products=self.some([sold.code for sold in PRODUCTS], 3))
        return Products(
            categories=self.any_of(["FUELS", "SHOP", "SHOP/DRINKS"]),
            brands=self.any_of(["V-Power", "Nongfu"]),
            kinds=self.any_of(Kind),
            families=self.any_of(["petrol", "diesel", "electric"]),
            exclude=self.any_of([sold.code for sold in PRODUCTS[:3]]),
        )


def rolled(build):
    """A strategy from a function of dice; it shrinks towards smaller numbers only, lists of it by their items."""
    return st.integers(0, 2**32).map(lambda number: build(Dice(number)))


def roll_line(dice: Dice) -> Line:
    quantity = Decimal(dice.randint(1, 7)) if dice.random() < 0.5 else Decimal(dice.randint(1, 90_000)).scaleb(-3)
    sold = line(dice.one(PRODUCTS), quantity, dice.maybe(dice.figure(5_000)))
    if dice.random() < 0.2:
        sold = sold._replace(price=None)
    return sold if dice.random() < 0.8 else sold._replace(quantity=-sold.quantity, amount=-sold.amount)


def roll_place(dice: Dice) -> Place:
    local = dice.moment()
    return Place(
        dice.one(STATIONS),
        dice.one([(), ("North",), ("North", "South")]),
        dice.one([None, 1, 2]),
        local,
        local.date(),
        dice.one(["", *PAYEES]),
    )


def roll_person(dice: Dice, local: datetime) -> Person | None:
    if dice.random() < 0.2:
        return None
    tier = dice.one(["", *TIERS])
    sold = dice.randint(0, 12)

    def before() -> datetime:
        return (local - timedelta(minutes=dice.randrange(90 * 24 * 60))).astimezone(UTC)

    buyer = BuyerFacts(
        customer_id=7,
        kind=dice.one(CustomerKind),
        tags=dice.any_of(TAGS),
        birthday=dice.one([None, 101, 229, 304, 1231, local.month * 100 + min(local.day + 3, 28)]),
        joined_at=before(),
        household_id=None,
        usages=dice.any_of(Usage),
    )
    return Person(
        7,
        tier,
        sold,
        before() if sold else None,
        dice.maybe(buyer, 0.9),
        dice.one([None, *Usage]),
        dice.any_of(SEGMENTS),
        frozenset(TIERS[: TIERS.index(tier) + 1]) if tier else frozenset(),
        dice.any_of(TEMPLATES),
    )


def roll_circumstances(dice: Dice) -> Sale:
    """A sale without lines: who, where, when, with which coupons."""
    place = roll_place(dice)
    held = {template: [Held(f"1-{template}", template)] for template in dice.any_of(TEMPLATES)}
    kinds = dice.any_of(TENDERS)
    return Sale((), place, roll_person(dice, place.local), dict.fromkeys(kinds, Decimal(dice.randint(0, 90))), held)


baskets = st.lists(rolled(roll_line), min_size=1, max_size=6).map(tuple)


def sales():
    """Any sale: also of returned lines, at any hour, paid in several ways, by anybody, with coupons."""
    return st.builds(lambda sale, lines: sale._replace(lines=lines), rolled(roll_circumstances), baskets)


def _span(kind):
    def build(dice: Dice):
        least = dice.figure()
        return kind(at_least=least, at_most=dice.maybe(least + dice.figure()), of=dice.selection())

    return build


def _hours(dice: Dice) -> when.Span:
    start, end = dice.sample(range(24 * 60), 2)
    return when.Span(
        start=f"{start // 60:02}:{start % 60:02}",
        end="24:00" if dice.random() < 0.1 else f"{end // 60:02}:{end % 60:02}",
    )


def _dates(dice: Dice) -> when.Dates:
    first = dice.moment()
    if dice.random() < 0.5:
        return when.Dates(first=f"{first:%m-%d}", last=dice.one(["", f"{dice.moment():%m-%d}"]))
    return when.Dates(first=f"{first:%Y-%m-%d}", last=f"{first + timedelta(days=dice.randint(0, 300)):%Y-%m-%d}")


def _tier(dice: Dice) -> when.HasTier:
    return when.HasTier(of=dice.some(TIERS)) if dice.random() < 0.5 else when.HasTier(at_least=dice.one(TIERS))


def _birthday(dice: Dice) -> when.HasBirthday:
    if dice.random() < 0.3:
        return when.HasBirthday(month=True)
    return when.HasBirthday(before=dice.randint(0, 20), after=dice.randint(0, 20))


CONDITIONS = {
    when.Bought: lambda dice: when.Bought(
        of=dice.selection(), quantity=dice.one([ZERO, dice.figure(900)]), amount=dice.one([ZERO, dice.figure()])
    ),
    when.Volume: _span(when.Volume),
    when.Pieces: _span(when.Pieces),
    when.Spent: _span(when.Spent),
    when.AtStation: lambda dice: when.AtStation(of=dice.some(STATIONS)),
    when.InRegion: lambda dice: when.InRegion(of=dice.some(REGIONS)),
    when.PaidTo: lambda dice: when.PaidTo(of=dice.some(PAYEES)),
    when.AtPump: lambda dice: when.AtPump(of=dice.some([1, 2, 3])),
    when.AtHours: lambda dice: when.AtHours(of=tuple(_hours(dice) for _ in range(dice.randint(1, 3)))),
    when.OnWeekdays: lambda dice: when.OnWeekdays(of=dice.some(when.Weekday, 5)),
    when.OnDates: lambda dice: when.OnDates(of=tuple(_dates(dice) for _ in range(dice.randint(1, 3)))),
    when.OnDaysOfMonth: lambda dice: when.OnDaysOfMonth(of=dice.some(range(1, 32), 9)),
    when.PaidBy: lambda dice: when.PaidBy(of=dice.some(TENDERS), percent=dice.percent()),
    when.CouponUsed: lambda dice: when.CouponUsed(template=dice.one(TEMPLATES)),
    when.IsMember: lambda dice: when.IsMember(),
    when.IsKind: lambda dice: when.IsKind(of=dice.one(CustomerKind)),
    when.HasTier: _tier,
    when.HasTag: lambda dice: when.HasTag(of=dice.some(TAGS)),
    when.HoldsCoupon: lambda dice: when.HoldsCoupon(template=dice.one(TEMPLATES)),
    when.InSegment: lambda dice: when.InSegment(of=dice.some(SEGMENTS)),
    when.Drives: lambda dice: when.Drives(of=dice.some(Usage)),
    when.FirstPurchase: lambda dice: when.FirstPurchase(),
    when.NthVisit: lambda dice: when.NthVisit(number=dice.randint(1, 6), every=dice.one([True, False])),
    when.HasBirthday: _birthday,
    when.SinceLast: lambda dice: when.SinceLast(at_least=dice.randint(0, 20), at_most=dice.maybe(dice.randint(20, 60))),
    when.Joined: lambda dice: when.Joined(within=dice.randint(0, 60)),
}


def roll_simple_condition(dice: Dice) -> when.AnyCondition:
    return dice.one(CONDITIONS.values())(dice)


def roll_condition(dice: Dice, depth: int = 2) -> when.AnyCondition:
    shape = dice.randrange(8) if depth else 7
    if shape == 0:
        return when.Not(of=roll_condition(dice, depth - 1))
    if shape < 3:
        inner = tuple(roll_condition(dice, depth - 1) for _ in range(dice.randint(1, 3)))
        return when.Any(of=inner) if shape == 1 else when.All(of=inner[: dice.randint(0, 3)])
    return roll_simple_condition(dice)


def _amount(dice: Dice) -> then.Amount:
    every = dice.limit()
    return then.Amount(
        off=dice.figure(), of=dice.selection(), every=every, times=None if every is None else dice.times()
    )


def _steps(dice: Dice) -> then.Steps:
    count = dice.randint(1, 3)
    at = sorted({dice.figure() for _ in range(count)})
    amounts, percents = sorted(dice.figure() for _ in at), sorted(dice.percent() for _ in at)
    by_amount = dice.random() < 0.5
    steps = [
        then.Step(at=least, amount=amount) if by_amount else then.Step(at=least, percent=percent)
        for least, amount, percent in zip(at, amounts, percents, strict=True)
    ]
    return then.Steps(steps=tuple(steps), of=dice.selection(), by=dice.one(then.Counted))


def _buy_get(dice: Dice) -> then.BuyGet:
    return then.BuyGet(
        buy=dice.selection(),
        buy_count=dice.randint(1, 3),
        get=dice.maybe(dice.selection()),
        get_count=dice.randint(1, 3),
        percent=dice.percent(),
        times=dice.times(),
    )


def _bundle(dice: Dice) -> then.Bundle:
    parts = [then.Part(of=dice.selection(), count=dice.randint(1, 3)) for _ in range(dice.randint(1, 3))]
    return then.Bundle(parts=tuple(parts), price=dice.figure(4_000), times=dice.times())


def _fuel_for_shop(dice: Dice) -> then.FuelForShop:
    return then.FuelForShop(
        off=dice.figure(300),
        every=dice.figure(2_000),
        shop=dice.one([SHOP, dice.selection()]),
        of=dice.one([FUEL, dice.selection()]),
        most_off=dice.limit(),
        up_to=dice.limit(),
    )


def _shop_for_fuel(dice: Dice) -> then.ShopForFuel:
    by_amount = dice.random() < 0.5
    return then.ShopForFuel(
        every=dice.figure(3_000),
        amount=dice.figure() if by_amount else None,
        percent=None if by_amount else dice.percent(),
        fuel=dice.one([FUEL, dice.selection()]),
        of=dice.one([SHOP, dice.selection()]),
        times=dice.times(),
    )


def _points(dice: Dice) -> then.Points:
    return then.Points(
        points=dice.randint(1, 500),
        every=dice.limit(),
        by=dice.one(then.Counted),
        of=dice.selection(),
        at_most=dice.maybe(dice.randint(1, 900)),
    )


MONEY_EFFECTS = {
    then.PerUnit: lambda dice: then.PerUnit(off=dice.figure(300), of=dice.selection(), up_to=dice.limit()),
    then.Percent: lambda dice: then.Percent(percent=dice.percent(), of=dice.selection(), up_to=dice.limit()),
    then.Amount: _amount,
    then.Price: lambda dice: then.Price(price=dice.figure(900), of=dice.selection(), up_to=dice.limit()),
    then.Steps: _steps,
    then.BuyGet: _buy_get,
    then.Cheapest: lambda dice: then.Cheapest(
        of=dice.selection(), every=dice.randint(2, 4), percent=dice.percent(), times=dice.times()
    ),
    then.Bundle: _bundle,
    then.FuelForShop: _fuel_for_shop,
    then.ShopForFuel: _shop_for_fuel,
}
OTHER_EFFECTS = {
    then.Points: _points,
    then.TimesPoints: lambda dice: then.TimesPoints(
        times=dice.one([Decimal(2), Decimal("1.5"), Decimal(3)]), of=dice.selection()
    ),
    then.Gift: lambda dice: then.Gift(product=dice.one([sold.code for sold in PRODUCTS]), count=dice.randint(1, 3)),
    then.NextCoupon: lambda dice: then.NextCoupon(template=dice.one(TEMPLATES), count=dice.randint(1, 3)),
}


def roll_effect(dice: Dice) -> then.AnyEffect:
    return dice.one((MONEY_EFFECTS if dice.random() < 0.7 else OTHER_EFFECTS).values())(dice)


simple_conditions = rolled(roll_simple_condition)
any_conditions = rolled(roll_condition)
any_effects = rolled(roll_effect)


def roll_offer(dice: Dice, priorities=(0,), *, asks: bool = True) -> Offer:
    """An offer whose code is "X": `lives` gives each its own. Without `asks` it holds for every sale."""
    return Offer(
        code="X",
        name="An offer",
        when=roll_condition(dice) if asks else when.All(),
        then=tuple(roll_effect(dice) for _ in range(dice.randint(1, 2))),
        group=dice.one(["", "", "", "g", "h"]),
        alone=dice.random() < 0.25,
        priority=dice.one(priorities),
        floor=dice.random() < 0.5,
        worth=dice.one([ZERO, Decimal(5)]),
    )


def offers(priorities=(0,), *, asks: bool = True):
    return rolled(lambda dice: roll_offer(dice, priorities, asks=asks))


def lives(found) -> list[Live]:
    """Offers in force for ever, each with a code of its own: O01, O02..."""
    return [Live(number, 1, _coded(offer, f"O{number:02}"), NEVER, EVER) for number, offer in enumerate(found, start=1)]


def _coded(offer: Offer, code: str) -> Offer:
    return replace(offer, code=code)
