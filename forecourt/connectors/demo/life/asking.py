"""Which sales a till asks about before it takes the money: those that might cost less than they say."""

from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from forecourt.connectors.demo import fuel
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
)
from forecourt.offers.rules.effects import FuelForShop, ShopForFuel
from forecourt.offers.rules.facts import Facts, Place
from forecourt.offers.rules.language import Offer
from forecourt.sales.values import NewSale

LIQUID: Final = frozenset(fuel.LIQUID)
_PLAIN: Final = (AtHours, AtStation, OnDaysOfMonth, OnWeekdays)
"""Conditions that a till can tell by its clock and its own number; all others may hold."""
_FAMILY: Final = dict.fromkeys((fuel.PETROL_92, fuel.PETROL_95, fuel.PETROL_98), "petrol") | {fuel.DIESEL_0: "diesel"}


class Running(NamedTuple):
    """An offer with the days on which it is in force."""

    offer: Offer
    since: datetime
    until: datetime | None


class Asking:
    """What a till knows of the offers: enough to say that a fill costs what it costs, and not to ask."""

    def __init__(self, running: list[Running], discounted_tiers: frozenset[str], tiers: dict[int, str]) -> None:
        self._on_fuel = [one for one in running if _is_on_fuel(one.offer)]
        self._discounted, self._tiers = discounted_tiers, tiers
        self._at = lru_cache(maxsize=50_000)(self._might)

    def might_cost_less(self, sale: NewSale, member: Member | None) -> bool:
        """Whether offers may take something off this sale. Of strangers only what they buy beside fuel is asked about."""
        if sale.coupons or not all(line.product in LIQUID for line in sale.lines):
            return member is not None or sale.customer is None
        if member is None:
            return False
        tier = self._tiers.get(member.id)
        if tier is None or tier in self._discounted:
            return True  # the first purchase is one that offers ask for
        hour = sale.occurred_at.astimezone(CHINA).replace(minute=0, second=0)
        return self._at(sale.lines[0].product, sale.station, hour)

    def _might(self, grade: str, station: str, hour: datetime) -> bool:
        facts = Facts((), Place(station, (), None, hour, hour.date()))
        return any(
            one.since <= hour
            and (one.until is None or hour < one.until)
            and _names(one.offer, grade)
            and _holds(one.offer.when, facts)
            for one in self._on_fuel
        )


def _holds(when: AnyCondition, facts: Facts) -> bool:
    parts = when.of if isinstance(when, All) else (when,)
    return not any(isinstance(part, _PLAIN) and part.test(facts) is not None for part in parts)


def _names(offer: Offer, grade: str) -> bool:
    wanted = {("product", grade), ("kind", "fuel"), ("family", _FAMILY.get(grade, "electric"))}
    for effect in offer.then:
        keys = effect.keys()
        if "money" in effect.gives and (keys is None or keys & wanted):
            return True
    return False


def _is_on_fuel(offer: Offer) -> bool:
    """Whether it takes money off fuel that somebody buys alone, without a coupon and not for the first time."""
    parts = offer.when.of if isinstance(offer.when, All) else (offer.when,)
    if any(isinstance(part, CouponUsed | FirstPurchase) for part in parts):
        return False
    beside = any(isinstance(effect, FuelForShop | ShopForFuel) for effect in offer.then)
    return not beside and any(_names(offer, grade) for grade in fuel.LIQUID)
