"""Effects that take money off what is bought."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.kernel.bounds import OfHundred, Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _
from forecourt.offers.rules.effects.lacking import lacking_money, lacking_quantity
from forecourt.offers.rules.effects.spreading import dearest_first, off_money, off_percent, off_units
from forecourt.offers.rules.facts import EVERYTHING, FUEL, Facts, Key, Products, unit_of
from forecourt.offers.rules.speaking import (
    Input,
    Miss,
    Names,
    figure,
    gettext_noop,
    listed,
    measured,
    money,
    one,
    times,
)
from forecourt.offers.rules.terms import About, Effect, Gain

Times = Annotated[int, Meta(ge=1, le=1_000)]


class PerUnit(Effect, tag="per_unit"):
    """So much off each unit (litre, kWh, piece) of these products, on the first `up_to` units of them.

    With several products the units are those of the dearest first, so that their order in the sale does not matter.
    """

    off: Positive
    of: Products = FUEL
    up_to: Positive | None = None

    title: ClassVar = gettext_noop("Money off each unit")
    about: ClassVar = About.MONEY
    inputs: ClassVar = {
        "off": Input(gettext_noop("Off each litre, kWh or piece"), "price"),
        "of": Input(gettext_noop("Of which products"), "selection"),
        "up_to": Input(gettext_noop("Up to so many units"), "volume"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        return off_units(facts, facts.pick(self.of), self.off, self.up_to)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        unit = unit_of(self.of, names)
        said = {
            "off": money(names, self.off),
            "unit": one(names, unit),
            "products": self.of.words(names, _("everything")),
            "most": measured(names, self.up_to or ZERO, unit),
        }
        if self.up_to is not None:
            return _("%(off)s off each %(unit)s of %(products)s, up to %(most)s") % said
        return _("%(off)s off each %(unit)s of %(products)s") % said


class Percent(Effect, tag="percent"):
    """So many percent off these products, at most `up_to` in money."""

    percent: OfHundred
    of: Products = EVERYTHING
    up_to: Positive | None = None

    title: ClassVar = gettext_noop("Percent off")
    about: ClassVar = About.MONEY
    inputs: ClassVar = {
        "percent": Input(gettext_noop("Percent off"), "percent"),
        "of": Input(gettext_noop("Which products"), "selection"),
        "up_to": Input(gettext_noop("At most in money"), "money"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if self.up_to is not None and picked.amount * self.percent / 100 > self.up_to:
            return off_money(facts, picked, self.up_to)
        return off_percent(facts, picked, self.percent)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        said = {
            "percent": figure(self.percent),
            "products": self.of.words(names, _("everything")),
            "most": money(names, self.up_to or ZERO),
        }
        if self.percent == 100:
            if self.up_to is not None:
                return _("%(products)s free, up to %(most)s") % said
            return _("%(products)s free") % said
        if self.up_to is not None:
            return _("%(percent)s%% off %(products)s, at most %(most)s") % said
        return _("%(percent)s%% off %(products)s") % said


class Amount(Effect, tag="amount"):
    """So much off these products together, or off the whole sale; with `every`, for each so much that is spent on them.

    `times` is how often at most. Never more than they cost.
    """

    off: Positive
    of: Products = EVERYTHING
    every: Positive | None = None
    times: Times | None = None

    title: ClassVar = gettext_noop("Amount off")
    about: ClassVar = About.MONEY
    inputs: ClassVar = {
        "off": Input(gettext_noop("Amount off"), "money"),
        "of": Input(gettext_noop("Which products"), "selection"),
        "every": Input(gettext_noop("For every so much spent"), "money", gettext_noop("Once unless given.")),
        "times": Input(gettext_noop("At most so often"), "whole"),
    }

    def check(self, path: str) -> None:
        if self.times is not None and self.every is None:
            raise Invalid.field(f"{path}.times", _("needs an amount for every which; give it or leave this out"))

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if self.every is None:
            return off_money(facts, picked, self.off)
        return off_money(facts, picked, self.off * steps_in(picked.amount, self.every, self.times))

    def lacks(self, facts: Facts) -> Miss | None:
        return None if self.every is None else lacking_money(facts.pick(self.of), self.every)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        said = {
            "off": money(names, self.off),
            "products": self.of.words(names, _("everything")),
            "every": money(names, self.every or ZERO),
            "times": times(self.times or 0),
        }
        if self.every is None:
            return _("%(off)s off %(products)s") % said
        if self.times is None:
            return _("%(off)s off for every %(every)s spent on %(products)s") % said
        return _("%(off)s off for every %(every)s spent on %(products)s, at most %(times)s") % said


class Price(Effect, tag="price"):
    """A new price for each unit of these products, on the first `up_to` of them; only where it is lower than theirs."""

    price: Positive
    of: Products
    up_to: Positive | None = None

    title: ClassVar = gettext_noop("New price")
    about: ClassVar = About.MONEY
    inputs: ClassVar = {
        "price": Input(gettext_noop("Price of a unit"), "price"),
        "of": Input(gettext_noop("Of which products"), "selection"),
        "up_to": Input(gettext_noop("Up to so many units"), "number"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        off: dict[int, Decimal] = {}
        discounted = ZERO
        left = self.up_to
        for number in dearest_first(facts, picked.items):
            item = facts.items[number]
            units = item.quantity if left is None else min(left, item.quantity)
            saved = (item.amount - self.price * item.quantity) * units / item.quantity
            if saved <= 0:
                break
            off[number] = saved
            discounted += units
            if left is not None:
                left -= units
                if left <= 0:
                    break
        return Gain(off, discounted) if off else None

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        unit = unit_of(self.of, names)
        said = {
            "price": money(names, self.price),
            "unit": one(names, unit),
            "products": self.of.words(names, _("everything")),
            "most": measured(names, self.up_to or ZERO, unit),
        }
        if self.up_to is not None:
            return _("%(products)s at %(price)s per %(unit)s, up to %(most)s") % said
        return _("%(products)s at %(price)s per %(unit)s") % said


class Counted(StrEnum):
    """What steps count: money spent, or the quantity."""

    AMOUNT = "amount"
    QUANTITY = "quantity"


class Step(Value, forbid_unknown_fields=True, omit_defaults=True):
    """From so much on: an amount off, or a percentage."""

    at: Positive
    amount: Positive | None = None
    percent: OfHundred | None = None

    inputs: ClassVar[dict[str, Input]] = {
        "at": Input(gettext_noop("From"), "number"),
        "amount": Input(gettext_noop("Amount off"), "money"),
        "percent": Input(gettext_noop("Or percent off"), "percent"),
    }


class Steps(Effect, tag="steps"):
    """The more is spent on these products or taken of them, the more comes off: the highest step that is reached counts."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=20)]
    of: Products = EVERYTHING
    by: Counted = Counted.AMOUNT

    title: ClassVar = gettext_noop("Steps")
    about: ClassVar = About.MONEY
    inputs: ClassVar = {
        "by": Input(gettext_noop("Counted by"), "choice", choices="counted"),
        "steps": Input(gettext_noop("Steps"), "rows"),
        "of": Input(gettext_noop("Which products"), "selection"),
    }

    def check(self, path: str) -> None:
        for position, step in enumerate(self.steps):
            if (step.amount is None) == (step.percent is None):
                raise Invalid.field(f"{path}.steps.{position}.amount", _("give an amount or a percentage, not both"))
            if position and step.at <= self.steps[position - 1].at:
                raise Invalid.field(
                    f"{path}.steps.{position}.at",
                    _("%(at)s is not above the step before it; let the steps rise") % {"at": str(step.at)},
                )
            if position and self._is_less(step, self.steps[position - 1]):
                field = "amount" if step.percent is None else "percent"
                raise Invalid.field(
                    f"{path}.steps.{position}.{field}",
                    _("gives less than the step before it; who buys more must not get less"),
                )

    def _is_less(self, step: Step, before: Step) -> bool:
        """Whether who just reaches a step gets less than the step before gives there, as far as that can be told."""
        if step.percent is None and before.percent is None:
            return (step.amount or ZERO) < (before.amount or ZERO)
        if step.percent is not None and before.percent is not None:
            return step.percent < before.percent
        if self.by is not Counted.AMOUNT:
            return False
        now, then = (one.amount if one.percent is None else step.at * one.percent / 100 for one in (step, before))
        return (now or ZERO) < (then or ZERO)

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        counted = picked.amount if self.by == Counted.AMOUNT else picked.quantity
        reached = None
        for step in self.steps:
            if counted < step.at:
                break
            reached = step
        if reached is None:
            return None
        if reached.percent is not None:
            return off_percent(facts, picked, reached.percent)
        return off_money(facts, picked, reached.amount or ZERO)

    def lacks(self, facts: Facts) -> Miss | None:
        picked, first = facts.pick(self.of), self.steps[0].at
        return lacking_money(picked, first) if self.by == Counted.AMOUNT else lacking_quantity(facts, picked, first)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        steps = []
        for step in self.steps:
            at = (
                money(names, step.at)
                if self.by == Counted.AMOUNT
                else measured(names, step.at, unit_of(self.of, names))
            )
            if step.percent is not None:
                steps.append(_("%(percent)s%% off from %(at)s") % {"percent": figure(step.percent), "at": at})
            else:
                steps.append(_("%(off)s off from %(at)s") % {"off": money(names, step.amount or ZERO), "at": at})
        return _("on %(products)s %(steps)s") % {
            "products": self.of.words(names, _("everything")),
            "steps": listed(steps, _(", ")),
        }


def steps_in(counted: Decimal, every: Decimal, most: int | None) -> int:
    """How often so much is contained in what was counted, at most so often."""
    found = int(counted // every)
    return found if most is None else min(found, most)
