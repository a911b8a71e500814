"""Conditions on what is bought."""

from collections.abc import Mapping

from forecourt.kernel.bounds import NotNegative, Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import EVERYTHING, FUEL, Facts, Key, Products
from forecourt.offers.rules.speaking import Miss, Names, plain
from forecourt.offers.rules.terms import Condition


class Bought(Condition, tag="bought"):
    """Some of these products are bought: at least so many units, for at least so much money."""

    of: Products = EVERYTHING
    quantity: NotNegative = ZERO
    amount: NotNegative = ZERO

    def test(self, facts: Facts) -> Miss | None:
        picked = facts.pick(self.of)
        if picked.items and picked.quantity >= self.quantity and picked.amount >= self.amount:
            return None
        if not picked.items:
            return Miss("bought", {"what": "products"})
        if picked.quantity < self.quantity:
            return Miss("bought", {"what": "quantity", "more": plain(self.quantity - picked.quantity)})
        return Miss("bought", {"what": "amount", "more": plain(self.amount - picked.amount)})

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        return _("they buy %(products)s") % {"products": self.of.words(names)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if values.get("what") == "quantity":
            return _("%(more)s more would have been needed") % values
        if values.get("what") == "amount":
            return _("%(more)s more would have had to be spent") % values
        return _("no product of the offer was bought")


class Volume(Condition, tag="volume"):
    """At least so many units of fuel (litres, kWh), of these products, at most so many."""

    at_least: Positive
    at_most: Positive | None = None
    of: Products = FUEL

    def test(self, facts: Facts) -> Miss | None:
        quantity = facts.pick(self.of).quantity
        if quantity < self.at_least:
            return Miss("volume", {"more": plain(self.at_least - quantity), "least": plain(self.at_least)})
        if self.at_most is not None and quantity > self.at_most:
            return Miss("volume", {"most": plain(self.at_most)})
        return None

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        return _("they fill at least %(least)s") % {"least": plain(self.at_least)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "more" in values:
            return _("%(more)s more litres would have had it") % values
        return _("it is for fills of up to %(most)s") % values
