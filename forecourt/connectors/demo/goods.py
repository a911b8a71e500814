"""What shops and wash bays sell: invented brands, valid EAN-13 codes of China's range, prices in fen."""

import json
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from forecourt.catalogue.values import Kind

_MAKERS: Final = {
    "岭上泉": "0731",
    "青禾": "0842",
    "醒狮": "0917",
    "鹿鸣": "1026",
    "晨味坊": "1148",
    "粤小食": "1253",
    "山野铺": "1369",
    "阿婆家": "1475",
    "驰润": "1582",
    "净路": "1694",
    "安途": "1708",
    "岭驿优选": "1816",
    "洁云": "1923",
    "远山牧场": "2037",
    "热浪": "2144",
}
"""Invented brands with the maker's part of their codes."""

_SERVICES: Final = """
WASH-STD|标准洗车|WASH|2500
WASH-FINE|精洗|WASH|6800
WASH-WAX|打蜡养护|WASH|16800
WASH-TRUCK|货车冲洗|WASH|8000
CARE-AC|空调清洗|CARE|12800
CARE-OIL|更换机油工时|CARE|6000
CARE-TYRE|轮胎修补|CARE|5000
CARE-CHECK|全车安全检测|CARE|9900
"""

SEASONAL: Final = {"WATER": 1.9, "DRINK": 1.4, "ENERGY": 0.6, "COFFEE": 0.15, "SNACK": 0.0, "FOOD": -0.25, "GIFT": -0.3}
"""By category: how much more of it sells on the hottest day than on the coolest, against 1 on the coolest."""
ELASTICITY: Final = {
    "WATER": -1.6,
    "DRINK": -1.9,
    "ENERGY": -1.2,
    "COFFEE": -2.1,
    "SNACK": -1.7,
    "CANDY": -1.1,
    "CARCARE": -0.7,
}
"""By category: percent of sales lost for each percent of price; -1 where nothing is said."""
CATEGORY_NAMES: Final = {
    "SHOP": "便利店",
    "SERVICE": "服务",
    "WASH": "洗车",
    "CARE": "养护",
}


@dataclass(frozen=True, slots=True)
class Good:
    """Something sold in the shop or at the bay. `price` in fen, `weight` how often it is bought among all goods."""

    code: str
    name: str
    brand: str
    category: str
    category_name: str
    kind: Kind
    price: int
    weight: float

    @property
    def path(self) -> str:
        """Where it stands in the tree of categories."""
        return f"{'SHOP' if self.kind is Kind.GOODS else 'SERVICE'}/{self.category}"


def ean13(body: str) -> str:
    """Twelve digits with the check digit of EAN-13 behind them."""
    total = sum(int(digit) * (3 if position % 2 else 1) for position, digit in enumerate(body))
    return body + str(-total % 10)


def _goods() -> tuple[Good, ...]:
    """The assortment in `goods.json`: brand by brand, each item with its name, price in fen and weight."""
    found: list[Good] = []
    numbers: dict[str, int] = {}
    for shelf in json.loads((Path(__file__).parent / "goods.json").read_text(encoding="utf-8")):
        category, brand = shelf["category"], shelf["brand"]
        for name, price, weight in shelf["items"]:
            numbers[brand] = numbers.get(brand, 100) + 7
            code = ean13(f"69{_MAKERS[brand]}0{numbers[brand]:05d}")
            full_name = f"{brand} {name}"
            found.append(Good(code, full_name, brand, category, shelf["category_name"], Kind.GOODS, price, weight))
    return tuple(found)


def _services() -> tuple[Good, ...]:
    rows = [line.split("|") for line in _SERVICES.strip().splitlines()]
    return tuple(
        Good(code, name, "", category, CATEGORY_NAMES[category], Kind.SERVICE, int(price), 1.0)
        for code, name, category, price in rows
    )


GOODS: Final = _goods()
SERVICES: Final = _services()
BY_CODE: Final = {good.code: good for good in (*GOODS, *SERVICES)}
CODES_BY_CATEGORY: Final = {
    category: tuple(good.code for good in GOODS if good.category == category)
    for category in dict.fromkeys(good.category for good in GOODS)
}


class Shelf:
    """What somebody with no taste of their own takes from the shelf on a day: codes with cumulative weights."""

    __slots__ = ("codes", "cumulative", "prices")

    def __init__(self, prices: dict[str, int], heat: float) -> None:
        weights = [
            good.weight
            * max(0.2, 1 + SEASONAL.get(good.category, 0.0) * heat)
            * (prices[good.code] / good.price) ** ELASTICITY.get(good.category, -1.0)
            / (1 + good.price / 20_000)
            for good in GOODS
        ]
        self.codes = [good.code for good in GOODS]
        self.cumulative = list(accumulate(weights))
        self.prices = prices
