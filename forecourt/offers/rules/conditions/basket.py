"""Conditions on what is bought."""

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Final

from forecourt.kernel.bounds import NotNegative, Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import EVERYTHING, FUEL, SHOP, Facts, Key, Picked, Products, unit_of
from forecourt.offers.rules.speaking import (
    Codes,
    Input,
    Miss,
    Names,
    figure,
    gettext_noop,
    lacking,
    measured,
    money,
    plain,
    sum_of,
)
from forecourt.offers.rules.terms import About, Condition, Varies

_CODES: Final = Codes()


class Bought(Condition, tag="bought"):
    """Some of these products are bought: at least so many units, for at least so much money."""

    of: Products = EVERYTHING
    quantity: NotNegative = ZERO
    amount: NotNegative = ZERO

    title: ClassVar = gettext_noop("Products")
    about: ClassVar = About.BASKET
    inputs: ClassVar = {
        "of": Input(gettext_noop("One of these is bought"), "selection"),
        "quantity": Input(gettext_noop("At least so many of them"), "number"),
        "amount": Input(gettext_noop("For at least"), "money"),
    }

    def test(self, facts: Facts) -> Miss | None:
        picked = facts.pick(self.of)
        if not picked.items:
            return Miss("bought", {"what": "products"})
        if picked.quantity < self.quantity:
            return Miss("bought", _more(self.quantity, self.of, picked, facts))
        if picked.amount < self.amount:
            return Miss(
                "bought", {"what": "amount", "more": plain(self.amount - picked.amount), "least": plain(self.amount)}
            )
        return None

    def varies(self, facts: Facts) -> Varies:
        return Varies.SALE if (self.quantity or self.amount) and facts.pick(self.of).items else Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        said = {
            "products": self.of.words(names),
            "quantity": measured(names, self.quantity, unit_of(self.of, names)),
            "amount": money(names, self.amount),
        }
        if self.quantity and self.amount:
            return _("they buy at least %(quantity)s of %(products)s for %(amount)s or more") % said
        if self.quantity:
            return _("they buy at least %(quantity)s of %(products)s") % said
        if self.amount:
            return _("they buy %(products)s for %(amount)s or more") % said
        return _("they buy %(products)s") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if values.get("what") == "quantity":
            return _more_said(values, names)
        if values.get("what") == "amount":
            return _("%(more)s more of these products would have had it") % {"more": sum_of(names, values["more"])}
        return _("no product of the offer was bought")


class _Span(Condition):
    """At least so much of these products, at most so much."""

    at_least: Positive
    at_most: Positive | None = None
    of: Products = EVERYTHING

    def check(self, path: str) -> None:
        check_span(self.at_least, self.at_most, path)

    def varies(self, facts: Facts) -> Varies:
        return Varies.SALE if facts.pick(self.of).items else Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()


class _Quantity(_Span):
    """At least so many units of these products, at most so many."""

    def test(self, facts: Facts) -> Miss | None:
        picked = facts.pick(self.of)
        if picked.quantity < self.at_least:
            return Miss(self._tag, _more(self.at_least, self.of, picked, facts))
        if self.at_most is not None and picked.quantity > self.at_most:
            return Miss(self._tag, _most(self.at_most, self.of, picked, facts))
        return None

    @property
    def _tag(self) -> str:
        return str(self.__struct_config__.tag)


class Volume(_Quantity, tag="volume"):
    """At least so many units of fuel (litres, kWh), of these products, at most so many."""

    of: Products = FUEL

    title: ClassVar = gettext_noop("Fuel filled")
    about: ClassVar = About.BASKET
    inputs: ClassVar = {
        "at_least": Input(gettext_noop("At least"), "volume"),
        "at_most": Input(gettext_noop("At most"), "volume"),
        "of": Input(gettext_noop("Of which products"), "selection"),
    }

    def words(self, names: Names) -> str:
        unit = unit_of(self.of, names) or "volume"
        said = {
            "least": measured(names, self.at_least, unit),
            "most": measured(names, self.at_most or ZERO, unit),
            "products": self.of.words(names),
        }
        if self.at_most is not None:
            return _("they fill %(least)s to %(most)s of %(products)s") % said
        return _("they fill at least %(least)s of %(products)s") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "more" in values:
            return _more_said(values, names)
        return _("it is for fills of up to %(most)s") % {"most": _most_said(values, names)}


class Pieces(_Quantity, tag="quantity"):
    """At least so many pieces (or other units) of these products, at most so many."""

    of: Products = SHOP

    title: ClassVar = gettext_noop("Pieces")
    about: ClassVar = About.BASKET
    inputs: ClassVar = {
        "at_least": Input(gettext_noop("At least"), "number"),
        "at_most": Input(gettext_noop("At most"), "number"),
        "of": Input(gettext_noop("Of which products"), "selection"),
    }

    def words(self, names: Names) -> str:
        said = {
            "least": figure(self.at_least),
            "most": figure(self.at_most or ZERO),
            "products": self.of.words(names),
        }
        if self.at_most is not None:
            return _("they buy %(least)s to %(most)s of %(products)s") % said
        return _("they buy %(least)s or more of %(products)s") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "more" in values:
            return _more_said(values, names)
        return _("it is for up to %(most)s") % {"most": _most_said(values, names)}


class Spent(_Span, tag="amount"):
    """At least so much is spent on the whole sale, or on these products; at most so much."""

    title: ClassVar = gettext_noop("Amount spent")
    about: ClassVar = About.BASKET
    inputs: ClassVar = {
        "at_least": Input(gettext_noop("At least"), "money"),
        "at_most": Input(gettext_noop("At most"), "money"),
        "of": Input(gettext_noop("On which products"), "selection"),
    }

    def test(self, facts: Facts) -> Miss | None:
        amount = facts.pick(self.of).amount
        if amount < self.at_least:
            return Miss("amount", {"more": plain(self.at_least - amount), "least": plain(self.at_least)})
        if self.at_most is not None and amount > self.at_most:
            return Miss("amount", {"most": plain(self.at_most)})
        return None

    def words(self, names: Names) -> str:
        said = {
            "least": money(names, self.at_least),
            "most": money(names, self.at_most or ZERO),
            "products": self.of.words(names),
        }
        if self.of == EVERYTHING:
            if self.at_most is not None:
                return _("they spend %(least)s to %(most)s") % said
            return _("they spend %(least)s or more") % said
        if self.at_most is not None:
            return _("they spend %(least)s to %(most)s on %(products)s") % said
        return _("they spend %(least)s or more on %(products)s") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "more" in values:
            return _("%(more)s more would have had it") % {"more": sum_of(names, values["more"])}
        return _("it is for purchases of up to %(most)s") % {"most": money(names, values["most"])}


def check_span(least: Decimal | int | None, most: Decimal | int | None, path: str, field: str = "at_most") -> None:
    """Refuse a span whose end lies below its beginning."""
    if least is not None and most is not None and most < least:
        raise Invalid.field(
            f"{path}.{field}",
            _("%(most)s is below %(least)s, where it begins; give more or leave it out")
            % {"most": str(most), "least": str(least)},
        )


def _more(least: Decimal, products: Products, picked: Picked, facts: Facts) -> dict[str, str]:
    """How much more of them there would have to be, and of how much that is a part."""
    unit = _unit_of(products, picked, facts)
    return {"what": "quantity", "more": plain(least - picked.quantity), "least": plain(least), "unit": unit}


def _most(most: Decimal, products: Products, picked: Picked, facts: Facts) -> dict[str, str]:
    unit = _unit_of(products, picked, facts)
    return {"most": plain(most), "unit": unit}


def _unit_of(products: Products, picked: Picked, facts: Facts) -> str:
    """The unit of what was bought, else the one that the selection tells."""
    if picked.items:
        return facts.items[picked.items[0]].product.unit.value
    return unit_of(products, _CODES)


def _more_said(values: Mapping[str, str], names: Names) -> str:
    return _("%(more)s more would have had it") % {"more": lacking(names, values["more"], values.get("unit", ""))}


def _most_said(values: Mapping[str, str], names: Names) -> str:
    return measured(names, values["most"], values.get("unit", ""))
