"""Random sales, members and offers, for laws that must hold of all of them.

`sales()` gives a `Sale`: lines, place, member, payments, coupons. `offers()` gives offers of every condition and effect:
those that are added to the language must be added here too, which `test_language` holds.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
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
    """A line at the product's usual price, or at this one."""
    unit_price = Decimal(PRICES[sold.id]) if price is None else price
    return Line(sold, quantity, rounded(quantity * unit_price, 2))


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


def _some(values, most: int = 2):
    return st.frozensets(st.sampled_from(values), min_size=1, max_size=most)


_quantities = st.one_of(
    st.integers(1, 7).map(Decimal),
    st.integers(1, 90_000).map(lambda number: Decimal(number).scaleb(-3)),
)
_prices = st.one_of(st.none(), st.integers(1, 5_000).map(lambda cents: Decimal(cents).scaleb(-2)))
lines = st.builds(line, st.sampled_from(PRODUCTS), _quantities, _prices)
_returned = lines.map(lambda sold: sold._replace(quantity=-sold.quantity, amount=-sold.amount))
baskets = st.lists(st.one_of(lines, lines, lines, lines, _returned), min_size=1, max_size=6).map(tuple)

_moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda moment: moment.replace(tzinfo=CHINA))


@st.composite
def places(draw) -> Place:
    local = draw(_moments)
    return Place(
        draw(st.sampled_from(STATIONS)),
        draw(st.sampled_from([(), ("North",), ("North", "South")])),
        draw(st.sampled_from([None, 1, 2])),
        local,
        local.date(),
        draw(st.sampled_from(["", *PAYEES])),
    )


@st.composite
def persons(draw, local: datetime) -> Person | None:
    if draw(st.integers(0, 3)) == 0:
        return None
    tier = draw(st.sampled_from(["", *TIERS]))
    sales = draw(st.integers(0, 12))
    ago = st.timedeltas(timedelta(0), timedelta(days=90))
    buyer = BuyerFacts(
        customer_id=7,
        kind=draw(st.sampled_from(CustomerKind)),
        tags=draw(st.frozensets(st.sampled_from(TAGS))),
        birthday=draw(st.sampled_from([None, 101, 229, 304, 1231])),
        joined_at=(local - draw(ago)).astimezone(UTC),
        household_id=None,
        usages=draw(st.frozensets(st.sampled_from(Usage))),
    )
    return Person(
        7,
        tier,
        sales,
        (local - draw(ago)).astimezone(UTC) if sales else None,
        draw(st.sampled_from([buyer, None])),
        draw(st.sampled_from([None, *Usage])),
        draw(st.frozensets(st.sampled_from(SEGMENTS))),
        frozenset(TIERS[: TIERS.index(tier) + 1]) if tier else frozenset(),
    )


@st.composite
def sales(draw) -> Sale:
    """Any sale: also of returned lines, at any hour, paid in several ways, by anybody, with coupons."""
    place = draw(places())
    sold = draw(baskets)
    total = max(sum([one.amount for one in sold], ZERO), ZERO)
    kinds = draw(st.lists(st.sampled_from(TENDERS), max_size=2, unique=True))
    tenders = {kind: total / len(kinds) for kind in kinds}
    held = draw(st.frozensets(st.sampled_from(TEMPLATES)))
    return Sale(
        sold,
        place,
        draw(persons(place.local)),
        tenders,
        {template: [Held(f"1-{template}", template)] for template in held},
    )


figures = st.integers(1, 20_000).map(lambda cents: Decimal(cents).scaleb(-2))
small = st.integers(1, 300).map(lambda cents: Decimal(cents).scaleb(-2))
percents = st.one_of(
    st.sampled_from([Decimal(100), Decimal(50)]), st.integers(1, 10_000).map(lambda n: Decimal(n) / 100)
)
_times = st.one_of(st.none(), st.integers(1, 3))
_limits = st.one_of(st.none(), figures)

selections = st.one_of(
    st.sampled_from([EVERYTHING, FUEL, SHOP]),
    st.builds(Products, products=_some([sold.code for sold in PRODUCTS], 3)),
    st.builds(
        Products,
        categories=st.frozensets(st.sampled_from(["FUELS", "SHOP", "SHOP/DRINKS"])),
        brands=st.frozensets(st.sampled_from(["V-Power", "Nongfu"])),
        kinds=st.frozensets(st.sampled_from(Kind)),
        families=st.frozensets(st.sampled_from(["petrol", "diesel", "electric"])),
        exclude=st.frozensets(st.sampled_from([sold.code for sold in PRODUCTS]), max_size=2),
    ),
)


@st.composite
def _spans(draw, kind):
    least = draw(figures)
    most = draw(st.one_of(st.none(), st.just(least + draw(figures))))
    return kind(at_least=least, at_most=most, of=draw(selections))


_clock = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
_hours = st.builds(when.Span, start=_clock, end=st.one_of(_clock, st.just("24:00"))).filter(
    lambda span: span.start != span.end
)


@st.composite
def _dates(draw) -> when.Dates:
    first = draw(_moments).date()
    if draw(st.booleans()):
        return when.Dates(first=f"{first:%m-%d}", last=draw(st.sampled_from(["", f"{draw(_moments):%m-%d}"])))
    return when.Dates(first=f"{first:%Y-%m-%d}", last=f"{first + timedelta(days=draw(st.integers(0, 300))):%Y-%m-%d}")


simple_conditions = st.one_of(
    st.builds(when.Bought, of=selections, quantity=small | st.just(ZERO), amount=figures | st.just(ZERO)),
    _spans(when.Volume),
    _spans(when.Pieces),
    _spans(when.Spent),
    st.builds(when.AtStation, of=_some(STATIONS)),
    st.builds(when.InRegion, of=_some(REGIONS)),
    st.builds(when.PaidTo, of=_some(PAYEES)),
    st.builds(when.AtPump, of=_some([1, 2, 3])),
    st.builds(when.AtHours, of=st.lists(_hours, min_size=1, max_size=3).map(tuple)),
    st.builds(when.OnWeekdays, of=_some(list(when.Weekday), 5)),
    st.builds(when.OnDates, of=st.lists(_dates(), min_size=1, max_size=3).map(tuple)),
    st.builds(when.OnDaysOfMonth, of=_some(range(1, 32), 9)),
    st.builds(when.PaidBy, of=_some(TENDERS), percent=percents),
    st.builds(when.CouponUsed, template=st.sampled_from(TEMPLATES)),
    st.just(when.IsMember()),
    st.builds(when.IsKind, of=st.sampled_from(CustomerKind)),
    st.builds(when.HasTier, of=_some(TIERS)),
    st.builds(when.HasTier, at_least=st.sampled_from(TIERS)),
    st.builds(when.HasTag, of=_some(TAGS)),
    st.builds(when.InSegment, of=_some(SEGMENTS)),
    st.builds(when.Drives, of=_some(list(Usage))),
    st.just(when.FirstPurchase()),
    st.builds(when.NthVisit, number=st.integers(1, 6), every=st.booleans()),
    st.builds(when.HasBirthday, before=st.integers(0, 20), after=st.integers(0, 20)),
    st.just(when.HasBirthday(month=True)),
    st.builds(when.SinceLast, at_least=st.integers(0, 40)),
    st.builds(when.SinceLast, at_least=st.integers(0, 20), at_most=st.integers(20, 60)),
    st.builds(when.Joined, within=st.integers(0, 60)),
)
any_conditions = st.recursive(
    simple_conditions,
    lambda inner: st.one_of(
        st.builds(when.All, of=st.lists(inner, max_size=3).map(tuple)),
        st.builds(when.Any, of=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(when.Not, of=inner),
    ),
    max_leaves=4,
)


@st.composite
def _steps(draw) -> then.Steps:
    steps, at = [], ZERO
    for _ in range(draw(st.integers(1, 3))):
        at += draw(figures)
        if draw(st.booleans()):
            steps.append(then.Step(at=at, amount=draw(figures)))
        else:
            steps.append(then.Step(at=at, percent=draw(percents)))
    return then.Steps(steps=tuple(steps), of=draw(selections), by=draw(st.sampled_from(then.Counted)))


@st.composite
def _amounts(draw) -> then.Amount:
    every = draw(_limits)
    return then.Amount(
        off=draw(figures), of=draw(selections), every=every, times=draw(_times) if every is not None else None
    )


_counts = st.integers(1, 3)
money_effects = st.one_of(
    st.builds(then.PerUnit, off=small, of=selections, up_to=_limits),
    st.builds(then.Percent, percent=percents, of=selections, up_to=_limits),
    _amounts(),
    st.builds(then.Price, price=small, of=selections, up_to=_limits),
    _steps(),
    st.builds(
        then.BuyGet,
        buy=selections,
        buy_count=_counts,
        get=st.one_of(st.none(), selections),
        get_count=_counts,
        percent=percents,
        times=_times,
    ),
    st.builds(then.Cheapest, of=selections, every=st.integers(2, 4), percent=percents, times=_times),
    st.builds(
        then.Bundle,
        parts=st.lists(st.builds(then.Part, of=selections, count=_counts), min_size=1, max_size=3).map(tuple),
        price=figures,
        times=_times,
    ),
    st.builds(
        then.FuelForShop,
        off=small,
        every=figures,
        shop=st.just(SHOP) | selections,
        of=st.just(FUEL) | selections,
        most_off=_limits,
        up_to=_limits,
    ),
    st.builds(then.ShopForFuel, every=figures, amount=figures, of=st.just(SHOP) | selections, times=_times),
    st.builds(then.ShopForFuel, every=figures, percent=percents, fuel=st.just(FUEL) | selections, times=_times),
)
other_effects = st.one_of(
    st.builds(
        then.Points,
        points=st.integers(1, 500),
        every=_limits,
        by=st.sampled_from(then.Counted),
        of=selections,
        at_most=st.one_of(st.none(), st.integers(1, 900)),
    ),
    st.builds(then.TimesPoints, times=st.sampled_from([Decimal(2), Decimal("1.5"), Decimal(3)]), of=selections),
    st.builds(then.Gift, product=st.sampled_from([sold.code for sold in PRODUCTS]), count=_counts),
    st.builds(then.NextCoupon, template=st.sampled_from(TEMPLATES), count=_counts),
)
any_effects = st.one_of(money_effects, money_effects, other_effects)


@st.composite
def offers(draw, conditions=any_conditions, effects=any_effects, priorities=(0,)) -> Offer:
    """An offer whose code is "X": `book_of` gives each its own."""
    return Offer(
        code="X",
        name="An offer",
        when=draw(conditions),
        then=tuple(draw(st.lists(effects, min_size=1, max_size=2))),
        group=draw(st.sampled_from(["", "", "", "g", "h"])),
        alone=draw(st.sampled_from([False, False, False, True])),
        priority=draw(st.sampled_from(priorities)),
        floor=draw(st.booleans()),
        worth=draw(st.sampled_from([ZERO, Decimal(5)])),
    )


def lives(found) -> list[Live]:
    """Offers in force for ever, each with a code of its own: O01, O02..."""
    return [Live(number, 1, _coded(offer, f"O{number:02}"), NEVER, EVER) for number, offer in enumerate(found, start=1)]


def _coded(offer: Offer, code: str) -> Offer:
    return replace(offer, code=code)
