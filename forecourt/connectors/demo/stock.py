"""The chain's products and all their prices, those past and the one announced, as the catalogue takes them."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from forecourt.catalogue.values import NewCost, NewPrice, NewProduct
from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.fuel import FuelPrices
from forecourt.connectors.demo.goods import BY_CODE, CATEGORY_NAMES, GOODS
from forecourt.connectors.demo.receipts import money
from forecourt.connectors.demo.shelves import ShopPrices
from forecourt.connectors.demo.values import Chain

FLOORS: Final = {
    fuel.PETROL_92: Decimal("0.20"),
    fuel.PETROL_95: Decimal("0.20"),
    fuel.PETROL_98: Decimal("0.30"),
    fuel.DIESEL_0: Decimal("0.12"),
    fuel.CHARGE: Decimal("0.05"),
}
"""What offers must leave on a unit over what it cost, in yuan."""
_FUEL_COST: Final = 0.885
"""Of the price; wholesale follows the national price."""
_GOODS_COST: Final = 0.68
_CHARGE_COST_FEN: Final = 82
EXAMPLE_BARCODE: Final = "6901234567892"
"""The barcode in the examples of README and API; a bottle of water answers to it, so that they can be tried out."""


def products() -> list[NewProduct]:
    """Goods and services; the fuels are the standard ones."""
    return [
        NewProduct(
            code=good.code,
            name=good.name,
            kind=good.kind,
            category=good.path,
            brand=good.brand,
            barcodes=(EXAMPLE_BARCODE,) if good is GOODS[0] else (),
        )
        for good in BY_CODE.values()
    ]


def category_names() -> list[tuple[str, str]]:
    """Each category's path with its name on screens."""
    names = {"SHOP": CATEGORY_NAMES["SHOP"], "SERVICE": CATEGORY_NAMES["SERVICE"]}
    names |= {good.path: good.category_name for good in BY_CODE.values()}
    return list(names.items())


def prices(chain: Chain, fuel_prices: FuelPrices, shop_prices: ShopPrices) -> list[NewPrice]:
    """Every price from its moment on; stations that undercut the chain have their own each time."""
    found: list[NewPrice] = []
    for moment, levels in [*fuel_prices.changes, *([fuel_prices.coming] if fuel_prices.coming else [])]:
        found += _fuel_prices(chain, moment, levels)
    for moment, changed in shop_prices.changes:
        found += [NewPrice(product=code, price=money(fen), effective_from=moment) for code, fen in changed.items()]
    return found


def _fuel_prices(chain: Chain, moment: datetime, levels: dict[str, int]) -> Iterator[NewPrice]:
    for grade, fen in levels.items():
        yield NewPrice(product=grade, price=money(fen), effective_from=moment)
    for site in chain.sites:
        if site.discount:
            for grade in fuel.LIQUID:
                price = money(levels[grade] - site.discount)
                yield NewPrice(product=grade, price=price, effective_from=moment, station=site.new.code)


def costs(fuel_prices: FuelPrices, shop_prices: ShopPrices) -> list[NewCost]:
    """What products cost the chain: fuel anew with each change of price, goods once."""
    moment, standing = shop_prices.changes[0]
    found = [
        NewCost(product=good.code, cost=money(round(standing[good.code] * _GOODS_COST)), effective_from=moment)
        for good in GOODS
    ]
    found.append(NewCost(product=fuel.CHARGE, cost=money(_CHARGE_COST_FEN), effective_from=moment))
    for since, levels in fuel_prices.changes:
        for grade in fuel.LIQUID:
            found.append(NewCost(product=grade, cost=money(round(levels[grade] * _FUEL_COST)), effective_from=since))
    return found
