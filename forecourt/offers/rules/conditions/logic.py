"""All of several conditions, any of them, not one; and the list of all conditions there are."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions.basket import Bought, Volume
from forecourt.offers.rules.facts import Facts, Key
from forecourt.offers.rules.speaking import Miss, Names, listed
from forecourt.offers.rules.terms import Condition


class All(Condition, tag="all"):
    """Every one of these holds; with none in the list it always does. The first that fails is told."""

    of: tuple["AnyCondition", ...] = ()

    def test(self, facts: Facts) -> Miss | None:
        for condition in self.of:
            miss = condition.test(facts)
            if miss is not None:
                return miss
        return None

    def keys(self) -> frozenset[Key] | None:
        found = [keys for condition in self.of if (keys := condition.keys()) is not None]
        return min(found, key=len) if found else None

    def coupons(self, facts: Facts) -> tuple[str, ...]:
        return tuple([template for condition in self.of for template in condition.coupons(facts)])

    def words(self, names: Names) -> str:
        return listed([condition.words(names) for condition in self.of], _(" and "))


class Any(Condition, tag="any"):
    """At least one of these holds. Where none does, the first is told."""

    of: Annotated[tuple["AnyCondition", ...], Meta(min_length=1)]

    def test(self, facts: Facts) -> Miss | None:
        first: Miss | None = None
        for condition in self.of:
            miss = condition.test(facts)
            if miss is None:
                return None
            first = first or miss
        return first

    def keys(self) -> frozenset[Key] | None:
        every: set[Key] = set()
        for condition in self.of:
            keys = condition.keys()
            if keys is None:
                return None
            every |= keys
        return frozenset(every)

    def coupons(self, facts: Facts) -> tuple[str, ...]:
        for condition in self.of:
            if condition.test(facts) is None:
                return condition.coupons(facts)
        return ()

    def words(self, names: Names) -> str:
        return listed([condition.words(names) for condition in self.of])


class Not(Condition, tag="not"):
    """This does not hold."""

    of: "AnyCondition"

    def test(self, facts: Facts) -> Miss | None:
        return Miss("not") if self.of.test(facts) is None else None

    def words(self, names: Names) -> str:
        return _("not: %(condition)s") % {"condition": self.of.words(names)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is not for sales like this one")


AnyCondition = All | Any | Not | Bought | Volume
