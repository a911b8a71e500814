"""Which sales a till asks about before it takes the money: those that might cost less than they say."""

from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from forecourt.catalogue.rules import path_and_above, usual_unit
from forecourt.catalogue.values import Family, Kind, NewProduct, ProductFacts
from forecourt.connectors.demo import fuel, stock
from forecourt.connectors.demo.values import CHINA, Member
from forecourt.offers.rules.conditions import All, AnyCondition, CouponUsed, FirstPurchase
from forecourt.offers.rules.facts import Facts, Place, items_of
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import gain_of
from forecourt.offers.rules.terms import About
from forecourt.sales.values import NewSale

LIQUID: Final = frozenset(fuel.LIQUID)
_PLAIN: Final = frozenset({About.BASKET, About.PLACE, About.TIME, About.PAYMENT})
"""What a till can tell by itself. By who buys it can tell members from strangers."""
_SURE: Final = (CouponUsed, FirstPurchase)
"""What needs no looking at: who shows a coupon, or is here for the first time, is asked about in any case."""
_FAMILY: Final = dict.fromkeys((fuel.PETROL_92, fuel.PETROL_95, fuel.PETROL_98), Family.PETROL) | {
    fuel.DIESEL_0: Family.DIESEL,
    fuel.CHARGE: Family.ELECTRIC,
}


class Running(NamedTuple):
    """An offer with the days on which it is in force."""

    offer: Offer
    since: datetime
    until: datetime | None


class _Known(NamedTuple):
    """An offer as a till tests it, with its conditions that a till can tell."""

    offer: Offer
    plain: tuple[AnyCondition, ...]
    is_members: bool


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
        self._offers = [
            (one, _Known(one.offer, _plain(one.offer), _is_for_members(one.offer.when)))
            for one in running
            if _takes_money(one.offer)
        ]
        self._tiers, self._on_fuel, self._on_shop, self._since = tiers, on_fuel, on_shop, richer_since
        self._hour, self._now = datetime.min.replace(tzinfo=CHINA), list[_Known]()

    def might_cost_less(self, sale: NewSale, member: Member | None) -> bool:
        """Whether offers may take something off this sale, made by somebody known or by a stranger."""
        if sale.coupons:
            return True
        if member is None and sale.customer is not None:
            return False  # spoiled: the till knows nobody by what it sends
        if member is not None and self._has_own(sale, member):
            return True
        facts = _facts(sale)
        return any(
            (member is not None or not known.is_members)
            and all(part.test(facts) is None for part in known.plain)
            and (gain := gain_of(known.offer, facts)) is not None
            and bool(gain.off)
            for known in self._in_force(facts.place.local)
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

    def _in_force(self, moment: datetime) -> list[_Known]:
        """The offers that are in force in that hour; kept, since sales come in the order of time."""
        if not self._hour <= moment < self._hour + timedelta(hours=1):
            hour = self._hour = moment.replace(minute=0, second=0)
            self._now = [
                known for one, known in self._offers if one.since <= hour and (one.until is None or hour < one.until)
            ]
        return self._now


def _facts(sale: NewSale) -> Facts:
    """The sale as offers see it, but for who buys."""
    local = sale.occurred_at.astimezone(CHINA)
    paid = {tender.kind: tender.amount for tender in sale.tenders}
    lines = [(_product(line.product), line.quantity, line.amount, line.unit_price) for line in sale.lines]
    return Facts(items_of(lines), Place(sale.station, (), sale.pump, local, local.date()), tenders=paid)


def _parts(when: AnyCondition) -> tuple[AnyCondition, ...]:
    return when.of if isinstance(when, All) else (when,)


def _plain(offer: Offer) -> tuple[AnyCondition, ...]:
    return tuple(part for part in _parts(offer.when) if part.about in _PLAIN)


def _takes_money(offer: Offer) -> bool:
    if any(isinstance(part, _SURE) for part in _parts(offer.when)):
        return False
    return any("money" in effect.gives for effect in offer.then)


def _is_for_members(when: AnyCondition) -> bool:
    """Whether it asks who buys, which nobody can tell of a stranger."""
    return any(part.needs_buyer() or part.about is About.CUSTOMER for part in _parts(when))


@cache
def _product(code: str) -> ProductFacts | None:
    return _products().get(code)


@cache
def _products() -> dict[str, ProductFacts]:
    """What the chain sells, as offers see it; the numbers are the till's own."""
    fuels = [NewProduct(code=code, name=code, kind=Kind.FUEL, family=family) for code, family in _FAMILY.items()]
    return {
        product.code: ProductFacts(
            id=number,
            code=product.code,
            name=product.name,
            kind=product.kind,
            unit=usual_unit(product.kind, product.family),
            family=product.family,
            categories=path_and_above(product.category),
            brand=product.brand,
        )
        for number, product in enumerate([*fuels, *stock.products()], 1)
    }
