"""The effects that offers know."""

from forecourt.offers.rules.effects.crossing import FuelForShop, ShopForFuel
from forecourt.offers.rules.effects.discounts import Amount, Counted, Percent, PerUnit, Price, Step, Steps
from forecourt.offers.rules.effects.extras import Gift, NextCoupon, Points, TimesPoints
from forecourt.offers.rules.effects.sets import Bundle, BuyGet, Cheapest, Part
from forecourt.offers.rules.terms import Effect

AnyEffect = (
    PerUnit
    | Percent
    | Amount
    | Price
    | Steps
    | BuyGet
    | Cheapest
    | Bundle
    | FuelForShop
    | ShopForFuel
    | Points
    | TimesPoints
    | Gift
    | NextCoupon
)
"""Every effect there is, in the order a builder lists them."""

EFFECTS: dict[str, type[Effect]] = {str(kind.__struct_config__.tag): kind for kind in AnyEffect.__args__}
"""They by their tags."""

__all__ = [
    "EFFECTS",
    "Amount",
    "AnyEffect",
    "Bundle",
    "BuyGet",
    "Cheapest",
    "Counted",
    "FuelForShop",
    "Gift",
    "NextCoupon",
    "Part",
    "PerUnit",
    "Percent",
    "Points",
    "Price",
    "ShopForFuel",
    "Step",
    "Steps",
    "TimesPoints",
]
