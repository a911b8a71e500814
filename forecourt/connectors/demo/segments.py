"""The kinds of customers a chain has: when each comes, how much it burns, what it buys and how it pays."""

from typing import Final, NamedTuple

from forecourt.connectors.demo import vehicles
from forecourt.connectors.demo.vehicles import Model


class Segment(NamedTuple):
    """A kind of customer. `litres` is the median a day and vehicle bought here; shares are chances a visit, 0 to 1.

    `fleet` is the least and most vehicles; `lorry` prefers lorry stations; each of `payments` is a habit.
    """

    code: str
    weight: float
    clock: str
    weekdays: str
    litres: float
    fleet: tuple[int, int]
    usage: str
    models: tuple[Model, ...]
    shop: float
    wash: float
    payments: tuple[tuple[str, ...], ...]
    lorry: bool = False


_MOBILE: Final = (("wechat", "wechat", "alipay"), ("wechat",), ("alipay", "wechat"), ("wechat", "card"))

PERSONS: Final = (
    Segment("commuter", 37, "commuter", "commuter", 1.75, (1, 1), "private", vehicles.PRIVATE, 0.20, 0.10, _MOBILE),
    Segment("family", 22, "family", "weekend", 1.35, (1, 2), "private", vehicles.PRIVATE, 0.28, 0.16, _MOBILE),
    Segment("evening", 13, "evening", "even", 1.45, (1, 1), "private", vehicles.PRIVATE, 0.24, 0.07, _MOBILE),
    Segment(
        "retired",
        9,
        "morning",
        "office",
        0.9,
        (1, 1),
        "private",
        vehicles.PRIVATE,
        0.12,
        0.06,
        (("cash", "wechat"), ("wechat", "cash"), ("card", "cash")),
    ),
    Segment("traveller", 6, "midday", "commuter", 2.9, (1, 1), "business", vehicles.PRIVATE, 0.30, 0.12, _MOBILE),
    Segment("ride_hailing", 5, "shift", "even", 5.2, (1, 1), "business", vehicles.TAXIS, 0.34, 0.14, _MOBILE),
    Segment("own_lorry", 5, "lorry", "lorry", 9.0, (1, 1), "heavy", vehicles.LORRIES, 0.30, 0.03, _MOBILE, lorry=True),
    Segment("electric", 3, "family", "even", 3.0, (1, 1), "private", vehicles.ELECTRIC, 0.42, 0.08, _MOBILE),
)
BUSINESSES: Final = (
    Segment(
        "logistics",
        40,
        "lorry",
        "lorry",
        11.0,
        (3, 8),
        "heavy",
        vehicles.LORRIES,
        0.16,
        0.02,
        (("fleet",), ("fleet", "fleet", "wechat")),
        lorry=True,
    ),
    Segment(
        "taxi",
        15,
        "shift",
        "even",
        5.5,
        (4, 10),
        "business",
        vehicles.TAXIS,
        0.12,
        0.10,
        (("fleet",), ("fleet", "wechat")),
    ),
    Segment(
        "property",
        45,
        "midday",
        "office",
        2.2,
        (2, 4),
        "business",
        vehicles.OFFICE,
        0.08,
        0.06,
        (("fleet",), ("card", "fleet")),
    ),
)
BUSINESS_SHARE: Final = 0.04

TASTES: Final = {
    "coffee": ("COFFEE",),
    "water": ("WATER",),
    "snacks": ("SNACK", "CANDY"),
    "energy": ("ENERGY", "CANDY"),
    "breakfast": ("FOOD", "DRINK"),
    "drinks": ("DRINK", "WATER"),
    "car": ("CARCARE", "DAILY"),
    "": (),
}
"""What somebody likes, by the categories their two or three favourites come from."""
TASTE_WEIGHTS: Final = {
    "own_lorry": (6, 20, 12, 26, 14, 8, 8, 6),
    "logistics": (4, 22, 10, 26, 14, 10, 10, 4),
    "ride_hailing": (14, 20, 12, 22, 14, 8, 4, 6),
    "": (20, 18, 18, 8, 10, 12, 6, 8),
}
"""By segment, weights in the order of `TASTES`; "" for all that are not named."""

WEEKDAYS: Final = {
    "commuter": (1.05, 1.0, 1.0, 1.0, 1.3, 1.1, 0.9),
    "weekend": (0.7, 0.7, 0.7, 0.8, 1.1, 1.7, 1.5),
    "office": (1.2, 1.2, 1.2, 1.2, 1.25, 0.3, 0.15),
    "lorry": (1.1, 1.1, 1.1, 1.1, 1.1, 0.9, 0.55),
    "even": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
}
"""How much likelier a visit is on each weekday, from Monday."""

CLOCKS: Final = {
    #            0  1  2  3  4  5  6   7   8   9   10 11 12 13 14 15 16 17  18  19  20 21 22 23
    "commuter": (0, 0, 0, 0, 0, 1, 6, 14, 12, 5, 3, 3, 3, 2, 2, 3, 5, 13, 15, 10, 6, 4, 2, 1),
    "free_day": (1, 0, 0, 0, 0, 1, 2, 4, 7, 10, 11, 9, 6, 6, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1),
    "family": (0, 0, 0, 0, 0, 1, 2, 4, 7, 9, 10, 8, 5, 5, 7, 9, 9, 8, 7, 6, 4, 3, 1, 1),
    "evening": (3, 1, 1, 0, 0, 1, 2, 3, 3, 3, 3, 3, 4, 3, 3, 3, 4, 5, 7, 10, 13, 13, 10, 6),
    "morning": (0, 0, 0, 0, 1, 4, 9, 13, 15, 14, 11, 7, 3, 3, 5, 6, 5, 3, 2, 1, 1, 0, 0, 0),
    "midday": (0, 0, 0, 0, 0, 1, 3, 6, 9, 10, 10, 9, 6, 7, 9, 10, 9, 7, 5, 3, 2, 2, 1, 0),
    "shift": (4, 3, 3, 4, 9, 14, 10, 4, 2, 2, 2, 3, 4, 4, 4, 6, 13, 14, 7, 3, 3, 3, 4, 4),
    "lorry": (6, 6, 6, 6, 7, 7, 6, 4, 3, 3, 3, 3, 4, 4, 3, 3, 3, 3, 3, 4, 6, 8, 8, 7),
    "passing": (2, 1, 1, 1, 2, 3, 5, 8, 8, 7, 6, 6, 5, 5, 5, 6, 7, 9, 9, 7, 6, 5, 4, 3),
}
"""Weights of the hours a visit falls into. "free_day" is the commuter's on days off; "passing" that of strangers."""
