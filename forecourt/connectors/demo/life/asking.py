"""Which sales a till asks about before it takes the money: those that might cost less than they say."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Final, NamedTuple

from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.goods import BY_CODE
from forecourt.connectors.demo.values import CHINA, Member
from forecourt.offers.rules.conditions import (
    All,
    AnyCondition,
    AtHours,
    AtStation,
    CouponUsed,
    FirstPurchase,
    OnDaysOfMonth,
    OnWeekdays,
    PaidBy,
)
from forecourt.offers.rules.effects import Bundle, FuelForShop, ShopForFuel
from forecourt.offers.rules.facts import Facts, Key, Place
from forecourt.offers.rules.language import Offer
from forecourt.sales.values import NewSale

LIQUID: Final = frozenset(fuel.LIQUID)
_PLAIN: Final = (AtHours, AtStation, OnDaysOfMonth, OnWeekdays)
"""Conditions that a till can tell by its clock and its own number. By who buys it can tell members from strangers."""
_SURE: Final = (CouponUsed, FirstPurchase)
"""What needs no looking at: who shows a coupon, or is here for the first time, is asked about in any case."""
_FAMILY: Final = dict.fromkeys((fuel.PETROL_92, fuel.PETROL_95, fuel.PETROL_98), "petrol") | {
    fuel.DIESEL_0: "diesel",
    fuel.CHARGE: "electric",
}


class Running(NamedTuple):
    """An offer with the days on which it is in force."""

    offer: Offer
    since: datetime
    until: datetime | None


class Asking:
    """What a till knows of the offers: enough to say that a sale costs what it costs, and not to ask.

    From `richer_since` on the tiers named take something off fuel, and off what the shop sells; `tiers` are members'.
    """

    def __init__(
        self,
        running: list[Running],
        tiers: dict[int, str],
        *,
        on_fuel: frozenset[str],
        on_shop: frozenset[str],
        richer_since: datetime,
    ) -> None:
        self._offers = [one for one in running if _takes_money(one.offer)]
        self._tiers, self._on_fuel, self._on_shop, self._since = tiers, on_fuel, on_shop, richer_since
        self._at = lru_cache(maxsize=10_000)(self._in_force)

    def might_cost_less(self, sale: NewSale, member: Member | None) -> bool:
        """Whether offers may take something off this sale, made by somebody known or by a stranger."""
        if sale.coupons:
            return True
        if member is None and sale.customer is not None:
            return False  # spoiled: the till knows nobody by what it sends
        if member is not None and self._has_own(sale, member):
            return True
        keys = set[Key]().union(*(_keys_of(line.product) for line in sale.lines))
        paid = {tender.kind for tender in sale.tenders}
        hour = sale.occurred_at.astimezone(CHINA).replace(minute=0, second=0)
        return any(
            (member is not None or not is_members) and _meets(offer, keys, paid)
            for offer, is_members in self._at(sale.station, hour)
        )

    def _has_own(self, sale: NewSale, member: Member) -> bool:
        """Whether the member's tier takes something off, or nothing is known of it yet: the first purchase has an offer."""
        tier = self._tiers.get(member.id)
        if tier is None:
            return True
        if sale.occurred_at < self._since:
            return False
        return tier in self._on_fuel or (
            tier in self._on_shop and not all(line.product in _FAMILY for line in sale.lines)
        )

    def _in_force(self, station: str, hour: datetime) -> list[tuple[Offer, bool]]:
        """The offers that may hold there in that hour, and whether they are for members alone."""
        facts = Facts((), Place(station, (), None, hour, hour.date()))
        return [
            (one.offer, _is_for_members(one.offer.when))
            for one in self._offers
            if one.since <= hour
            and (one.until is None or hour < one.until)
            and not any(isinstance(part, _PLAIN) and part.test(facts) is not None for part in _parts(one.offer.when))
        ]


def _parts(when: AnyCondition) -> tuple[AnyCondition, ...]:
    return when.of if isinstance(when, All) else (when,)


def _takes_money(offer: Offer) -> bool:
    if any(isinstance(part, _SURE) for part in _parts(offer.when)):
        return False
    return any("money" in effect.gives for effect in offer.then)


def _is_for_members(when: AnyCondition) -> bool:
    """Whether it asks who buys, which nobody can tell of a stranger."""
    return any(part.needs_buyer() or part.keys() == _MEMBERS or part.about == "customer" for part in _parts(when))


_MEMBERS: Final = frozenset({("member", "")})


def _meets(offer: Offer, keys: set[Key], paid: set[str]) -> bool:
    """Whether there is something of all that the offer asks for, and a payment it is for."""
    for part in _parts(offer.when):
        if isinstance(part, PaidBy) and not part.of & paid:
            return False
        wanted = part.keys()
        if wanted is not None and {kind for kind, _ in wanted} <= _OF_PRODUCTS and not wanted & keys:
            return False
    return any(all(way & keys for way in _ways(effect)) for effect in offer.then)


_OF_PRODUCTS: Final = {"product", "category", "brand", "kind", "family"}


def _ways(effect: object) -> list[frozenset[Key]]:
    """Sets of keys, of each of which a sale must have one for the effect to give something."""
    if isinstance(effect, Bundle):
        return [keys for part in effect.parts if (keys := part.of.keys()) is not None]
    if isinstance(effect, FuelForShop):
        return [keys for products in (effect.shop, effect.of) if (keys := products.keys()) is not None]
    if isinstance(effect, ShopForFuel):
        return [keys for products in (effect.fuel, effect.of) if (keys := products.keys()) is not None]
    keys = effect.keys()  # type: ignore[attr-defined]
    return [] if keys is None else [keys]


@cache
def _keys_of(product: str) -> frozenset[Key]:
    """What offers find a product by."""
    keys: set[Key] = {("product", product)}
    if product in _FAMILY:
        keys |= {("kind", "fuel"), ("family", _FAMILY[product])}
    elif product in BY_CODE:
        good = BY_CODE[product]
        keys |= {("kind", good.kind), ("brand", good.brand), ("category", good.path)}
        keys.add(("category", good.path.partition("/")[0]))
    return frozenset(keys)
