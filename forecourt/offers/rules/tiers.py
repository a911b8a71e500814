"""What a tier takes off by itself, as an offer like any other: it combines with others, and receipts explain it."""

from decimal import Decimal

from forecourt.catalogue.values import Kind
from forecourt.offers.rules.effects import AnyEffect, Percent, PerUnit
from forecourt.offers.rules.facts import Products
from forecourt.offers.rules.language import Offer

_SHOP = frozenset({Kind.GOODS, Kind.SERVICE})


def offer_of_tier(code: str, name: str, fuel_discount: Decimal, shop_percent: Decimal) -> Offer | None:
    """The offer that a tier's own discounts are; None for a tier without any."""
    then: list[AnyEffect] = []
    if fuel_discount > 0:
        then.append(PerUnit(off=fuel_discount))
    if shop_percent > 0:
        then.append(Percent(percent=shop_percent, of=Products(kinds=_SHOP)))
    return Offer(code=f"tier.{code}", name=name, then=tuple(then)) if then else None
