"""The till: members show coupons and pay with points, what is to be paid is asked for first, as connected tills do."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from msgspec.structs import replace

from forecourt.connectors.demo.goods import BY_CODE
from forecourt.connectors.demo.life.asking import LIQUID, Asking, Running
from forecourt.connectors.demo.life.programmes import richer, richer_since
from forecourt.connectors.demo.life.purse import Held
from forecourt.connectors.demo.life.tickets import Tickets
from forecourt.connectors.demo.life.world import World
from forecourt.connectors.demo.programme import PROGRAMME
from forecourt.connectors.demo.receipts import money
from forecourt.connectors.demo.shelves import ShopPrices
from forecourt.connectors.demo.trade import Sold
from forecourt.connectors.demo.values import Member, Site
from forecourt.kernel import clock
from forecourt.kernel.problems import Problem
from forecourt.sales.values import NewLine, NewSale, NewTender, Quote, Receipt

LIST: Final = 1000
"""Sales in one list; larger ones are no faster."""
_SHOWS: Final = 0.6
"""Of the times when a coupon would fit, those on which its holder thinks of it."""
_WASHES: Final = 0.6
"""Of the visits to a station with a bay, those on which somebody with a coupon has time to wash."""
_PAYS_WITH_POINTS: Final = 0.25
_A_FILL, _A_SHOP = 240, 20
"""Yuan from which a sale is one that games care for."""
_POINTS_A_YUAN: Final = 100
_KEEPS: Final = 5
"""Yuan's worth of points that nobody pays away: what was spent elsewhere meanwhile is not known at the till."""
_MOST_YUAN: Final = 20
_BESIDE: Final = 0.53
"""The part of the trade that goes through the lane beside: in this one the next day is made as well."""


class _Basket(NamedTuple):
    """What a sale comes to, by what coupons ask for, in yuan."""

    fuel: Decimal
    shop: Decimal


class Till:
    """Sells lists of sales as of their time. A member's second sale in a list waits for the next one, as where a till was
    offline: what the first one used up or brought must be known before the second is asked about.
    """

    def __init__(self, world: World, tickets: Tickets, prices: ShopPrices, running: list[Running]) -> None:
        self._world, self._tickets, self._prices = world, tickets, prices
        tiers = richer(PROGRAMME).tiers
        self._asking = Asking(
            running,
            world.purse.tiers,
            on_fuel=frozenset(tier.code for tier in tiers if tier.fuel_discount),
            on_shop=frozenset(tier.code for tier in tiers if tier.shop_percent),
            richer_since=richer_since(world),
        )
        self._random = world.dice("till")
        self._later: list[Sold] = []
        self._with_double = {one.double_of for one in world.members if one.double_of is not None}
        self._showed_generic: set[tuple[int, str]] = set()
        self._beside = _stations_beside(world.chain.sites)

    def sell(self, sold: Sequence[Sold], now: datetime, *, all_of_it: bool = False) -> list[tuple[Sold, Receipt]]:
        """Sell these, and what was left of earlier lists; with `all_of_it` leave nothing for later."""
        waiting, self._later = [*self._later, *sold], []
        done = []
        while waiting:
            part, waiting = self._next_list(waiting)
            with clock.as_of(now):
                done += self._sell_list(part)
            if all_of_it and not waiting:
                waiting, self._later = self._later, []
        return done

    def _next_list(self, waiting: list[Sold]) -> tuple[list[Sold], list[Sold]]:
        """So many sales, each person's first only; where one had to wait, those after it wait too."""
        part: list[Sold] = []
        seen = {one.member for one in self._later}
        taken = 0
        for one in waiting:
            if len(part) >= LIST:
                break
            taken += 1
            member = self._who(one)
            if member is not None and member.kind == "person":
                if one.member in seen:
                    self._later.append(one)
                    continue
                seen.add(one.member)
            part.append(one)
        return part, waiting[taken:]

    def _sell_list(self, part: Sequence[Sold]) -> list[tuple[Sold, Receipt]]:
        sales = [self._brought(one) for one in part]
        lanes = [
            self._lane(number, self._who(one), sale) for number, (one, sale) in enumerate(zip(part, sales, strict=True))
        ]
        asked = [
            number for number, sale in enumerate(sales) if self._asking.might_cost_less(sale, self._who(part[number]))
        ]
        questions = [replace(sales[number], pricing="offers") for number in asked]
        answered = self._world.lanes.quote(questions, [lanes[number] for number in asked])
        quotes: dict[int, Quote | Problem] = dict(zip(asked, answered, strict=True))
        sales = [self._paid(sale, quotes.get(number), self._who(part[number])) for number, sale in enumerate(sales)]
        answers = self._world.lanes.post(sales, lanes)
        found = []
        for one, sale, answer in zip(part, sales, answers, strict=True):
            if isinstance(answer, Problem):
                raise answer
            self._keep(sale, answer)
            member = self._who(one)
            if member is not None and member.kind == "person" and member.id == answer.customer_id:
                basket = _basket(sale)
                if basket.fuel >= _A_FILL or basket.shop >= _A_SHOP:
                    self._world.recent.append(member.id)
            found.append((one, answer))
        return found

    def _lane(self, number: int, member: Member | None, sale: NewSale) -> int:
        """So shared out that no lane waits for what the other holds: a business's sales go through one, those of a station too,
        whose budgets of the day they spend, and those with a code that many use.
        """
        if any(code in self._tickets.generic.values() for code in sale.coupons):
            return 0
        if member is not None and (member.kind == "business" or not self._beside):
            return member.index
        return int(sale.station in self._beside) if self._beside else number

    def _who(self, one: Sold) -> Member | None:
        return None if one.member is None else self._world.members[one.member]

    def _brought(self, one: Sold) -> NewSale:
        """The sale with the coupon its customer shows, and what that is for."""
        member, sale = self._who(one), one.sale
        if member is None or member.kind != "person" or member.index in self._with_double or not member.id:
            return sale
        basket = _basket(sale)
        coupon = self._world.purse.fitting(
            member.id, sale.occurred_at.date(), lambda held: self._suits(held, sale, basket)
        )
        if coupon is not None and self._random.random() < _SHOWS:
            return replace(self._with_product(sale, coupon), coupons=(coupon.code,))
        return self._with_generic(member, sale, basket)

    def _with_generic(self, member: Member, sale: NewSale, basket: _Basket) -> NewSale:
        for template, code in self._tickets.generic.items():
            want, key = self._tickets.wants[template], (member.index, code)
            if basket.fuel >= want.fuel and key not in self._showed_generic and self._random.random() < want.rate:
                self._showed_generic.add(key)
                return replace(sale, coupons=(code,))
        return sale

    def _suits(self, held: Held, sale: NewSale, basket: _Basket) -> bool:
        want = self._tickets.wants[held.template]
        if want.fuel:
            return basket.fuel >= want.fuel
        if want.shop:
            return basket.shop >= want.shop
        if want.wash:
            return self._station_washes(sale.station) and (_has(sale, want.wash) or self._random.random() < _WASHES)
        return bool(want.product)

    def _station_washes(self, code: str) -> bool:
        return self._world.chain.sites[int(code[1:]) - 1].washes

    def _with_product(self, sale: NewSale, coupon: Held) -> NewSale:
        """The sale with the wash or the coffee that the coupon is for, where it was not in it."""
        want = self._tickets.wants[coupon.template]
        product = want.wash or want.product
        if not product or _has(sale, product):
            return sale
        offset = (sale.occurred_at.date() - self._world.span.first).days
        price = money(self._prices.on(offset)[product])
        line = NewLine(product=product, quantity=Decimal(1), unit_price=price, amount=price)
        last = sale.tenders[-1]
        tenders = (*sale.tenders[:-1], replace(last, amount=last.amount + price))
        return replace(sale, lines=(*sale.lines, line), tenders=tenders)

    def _paid(self, sale: NewSale, quote: Quote | Problem | None, member: Member | None) -> NewSale:
        """The sale with payments that come to what it costs; some of it in points, where somebody has enough."""
        if isinstance(quote, Problem):
            raise quote
        off = sum((tender.amount for tender in sale.tenders), Decimal(0)) - quote.totals.net if quote else Decimal(0)
        tenders = _reduced(sale.tenders, off) if off > 0 else sale.tenders
        if member is not None and member.kind == "person" and member.index not in self._with_double:
            tenders = self._with_points(member.id, tenders, sale)
        return replace(sale, tenders=tenders, pricing="offers") if off > 0 else replace(sale, tenders=tenders)

    def _with_points(self, customer_id: int, tenders: tuple[NewTender, ...], sale: NewSale) -> tuple[NewTender, ...]:
        """Points pay for what comes from the shop, as far as they are known to be there."""
        known = self._world.purse.points.get(customer_id, 0) // _POINTS_A_YUAN - _KEEPS
        if known < 1:
            return tenders
        due = sum((tender.amount for tender in tenders), Decimal(0))
        yuan = min(known, int(min(due, _basket(sale).shop)), _MOST_YUAN)
        if yuan < 1 or self._random.random() >= _PAYS_WITH_POINTS:
            return tenders
        self._world.done["paid_with_points"] += 1
        return (*_reduced(tenders, Decimal(yuan)), NewTender(kind="points", amount=money(yuan * 100)))

    def _keep(self, sale: NewSale, receipt: Receipt) -> None:
        """What the receipt tells and gives goes into the purse; a coupon that was used leaves it."""
        customer_id = receipt.customer_id
        if customer_id is None:
            return
        if receipt.tier is not None:
            self._world.purse.tiers[customer_id] = receipt.tier
        if receipt.points.balance is not None:
            self._world.purse.points[customer_id] = receipt.points.balance
        if sale.coupons and any(given.code.startswith("use-") for given in receipt.offers):
            self._tickets.take(customer_id, sale.coupons)
            self._world.done["coupons_used"] += 1
        for coupon in receipt.coupons:
            self._world.done["coupons_issued"] += 1
            self._tickets.put(customer_id, Held(coupon.template, coupon.code, coupon.good_from, coupon.good_until))


def _stations_beside(sites: Sequence[Site]) -> frozenset[str]:
    """The stations whose sales go through the lane beside; none where there is but one."""
    here = beside = 0.0
    found = []
    for site in sorted(sites, key=lambda site: -site.weight)[: len(sites) if len(sites) > 1 else 0]:
        if beside * (1 - _BESIDE) <= here * _BESIDE:
            beside += site.weight
            found.append(site.new.code)
        else:
            here += site.weight
    return frozenset(found)


def _basket(sale: NewSale) -> _Basket:
    fuel_amount = shop = Decimal(0)
    for line in sale.lines:
        if line.product in LIQUID:
            fuel_amount += line.amount
        elif line.product in BY_CODE and BY_CODE[line.product].kind == "goods":
            shop += line.amount
    return _Basket(fuel_amount, shop)


def _has(sale: NewSale, product: str) -> bool:
    return any(line.product == product for line in sale.lines)


def _reduced(tenders: Sequence[NewTender], off: Decimal) -> tuple[NewTender, ...]:
    """Payments that come to so much less: the last one first."""
    left = list(tenders)
    while off > 0 and left:
        last = left.pop()
        if last.amount > off:
            left.append(replace(last, amount=last.amount - off))
            break
        off -= last.amount
    return tuple(left)
