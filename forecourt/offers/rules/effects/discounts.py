"""Effects that take money off what is bought."""

from forecourt.kernel.bounds import OfHundred, Positive
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import EVERYTHING, FUEL, Facts, Key, Products
from forecourt.offers.rules.speaking import Names, plain
from forecourt.offers.rules.terms import Effect, Gain


class PerUnit(Effect, tag="per_unit"):
    """So much off each unit (litre, kWh, piece) of these products, on the first `up_to` units of them.

    With several products the units are those of the dearest first, so that their order in the sale does not matter.
    """

    off: Positive
    of: Products = FUEL
    up_to: Positive | None = None

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if not picked.items:
            return None
        if self.up_to is None or picked.quantity <= self.up_to:
            return Gain({number: self.off * facts.items[number].quantity for number in picked.items}, picked.quantity)
        left = self.up_to
        off = {}
        for number in sorted(
            picked.items, key=lambda number: -facts.items[number].amount / facts.items[number].quantity
        ):
            units = min(left, facts.items[number].quantity)
            if units > 0:
                off[number] = self.off * units
                left -= units
        return Gain(off, self.up_to)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        return _("%(off)s off each unit of %(products)s") % {"off": plain(self.off), "products": self.of.words(names)}


class Percent(Effect, tag="percent"):
    """So many percent off these products, at most `up_to` in money."""

    percent: OfHundred
    of: Products = EVERYTHING
    up_to: Positive | None = None

    def gain(self, facts: Facts) -> Gain | None:
        picked = facts.pick(self.of)
        if not picked.items:
            return None
        whole = picked.amount * self.percent / 100
        if self.up_to is not None and whole > self.up_to:
            part = self.up_to / picked.amount
            return Gain({number: facts.items[number].amount * part for number in picked.items}, picked.quantity)
        return Gain(
            {number: facts.items[number].amount * self.percent / 100 for number in picked.items}, picked.quantity
        )

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        return _("%(percent)s%% off %(products)s") % {
            "percent": plain(self.percent),
            "products": self.of.words(names),
        }
