"""Offers that people ask for by name, to begin with: each a rule that only waits for its own products and figures."""

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

_SHOP: Final = {"kinds": ["goods"]}


class Preset(NamedTuple):
    """A preset: what it is called, what it is for, its icon, its rule."""

    title: Any
    text: Any
    icon: str
    rule: dict[str, Any]


PRESETS: Final[dict[str, Preset]] = {
    "weekend": Preset(
        _("Money off each litre on weekends"),
        _("30 cents a litre on Saturdays and Sundays, up to 60 litres."),
        "local_gas_station",
        {
            "when": {"is": "all", "of": [{"is": "member"}, {"is": "weekdays", "of": ["sat", "sun"]}]},
            "then": [{"give": "per_unit", "off": "0.30", "up_to": "60"}],
            "budgets": [{"measure": "uses", "limit": "1", "per": "customer_day"}],
        },
    ),
    "members-day": Preset(
        _("Members' day"),
        _("50 cents a litre on the 18th of the month."),
        "event",
        {
            "when": {"is": "all", "of": [{"is": "member"}, {"is": "month_days", "of": [18]}]},
            "then": [{"give": "per_unit", "off": "0.50", "up_to": "60"}],
            "budgets": [{"measure": "volume", "limit": "60", "per": "customer_day"}],
        },
    ),
    "second-half": Preset(
        _("The second at half price"),
        _("Of what is sold in the shop, the second piece for half."),
        "exposure_plus_1",
        {"then": [{"give": "buy_get", "buy": _SHOP, "buy_count": 1, "get_count": 1, "percent": "50"}]},
    ),
    "wash": Preset(
        _("A wash for a fill"),
        _("From 30 litres the wash is free, once a day."),
        "local_car_wash",
        {
            "when": {"is": "volume", "at_least": "30"},
            "then": [{"give": "percent", "percent": "100", "of": {"kinds": ["service"]}, "up_to": "30"}],
            "budgets": [{"measure": "uses", "limit": "1", "per": "customer_day"}],
        },
    ),
    "birthday": Preset(
        _("Double points in the birthday month"),
        _("Everything earns twice the points."),
        "cake",
        {"when": {"is": "birthday", "month": True}, "then": [{"give": "times_points", "times": "2"}]},
    ),
    "spend": Preset(
        _("Spend 100, get 5 off"),
        _("For every 100 spent in the shop, three times at most."),
        "shopping_cart",
        {"then": [{"give": "amount", "off": "5", "every": "100", "times": 3, "of": _SHOP}]},
    ),
    "next-time": Preset(
        _("A coupon for next time"),
        _("A full tank brings a coupon."),
        "confirmation_number",
        {"when": {"is": "volume", "at_least": "30"}, "then": [{"give": "coupon"}], "worth": "5"},
    ),
    "redeem": Preset(
        _("What a coupon gives"),
        _("The offer that a coupon is taken for."),
        "redeem",
        {"when": {"is": "coupon"}, "then": [{"give": "amount", "off": "10"}]},
    ),
    "back": Preset(
        _("Welcome back"),
        _("10 off for who was away for 60 days."),
        "waving_hand",
        {
            "when": {"is": "all", "of": [{"is": "since_last", "at_least": 60}, {"is": "volume", "at_least": "20"}]},
            "then": [{"give": "amount", "off": "10", "of": {"kinds": ["fuel"]}}],
        },
    ),
    "shop-for-fuel": Preset(
        _("Fuel discount from shop spend"),
        _("For every 50 spent in the shop, 10 cents off each litre."),
        "swap_horiz",
        {"then": [{"give": "fuel_for_shop", "off": "0.10", "every": "50", "most_off": "0.50", "up_to": "60"}]},
    ),
}


def rule_of(name: str) -> dict[str, Any]:
    """The rule of a preset, with a code and a name to change; an empty offer for an unknown one."""
    preset = PRESETS.get(name)
    if preset is None:
        return {"code": "", "name": "", "then": [{"give": "per_unit"}]}
    return {"code": name.upper(), "name": str(preset.title), **preset.rule}


def grouped() -> list[tuple[str, Preset]]:
    """Presets in the order they are shown, and none at all at the end."""
    blank = Preset(_now("From nothing"), _now("Say when and what yourself."), "add", {})
    return [*PRESETS.items(), ("", blank)]
