"""The fuels sold at stations in China, under names drivers know: GB 17930 petrol, GB 19147 diesel, gas, charging."""

from typing import Final

from forecourt.catalogue.values import Family, Kind, NewProduct

CATEGORY_NAMES: Final = {
    "FUEL": "油品",
    "FUEL/PETROL": "汽油",
    "FUEL/DIESEL": "柴油",
    "FUEL/GAS": "燃气",
    "FUEL/CHARGING": "充电",
}


def _fuel(code: str, name: str, family: Family, category: str) -> NewProduct:
    return NewProduct(code=code, name=name, kind=Kind.FUEL, family=family, category=category)


STANDARD_FUELS: Final = (
    *(_fuel(grade, f"{grade}# 汽油", Family.PETROL, "FUEL/PETROL") for grade in ("92", "95", "98")),
    *(_fuel(grade, f"{grade}# 柴油", Family.DIESEL, "FUEL/DIESEL") for grade in ("0", "-10", "-20", "-35", "-50")),
    _fuel("LPG", "液化石油气", Family.LPG, "FUEL/GAS"),
    _fuel("CNG", "压缩天然气", Family.CNG, "FUEL/GAS"),
    _fuel("KWH", "充电", Family.ELECTRIC, "FUEL/CHARGING"),
)
