"""Offers to measure with: twenty as a chain runs them at one time, and any number more as a national network has them.

A sale looks at about ten of the twenty and gets one to three: the one that the load client sends gets one, which is split
between payers and has a budget, and at two stations another. The others are bound
to a station, a product, a coupon, a tier or a tag, as offers of a network are, and nearly all of them are for somebody else.
"""

from decimal import Decimal
from typing import Final

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.conditions.basket import Bought, Spent, Volume
from forecourt.offers.rules.conditions.habits import FirstPurchase, NthVisit, SinceLast
from forecourt.offers.rules.conditions.paying import CouponUsed, PaidBy
from forecourt.offers.rules.conditions.people import HasTag, HasTier
from forecourt.offers.rules.conditions.places import AtStation
from forecourt.offers.rules.conditions.times import AtHours, OnDaysOfMonth, OnWeekdays, Span, Weekday
from forecourt.offers.rules.effects import AnyEffect
from forecourt.offers.rules.effects.crossing import FuelForShop
from forecourt.offers.rules.effects.discounts import Amount, Percent, PerUnit
from forecourt.offers.rules.effects.extras import Points, TimesPoints
from forecourt.offers.rules.effects.sets import BuyGet
from forecourt.offers.rules.facts import FUEL, SHOP, Products
from forecourt.offers.rules.offer import Offer
from forecourt.offers.values import Budget, Measure, Share

WATER: Final = "6901234567892"
TENDERS: Final = ("wechat", "alipay", "card", "cash")
GRADES: Final = ("92", "95", "98", "0")
_DEALER: Final = (Share(funder="brand", percent=Decimal(60)), Share(funder="dealer", percent=Decimal(40)))


def _of(*codes: str) -> Products:
    return Products(products=frozenset(codes))


def _offer(code: str, when: tuple[AnyCondition, ...], *then: AnyEffect, **more: object) -> Offer:
    return Offer(code=code, name=code, when=All(of=when), then=then, **more)  # type: ignore[arg-type]


def twenty() -> list[Offer]:
    """What a chain has in force at one time."""
    petrol, fuel92 = _of("92", "95", "98"), _of("92")
    return [
        _offer("NIGHT", (AtHours(of=(Span(start="22:00", end="06:00"),)),), PerUnit(off=Decimal("0.10"), of=petrol)),
        _offer("TUESDAY", (OnWeekdays(of=frozenset({Weekday.TUE})),), PerUnit(off=Decimal("0.20"), of=petrol)),
        _offer("DAY-8", (OnDaysOfMonth(of=frozenset({8})),), PerUnit(off=Decimal("0.30"), of=petrol), alone=True),
        _offer("GOLD-DOUBLE", (HasTier(of=frozenset({"gold"})),), TimesPoints(times=Decimal(2))),
        _offer("COUPON-20", (CouponUsed(template="FUEL20"), Spent(at_least=Decimal(200))), Amount(off=Decimal(20))),
        _offer(
            "OPENING",
            (AtStation(of=frozenset({"B001", "B002"})),),
            PerUnit(off=Decimal("0.25"), of=fuel92),
            group="litre",
        ),
        _offer(
            "WECHAT",
            (PaidBy(of=frozenset({"wechat"})),),
            Percent(percent=Decimal(1), up_to=Decimal(2)),
            budgets=(Budget(measure=Measure.MONEY, limit=Decimal(50_000_000)),),
            funding=_DEALER,
        ),
        _offer("WATER-3-FOR-2", (), BuyGet(buy=_of(WATER), buy_count=2, get_count=1)),
        _offer("SHOP-30", (Spent(at_least=Decimal(30), of=SHOP),), Amount(off=Decimal(3), of=SHOP)),
        _offer("FILL-30", (Volume(at_least=Decimal(30)),), Amount(off=Decimal(5), of=fuel92), group="litre"),
        _offer("WASH-40", (Volume(at_least=Decimal(40)),), Amount(off=Decimal(15), of=_of("WASH"))),
        _offer("FIRST", (FirstPurchase(),), Points(points=100)),
        _offer("BACK", (SinceLast(at_least=45),), Points(points=50)),
        _offer(
            "TRUCKS",
            (Volume(at_least=Decimal(200), of=_of("0", "-10")),),
            PerUnit(off=Decimal("0.35"), of=_of("0", "-10")),
        ),
        _offer("COFFEE", (Bought(of=_of("BREAD")),), Percent(percent=Decimal(50), of=_of("COFFEE"))),
        _offer("BRAND", (), Percent(percent=Decimal(8), of=Products(brands=frozenset({"山泉"})))),
        _offer("HIGH", (), PerUnit(off=Decimal("0.05"), of=_of("95", "98")), group="litre"),
        _offer("FIFTH", (NthVisit(number=5, every=True),), Points(points=30)),
        _offer("SHOP-FUELS", (), FuelForShop(off=Decimal("0.05"), every=Decimal(10), most_off=Decimal("0.15"))),
        _offer(
            "FUEL-POINTS",
            (Volume(at_least=Decimal(30)),),
            Points(points=1, every=Decimal(10), of=FUEL),
        ),
    ]


def mix(count: int, stations: int = 50) -> list[Offer]:
    """So many offers: the twenty first, then offers of stations, products, coupons, tiers and tags in turn."""
    return [*twenty()[:count], *[_bound(number, stations) for number in range(count - 20)]]


def _bound(number: int, stations: int) -> Offer:
    """An offer that is for somebody: so many in ten of stations, products, coupons, tags."""
    code = f"N{number:05d}"
    off = PerUnit(off=Decimal(5 + number % 20) / 100, of=_of(GRADES[number % 4]))
    match number % 10:
        case 0 | 1 | 2 | 3:
            at = AtStation(of=frozenset({_station(number, stations)}))
            return _offer(code, (at, Bought(of=_of(GRADES[number % 4]))), off, group="litre")
        case 4 | 5 | 6:
            return _offer(code, (), Percent(percent=Decimal(10), of=_of(f"690{number:010d}")))
        case 7 | 8:
            return _offer(code, (CouponUsed(template=f"T{number}"),), Amount(off=Decimal(10)))
    return _offer(code, (HasTag(of=frozenset({f"campaign {number}"})),), off, group="litre")


def rows(count: int, stations: int = 50) -> list[dict[str, str]]:
    """The same offers as rows of a decision table: for each column the test that its value must pass. See `rating.as_input`."""
    return [*_TWENTY[:count], *[_row(number, stations) for number in range(count - 20)]]


_PETROL: Final = 'contains($, "92") or contains($, "95") or contains($, "98")'
_TWENTY: Final[list[dict[str, str]]] = [
    {"code": "NIGHT", "hour": "$ >= 22 or $ < 6", "products": _PETROL},
    {"code": "TUESDAY", "weekday": "== 2", "products": _PETROL},
    {"code": "DAY-8", "day": "== 8", "products": _PETROL},
    {"code": "GOLD-DOUBLE", "tier": '"gold"'},
    {"code": "COUPON-20", "coupons": 'contains($, "FUEL20")', "amount": ">= 200"},
    {"code": "OPENING", "station": '"B001", "B002"', "products": 'contains($, "92")'},
    {"code": "WECHAT", "tender": '"wechat"'},
    {"code": "WATER-3-FOR-2", "waters": ">= 3"},
    {"code": "SHOP-30", "shop": ">= 30"},
    {"code": "FILL-30", "litres": ">= 30", "products": 'contains($, "92")'},
    {"code": "WASH-40", "litres": ">= 40", "products": 'contains($, "WASH")'},
    {"code": "FIRST", "visits": "== 0"},
    {"code": "BACK", "days_since": ">= 45"},
    {"code": "TRUCKS", "diesel": ">= 200"},
    {"code": "COFFEE", "products": 'contains($, "BREAD") and contains($, "COFFEE")'},
    {"code": "BRAND", "brands": 'contains($, "山泉")'},
    {"code": "HIGH", "products": 'contains($, "95") or contains($, "98")'},
    {"code": "FIFTH", "visit_of_five": "== 0"},
    {"code": "SHOP-FUELS", "shop": ">= 10"},
    {"code": "FUEL-POINTS", "litres": ">= 30"},
]


def _station(number: int, stations: int) -> str:
    """A station of the load's for one in ten of the first thousand, else one that no sale is made at."""
    return f"X{number:05d}" if number % 10 or number > 1000 else f"B{number // 10 % stations:03d}"


def _row(number: int, stations: int) -> dict[str, str]:
    code, grade = f"N{number:05d}", f'contains($, "{GRADES[number % 4]}")'
    match number % 10:
        case 0 | 1 | 2 | 3:
            return {"code": code, "station": f'"{_station(number, stations)}"', "products": grade}
        case 4 | 5 | 6:
            return {"code": code, "products": f'contains($, "690{number:010d}")'}
        case 7 | 8:
            return {"code": code, "coupons": f'contains($, "T{number}")'}
    return {"code": code, "tags": f'contains($, "campaign {number}")', "products": grade}
