"""Chinese names as they are spread, phone numbers and plates that look valid, and companies that do not exist."""

from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import Final

_SURNAMES: Final = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_TOP_SURNAMES: Final = (
    7.9,
    7.3,
    6.9,
    5.4,
    5.9,
    3.1,
    2.0,
    3.9,
    2.1,
    2.7,
    1.7,
    1.5,
    1.3,
    1.3,
    1.2,
    2.3,
    1.8,
    1.2,
    1.1,
    1.4,
    1.8,
)
"""Percent of people with each of the first surnames, nearer to Guangdong's shares than to all of China's."""
_MALE: Final = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆亮文博志国建龙海林峰子轩泽晨宏家豪嘉俊锋荣耀东成坤振兴永生庆立"
)
_FEMALE: Final = "芳娜敏静丽艳娟霞秀燕玲桂英婷雪梅琳洁颖慧丹萍红玉莉欣怡佳诗涵雨梓萱思琪晓雯倩美云兰春秋月莹璐瑶冰心如"
_MOBILE: Final = (
    "130",
    "131",
    "132",
    "133",
    "134",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "153",
    "155",
    "156",
    "157",
    "158",
    "159",
    "166",
    "173",
    "175",
    "176",
    "177",
    "178",
    "180",
    "181",
    "182",
    "183",
    "184",
    "185",
    "186",
    "187",
    "188",
    "189",
    "191",
    "198",
    "199",
)
_PLATE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"

_FIRM_FIRST: Final = (
    "顺达",
    "鑫运",
    "恒通",
    "联创",
    "万丰",
    "宏泰",
    "众诚",
    "锦程",
    "安捷",
    "德盛",
    "粤港通",
    "汇邦",
    "长风",
    "金穗",
    "瑞祥",
    "远航",
    "大湾",
    "嘉信",
    "华腾",
    "骏驰",
    "信达",
    "天富",
    "合众",
    "力源",
    "永兴",
    "南方",
    "百川",
    "宝华",
    "卓越",
    "东昇",
)
_FIRM_SECOND: Final = (
    "源",
    "和",
    "盈",
    "旺",
    "利",
    "祥",
    "泰",
    "丰",
    "达",
    "捷",
    "安",
    "盛",
    "隆",
    "昌",
    "诚",
    "佳",
    "润",
    "邦",
    "宇",
    "航",
)
FIRMS: Final = {
    "logistics": ("物流有限公司", "货运有限公司", "供应链有限公司", "速运有限公司"),
    "taxi": ("出租汽车有限公司", "汽车租赁有限公司", "网约车服务有限公司"),
    "property": ("物业管理有限公司", "园区服务有限公司", "机电工程有限公司", "保洁服务有限公司", "建筑工程有限公司"),
}


def _cumulative_surnames() -> list[float]:
    rest = len(_SURNAMES) - len(_TOP_SURNAMES)
    tail = [1.05 * 0.985**rank for rank in range(rest)]
    return list(accumulate([*_TOP_SURNAMES, *tail]))


_CUMULATIVE: Final = _cumulative_surnames()


def person(random: Random) -> str:
    """A full name: one of a hundred surnames by frequency, then mostly two characters."""
    surname = _SURNAMES[bisect_left(_CUMULATIVE, random.random() * _CUMULATIVE[-1])]
    given = _MALE if random.random() < 0.62 else _FEMALE
    first = given[int(random.random() * len(given))]
    if random.random() < 0.24:
        return surname + first
    return surname + first + given[int(random.random() * len(given))]


def firm(random: Random, trade: str, city: str) -> str:
    """A company's name, "深圳市顺达源物流有限公司"."""
    return f"{city}{random.choice(_FIRM_FIRST)}{random.choice(_FIRM_SECOND)}{random.choice(FIRMS[trade])}"


class Numbers:
    """Hands out phone numbers, cards, plates and open ids, each one only once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()
        self._cards = random.randint(1000, 9000)

    def phone(self) -> str:
        """A mobile number of mainland China, 11 digits."""
        random = self._random
        return self._fresh(lambda: f"{_MOBILE[int(random.random() * len(_MOBILE))]}{int(random.random() * 10**8):08d}")

    def card(self) -> str:
        """A card of the chain: 86, twelve digits that rise, and the Luhn digit."""
        self._cards += 1 + int(self._random.random() * 7)
        body = f"8607{self._cards:011d}"
        return body + str(_luhn_digit(body))

    def wechat(self) -> str:
        """An open id as WeChat makes them: o and 27 letters and digits."""
        random = self._random
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return self._fresh(lambda: "o" + "".join([alphabet[int(random.random() * 64)] for _ in range(27)]))

    def plate(self, prefix: str, *, energy: str = "") -> str:
        """A plate with that province and letter; "electric" and "hybrid" give the green plate of six characters."""
        random = self._random
        if energy:
            letters = "DAE" if energy == "electric" else "FGH"
            return self._fresh(
                lambda: (
                    prefix
                    + letters[min(2, int(random.random() ** 3 * 3))]
                    + (str(int(random.random() * 10)) if random.random() < 0.7 else _letter(random))
                    + f"{int(random.random() * 10**4):04d}"
                )
            )
        return self._fresh(lambda: prefix + _five(random))

    def _fresh(self, make: Callable[[], str]) -> str:
        value = make()
        while value in self._taken:
            value = make()
        self._taken.add(value)
        return value


def _letter(random: Random) -> str:
    return _PLATE_LETTERS[int(random.random() * len(_PLATE_LETTERS))]


def _five(random: Random) -> str:
    """The five characters of an ordinary plate; most hold one letter or two."""
    shape = random.random()
    if shape < 0.30:
        return f"{int(random.random() * 10**5):05d}"
    if shape < 0.62:
        return _letter(random) + f"{int(random.random() * 10**4):04d}"
    if shape < 0.80:
        return f"{int(random.random() * 10)}{_letter(random)}{int(random.random() * 10**3):03d}"
    if shape < 0.92:
        return _letter(random) + _letter(random) + f"{int(random.random() * 10**3):03d}"
    return f"{int(random.random() * 10**3):03d}{_letter(random)}{_letter(random)}"


def _luhn_digit(body: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10
