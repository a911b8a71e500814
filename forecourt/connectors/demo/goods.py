"""What the shops and wash bays sell: names in Chinese, invented brands, valid EAN-13 codes of China's range, prices in fen."""

from dataclasses import dataclass
from itertools import accumulate
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

_TABLE: Final = """
WATER|饮用水|岭上泉|饮用天然水 550ml:200:30;饮用天然水 1.5L:400:12;饮用天然水 4L:900:5;饮用天然水整箱 24瓶:3600:6;弱碱性水 500ml:300:8;苏打气泡水 白桃味 480ml:500:7
WATER|饮用水|岭驿优选|纯净水 555ml:150:14;纯净水整箱 24瓶:2800:5;柠檬苏打水 400ml:400:5
DRINK|饮料|青禾|冰红茶 500ml:350:12;无糖乌龙茶 500ml:500:14;茉莉花茶 500ml:450:9;荔枝果汁 450ml:550:5;橙汁 450ml:550:6;酸梅汤 500ml:500:6;凉茶 310ml:450:11;凉茶 500ml:550:8;椰子水 330ml:700:5
DRINK|饮料|醒狮|可乐味汽水 500ml:350:13;可乐味汽水 无糖 500ml:350:9;柠檬味汽水 500ml:350:9;运动电解质水 500ml:550:8
DRINK|饮料|远山牧场|纯牛奶 250ml:450:5;风味酸奶 200g:650:4;早餐豆奶 250ml:400:4
ENERGY|功能饮料|热浪|维生素能量饮料 250ml:600:16;维生素能量饮料 500ml:850:9;强化牛磺酸饮料 250ml:650:7;能量饮料整箱 24罐:13800:1
COFFEE|咖啡|鹿鸣|现磨美式 中杯:1200:10;现磨拿铁 中杯:1600:13;现磨卡布奇诺 中杯:1600:5;冰美式 大杯:1400:9;生椰拿铁 大杯:1900:7;即饮拿铁 268ml:850:7;即饮黑咖啡 268ml:800:4;速溶咖啡 3条:900:2
SNACK|零食|粤小食|原味薯片 70g:750:9;番茄味薯片 70g:750:7;虾条 60g:550:4;夹心饼干 100g:650:5;苏打饼干 150g:800:3;蛋卷 150g:1580:2;鸡仔饼 200g:1680:2;老婆饼 6枚:1880:2
SNACK|零食|山野铺|每日坚果 25g:600:7;碧根果 120g:1980:3;夏威夷果 150g:2280:2;香瓜子 150g:980:5;芒果干 100g:1580:4;话梅 80g:980:4;牛肉干 50g:1680:5;鸭脖 80g:1380:5;泡椒凤爪 100g:1080:6
SNACK|零食|阿婆家|茶叶蛋:250:10;烤肠:500:14;玉米:600:6;关东煮 5串:1200:6;豆浆 热:400:4
CANDY|糖果口香糖|青禾|薄荷口香糖 瓶装:1280:9;薄荷口香糖 条装:350:8;润喉糖 盒装:1150:6;牛奶巧克力 43g:880:4;黑巧克力 52g:1180:2;薄荷糖 23g:650:5
FOOD|鲜食速食|晨味坊|金枪鱼三明治:1090:7;火腿鸡蛋三明治:990:8;鲜肉包:350:9;奶黄包:300:5;糯米鸡:850:6;饭团 照烧鸡:750:6;红烧牛肉面 桶装:550:9;酸菜面 桶装:550:7;海鲜面 桶装:550:4;自热米饭 煲仔饭:2680:3;吐司面包:980:3;蛋黄派 6枚:1280:3;卤蛋 2枚:450:5
DAILY|日用百货|洁云|抽纸 3包:1280:5;抽纸整箱 18包:5980:2;湿巾 40片:980:6;手帕纸 10包:980:4;免洗洗手液 50ml:1580:1;一次性雨衣:990:2;折叠雨伞:3980:1;牙刷旅行装:1290:1;垃圾袋 30只:980:2
DAILY|日用百货|安途|手机充电线:2990:2;车载充电器:4990:1;手机支架:3990:1;移动电源 10000mAh:9900:1;打火机:300:4;5号电池 4粒:1580:1
CARCARE|汽车用品|净路|玻璃水 2L 冬夏通用:1500:9;玻璃水 浓缩 6支:2500:2;洗车液 1L:2980:2;毛巾 3条:2980:2;雨刮精 6支:1980:2;轮胎蜡 500ml:3980:1;柏油清洁剂 450ml:2980:1;车内香氛:3980:3;香薰挂片:1580:3;竹炭包:1980:2
CARCARE|汽车用品|驰润|全合成机油 5W-30 4L:29800:1;全合成机油 0W-20 4L:36800:1;半合成机油 10W-40 4L:16800:1;柴机油 15W-40 18L:45800:1;防冻液 4L:8800:1;燃油宝 60ml:3500:7;燃油宝 6瓶装:16800:2;制动液 1L:5800:1;雨刮片 24寸:4900:2;雨刮片 18寸:3900:2
CARCARE|汽车用品|安途|车用尿素 10kg:4500:6;车用尿素 20kg:8200:3;停车号码牌:1980:1;三角警示牌:2980:1;便携充气泵:19800:1;遮阳挡:4980:2;搭电线:7800:1;反光背心:1280:1
GIFT|礼品特产|岭驿优选|新会陈皮 100g:8800:1;荔枝蜜 500g:6800:1;凤梨酥礼盒:5800:1;腊味礼盒 1kg:12800:1;大红袍茶叶 125g:9800:1;东莞米粉 2kg:2980:2;粮油花生油 5L:12900:3;丝苗米 5kg:4980:3;坚果礼盒:15800:1;牛奶整箱 12盒:5990:2
"""

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
    found: list[Good] = []
    numbers: dict[str, int] = {}
    for line in _TABLE.strip().splitlines():
        category, category_name, brand, items = line.split("|")
        for item in items.split(";"):
            name, price, weight = item.rsplit(":", 2)
            numbers[brand] = numbers.get(brand, 100) + 7
            code = ean13(f"69{_MAKERS[brand]}0{numbers[brand]:05d}")
            found.append(
                Good(code, f"{brand} {name}", brand, category, category_name, Kind.GOODS, int(price), float(weight))
            )
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
