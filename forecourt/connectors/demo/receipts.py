"""From a visit to the sale as a till sends it: litres, lines, payments."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from random import Random
from typing import Final, NamedTuple

from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.goods import GOODS, Shelf, ean13
from forecourt.connectors.demo.seasons import Day
from forecourt.connectors.demo.values import Car, Member, Site
from forecourt.customers.values import CustomerClaim
from forecourt.sales.values import NewLine, NewSale, NewTender

FULLEST: Final = 0.95
"""Nobody fills more than this part of the tank: some was still in it."""
_UREA: Final = tuple(good.code for good in GOODS if "车用尿素" in good.name)
_STRANGERS_PAY: Final = ("wechat",) * 11 + ("alipay",) * 6 + ("cash",) * 3 + ("card",) * 2
_STRANGERS_ASK: Final = (0, 0, 0, 5_000, 10_000, 10_000, 15_000, 20_000, 20_000, 20_000, 30_000)
"""Fen that somebody says at the pump; 0 means fill it up."""
_TOPPED_UP: Final = 0.015
"""Chance that somebody pays part in cash and the rest by telephone."""


class Visit(NamedTuple):
    """Somebody at a station. Sorts by time, then by the order in which visits were thought of."""

    second: int
    order: int
    site: Site
    member: Member | None
    car: Car | None
    fills: bool
    lorry: bool
    charge: bool


class Basket(NamedTuple):
    """What a visit bought: the fuel line in millilitres (or Wh) first, then the rest."""

    grade: str
    millis: int
    lines: list[NewLine]
    total: int


@cache
def money(fen: int) -> Decimal:
    """Yuan of so many fen."""
    return Decimal(fen).scaleb(-2)


def fuel_line(grade: str, millis: int, price: int, discount: int = 0) -> tuple[NewLine, int]:
    """The line of a fill, and what it came to in fen, rounded half up. `price` and `discount` in fen a unit."""
    gross = (millis * price + 500) // 1000
    off = (millis * discount + 500) // 1000
    line = NewLine(
        product=grade,
        quantity=Decimal(millis).scaleb(-3),
        unit_price=money(price),
        amount=money(gross - off),
        discount=money(off),
    )
    return line, gross - off


def millis_of(car: Car, price: int, random: Random) -> int:
    """How much goes into a member's tank: the round sum asked for, else most of the tank, never more than it holds."""
    most = int(car.tank * FULLEST * 1000)
    asked = car.owner.round_amount * 100
    if asked and car.usage != "heavy" and car.grade != fuel.CHARGE and random.random() < 0.75:
        millis = round(asked * 1000 / price)
        if millis <= most:
            return millis
    return min(most, int(car.tank * (0.46 + 0.44 * random.random()) * 100) * 10)


def strangers_millis(price: int, random: Random, *, lorry: bool, charge: bool) -> int:
    """How much an unknown vehicle takes, in thousandths of a litre or kWh."""
    if charge:
        return 8_000 + int(random.random() * 3_400) * 10
    if lorry:
        return 60_000 + int(random.random() ** 1.6 * 24_000) * 10
    asked = _STRANGERS_ASK[int(random.random() * len(_STRANGERS_ASK))]
    return round(asked * 1000 / price) if asked else 22_000 + int(random.random() * 2_400) * 10


def shop_lines(tastes: Sequence[str], shelf: Shelf, random: Random) -> tuple[list[NewLine], int]:
    """One to three goods, favourites more often than not where there are some, and what they came to in fen."""
    count = 1 + (random.random() < 0.34) + (random.random() < 0.12)
    wanted: dict[str, int] = {}
    for _ in range(count):
        if tastes and random.random() < 0.68:
            code = tastes[int(random.random() ** 1.5 * len(tastes))]
        else:
            code = shelf.codes[bisect_left(shelf.cumulative, random.random() * shelf.cumulative[-1])]
        wanted[code] = wanted.get(code, 0) + (2 if random.random() < 0.1 else 1)
    lines, total = [], 0
    for code, pieces in wanted.items():
        line, amount = _piece_line(code, pieces, shelf.prices[code])
        lines.append(line)
        total += amount
    return lines, total


def service_line(visit: Visit, day: Day, shelf: Shelf, random: Random) -> tuple[NewLine, int] | None:
    """A wash or some care, for those who are in the habit, on a day fit for it, where the station has a bay."""
    site, member = visit.site, visit.member
    weather = 0.2 if day.rain else 1.8 if day.rained_yesterday else 1.0
    code = ""
    if visit.lorry:
        if "货车冲洗" in site.new.services and random.random() < 0.05 * weather:
            code = "WASH-TRUCK"
        elif random.random() < 0.05:
            code = _UREA[int(random.random() * len(_UREA))]
    elif site.washes and random.random() < (member.wash_share if member else 0.03) * weather:
        draw = random.random()
        code = "WASH-STD" if draw < 0.84 else "WASH-FINE" if draw < 0.96 else "WASH-WAX"
    elif "养护" in site.new.services and random.random() < 0.012:
        code = ("CARE-AC", "CARE-OIL", "CARE-TYRE", "CARE-CHECK")[int(random.random() * 4)]
    return _piece_line(code, 1, shelf.prices[code]) if code else None


def _piece_line(code: str, pieces: int, price: int) -> tuple[NewLine, int]:
    amount = price * pieces
    return NewLine(product=code, quantity=Decimal(pieces), unit_price=money(price), amount=money(amount)), amount


def tenders(member: Member | None, total: int, random: Random) -> tuple[NewTender, ...]:
    """How it was paid, seldom in two parts."""
    ways = member.payments if member else _STRANGERS_PAY
    kind = ways[int(random.random() * len(ways))]
    if kind in {"wechat", "alipay"} and total > 15_000 and random.random() < _TOPPED_UP:
        cash = 1_000 * int(1 + random.random() * 9)
        return NewTender(kind="cash", amount=money(cash)), NewTender(kind=kind, amount=money(total - cash))
    return (NewTender(kind=kind, amount=money(total)),)


def claim_of(visit: Visit, random: Random) -> CustomerClaim | None:
    """By what the till recognises them, if it does: mostly the usual way, now and then another."""
    member = visit.member
    if member is None or visit.car is None or random.random() < member.forgets_share:
        return None
    ways = visit.car.claims
    return ways[0] if random.random() < 0.72 else ways[int(random.random() * len(ways))]


def spoil(sale: NewSale, random: Random) -> NewSale:
    """The sale with one of the faults that tills really send, for the repair queue."""
    draw, line = random.random(), sale.lines[-1]
    if draw < 0.35:
        unknown = ean13(f"697399{int(random.random() * 10**6):06d}")
        price = money(100 * int(3 + random.random() * 25))
        extra = NewLine(product=unknown, quantity=Decimal(1), unit_price=price, amount=price)
        paid = NewTender(kind=sale.tenders[0].kind, amount=sale.tenders[0].amount + price)
        return _with(sale, lines=(*sale.lines, extra), tenders=(paid, *sale.tenders[1:]))
    if draw < 0.6:
        slipped = line.amount + money(100 * int(1 + random.random() * 9))
        wrong = NewLine(product=line.product, quantity=line.quantity, unit_price=line.unit_price, amount=slipped)
        paid = NewTender(kind=sale.tenders[0].kind, amount=sale.tenders[0].amount + slipped - line.amount)
        return _with(sale, lines=(*sale.lines[:-1], wrong), tenders=(paid, *sale.tenders[1:]))
    if draw < 0.75:
        short = NewTender(kind=sale.tenders[0].kind, amount=sale.tenders[0].amount - money(500))
        return _with(sale, tenders=(short, *sale.tenders[1:]))
    return _with(sale, customer=CustomerClaim(card=f"8607999{int(random.random() * 10**9):09d}"))


def _with(sale: NewSale, **changes: object) -> NewSale:
    kept = {name: getattr(sale, name) for name in sale.__struct_fields__}
    return NewSale(**(kept | changes))


def at(midnight: datetime, second: int) -> datetime:
    """The instant so many seconds after midnight."""
    hours, rest = divmod(second, 3600)
    return midnight.replace(hour=hours, minute=rest // 60, second=rest % 60)
