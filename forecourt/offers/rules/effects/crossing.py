"""Effects that tie fuel and shop together."""

from decimal import Decimal
from typing import ClassVar

from forecourt.kernel.bounds import OfHundred, Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.effects.discounts import Times, steps_in
from forecourt.offers.rules.effects.lacking import lacking_money, lacking_quantity
from forecourt.offers.rules.effects.spreading import off_money, off_percent, off_units
from forecourt.offers.rules.facts import FUEL, SHOP, Facts, Key, Products, unit_of
from forecourt.offers.rules.speaking import Input, Miss, Names, figure, gettext_noop, measured, money, one, times
from forecourt.offers.rules.terms import About, Effect, Gain


class FuelForShop(Effect, tag="fuel_for_shop"):
    """So much off each unit of fuel for every so much that is spent in the shop: at most `most_off` a unit, on at most
    `up_to` units.
    """

    off: Positive
    every: Positive
    shop: Products = SHOP
    of: Products = FUEL
    most_off: Positive | None = None
    up_to: Positive | None = None

    title: ClassVar = gettext_noop("Fuel discount from shop spend")
    about: ClassVar = About.CROSS
    inputs: ClassVar = {
        "off": Input(gettext_noop("Off each litre, kWh or piece"), "price"),
        "every": Input(gettext_noop("For every so much spent"), "money"),
        "shop": Input(gettext_noop("Spent on"), "selection"),
        "of": Input(gettext_noop("Off which products"), "selection"),
        "most_off": Input(gettext_noop("At most off each unit"), "price"),
        "up_to": Input(gettext_noop("Up to so many units"), "volume"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if not picked.items:
            return None
        off = self.off * steps_in(facts.pick(self.shop).amount, self.every, None)
        if self.most_off is not None:
            off = min(off, self.most_off)
        return off_units(facts, picked, off, self.up_to) if off else None

    def lacks(self, facts: Facts) -> Miss | None:
        return lacking_money(facts.pick(self.shop), self.every) if facts.pick(self.of).items else None

    def keys(self) -> frozenset[Key] | None:
        return self.shop.keys() or self.of.keys()

    def words(self, names: Names) -> str:
        unit = unit_of(self.of, names)
        said = {
            "off": money(names, self.off),
            "unit": one(names, unit),
            "products": self.of.words(names, _("everything")),
            "every": money(names, self.every),
            "shop": self.shop.words(names, _("everything")),
        }
        words = _("%(off)s off each %(unit)s of %(products)s for every %(every)s spent on %(shop)s") % said
        if self.most_off is not None:
            words = _("%(words)s, at most %(most)s off each") % {"words": words, "most": money(names, self.most_off)}
        if self.up_to is not None:
            words = _("%(words)s, up to %(most)s") % {"words": words, "most": measured(names, self.up_to, unit)}
        return words


class ShopForFuel(Effect, tag="shop_for_fuel"):
    """An amount or so many percent off the shop for every so many units of fuel; at most `times` as much."""

    every: Positive
    amount: Positive | None = None
    percent: OfHundred | None = None
    fuel: Products = FUEL
    of: Products = SHOP
    times: Times | None = None

    title: ClassVar = gettext_noop("Shop discount from fuel")
    about: ClassVar = About.CROSS
    inputs: ClassVar = {
        "every": Input(gettext_noop("For every so many units"), "volume"),
        "fuel": Input(gettext_noop("Filled of"), "selection"),
        "amount": Input(gettext_noop("Amount off"), "money"),
        "percent": Input(gettext_noop("Or percent off"), "percent"),
        "of": Input(gettext_noop("Off which products"), "selection"),
        "times": Input(gettext_noop("At most so often"), "whole"),
    }

    def check(self, path: str) -> None:
        if (self.amount is None) == (self.percent is None):
            raise Invalid.field(f"{path}.amount", _("give an amount or a percentage, not both"))

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if not picked.items:
            return None
        steps = steps_in(facts.pick(self.fuel).quantity, self.every, self.times)
        if not steps:
            return None
        if self.percent is not None:
            return off_percent(facts, picked, min(self.percent * steps, _WHOLE))
        return off_money(facts, picked, (self.amount or ZERO) * steps)

    def lacks(self, facts: Facts) -> Miss | None:
        return lacking_quantity(facts, facts.pick(self.fuel), self.every) if facts.pick(self.of).items else None

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys() or self.fuel.keys()

    def words(self, names: Names) -> str:
        said = {
            "every": measured(names, self.every, unit_of(self.fuel, names)),
            "fuel": self.fuel.words(names, _("everything")),
            "off": money(names, self.amount or ZERO),
            "percent": figure(self.percent or ZERO),
            "products": self.of.words(names, _("everything")),
        }
        if self.percent is not None:
            words = _("%(percent)s%% off %(products)s for every %(every)s of %(fuel)s") % said
        else:
            words = _("%(off)s off %(products)s for every %(every)s of %(fuel)s") % said
        return (
            words
            if self.times is None
            else _("%(words)s, at most %(times)s")
            % {
                "words": words,
                "times": times(self.times),
            }
        )


_WHOLE = Decimal(100)
