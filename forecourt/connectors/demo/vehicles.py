"""Vehicles seen on Guangdong's roads, with the grade they take and their tanks, and the plates they bear."""

from random import Random
from typing import Final, NamedTuple

from forecourt.connectors.demo import fuel
from forecourt.connectors.demo.names import Numbers
from forecourt.connectors.demo.places import FAR_PLATES, PLATE_LETTERS


class Model(NamedTuple):
    """A make and model. `tank` in litres, or kWh of battery; `energy` is hybrid, electric or empty."""

    name: str
    grade: str
    tank: int
    energy: str
    weight: int


_92, _95, _98, _0 = fuel.PETROL_92, fuel.PETROL_95, fuel.PETROL_98, fuel.DIESEL_0

PRIVATE: Final = (
    Model("日产轩逸", _92, 47, "", 12),
    Model("大众朗逸", _92, 51, "", 10),
    Model("丰田卡罗拉", _92, 50, "", 9),
    Model("本田思域", _92, 47, "", 6),
    Model("吉利帝豪", _92, 50, "", 6),
    Model("哈弗H6", _92, 58, "", 7),
    Model("长安CS75", _92, 55, "", 7),
    Model("五菱宏光", _92, 45, "", 5),
    Model("传祺GS4", _92, 55, "", 6),
    Model("传祺M8", _95, 65, "", 4),
    Model("丰田凯美瑞", _92, 60, "", 7),
    Model("本田雅阁", _92, 56, "", 6),
    Model("本田CR-V", _92, 53, "", 6),
    Model("丰田汉兰达", _95, 65, "", 3),
    Model("奥迪A4L", _95, 54, "", 4),
    Model("奥迪Q5L", _95, 70, "", 3),
    Model("宝马3系", _95, 59, "", 4),
    Model("宝马5系", _95, 65, "", 2),
    Model("奔驰C级", _95, 66, "", 3),
    Model("奔驰E级", _95, 66, "", 2),
    Model("大众途观", _95, 60, "", 4),
    Model("保时捷Macan", _98, 65, "", 1),
    Model("奔驰S级", _98, 76, "", 1),
    Model("比亚迪秦PLUS DM-i", _92, 48, "hybrid", 8),
    Model("比亚迪宋PLUS DM-i", _92, 60, "hybrid", 6),
    Model("理想L7", _95, 65, "hybrid", 3),
    Model("问界M7", _92, 60, "hybrid", 3),
)
ELECTRIC: Final = (
    Model("比亚迪海豚", fuel.CHARGE, 45, "electric", 5),
    Model("比亚迪元PLUS", fuel.CHARGE, 60, "electric", 5),
    Model("特斯拉Model Y", fuel.CHARGE, 62, "electric", 5),
    Model("小鹏P7", fuel.CHARGE, 70, "electric", 3),
    Model("广汽埃安S", fuel.CHARGE, 58, "electric", 4),
)
TAXIS: Final = (
    Model("大众捷达", _92, 55, "", 5),
    Model("丰田卡罗拉双擎", _92, 43, "", 3),
    Model("比亚迪秦PLUS DM-i", _92, 48, "hybrid", 4),
)
OFFICE: Final = (
    Model("别克GL8", _95, 70, "", 4),
    Model("大众帕萨特", _92, 66, "", 4),
    Model("江铃全顺", _0, 80, "", 4),
    Model("五菱之光", _92, 40, "", 4),
    Model("福特途睿欧", _92, 72, "", 2),
)
LORRIES: Final = (
    Model("江淮骏铃 轻卡", _0, 120, "", 5),
    Model("福田欧马可 轻卡", _0, 120, "", 5),
    Model("东风天锦 载货车", _0, 260, "", 4),
    Model("一汽解放J6P 牵引车", _0, 600, "", 3),
    Model("东风天龙 牵引车", _0, 600, "", 2),
    Model("重汽豪沃 自卸车", _0, 400, "", 2),
)


def pick(models: tuple[Model, ...], random: Random) -> Model:
    """A model by how often it is seen."""
    target = random.random() * sum(model.weight for model in models)
    for model in models:
        target -= model.weight
        if target < 0:
            return model
    return models[-1]


def plate(city: str, model: Model, numbers: Numbers, random: Random) -> str:
    """A new plate of the city the customer lives in, seldom of one far away; green for hybrids and electric cars."""
    if random.random() < 0.06:
        return numbers.plate(random.choice(FAR_PLATES), energy=model.energy)
    choices = PLATE_LETTERS[city]
    prefix = random.choices([letter for letter, _ in choices], [weight for _, weight in choices])[0]
    return numbers.plate(prefix, energy=model.energy)
