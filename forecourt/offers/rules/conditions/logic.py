"""All of several conditions, any of them, not one; and the list of all conditions there are."""

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions.basket import Bought, Pieces, Spent, Volume
from forecourt.offers.rules.conditions.habits import FirstPurchase, HasBirthday, Joined, NthVisit, SinceLast
from forecourt.offers.rules.conditions.paying import CouponUsed, PaidBy
from forecourt.offers.rules.conditions.people import Drives, HasTag, HasTier, HoldsCoupon, InSegment, IsKind, IsMember
from forecourt.offers.rules.conditions.places import AtPump, AtStation, InRegion, PaidTo
from forecourt.offers.rules.conditions.times import AtHours, OnDates, OnDaysOfMonth, OnWeekdays
from forecourt.offers.rules.facts import Facts, Key
from forecourt.offers.rules.speaking import Input, Miss, Names, gettext_noop
from forecourt.offers.rules.terms import About, Condition, Varies


class All(Condition, tag="all"):
    """Every one of these holds; with none in the list it always does. The first that fails is told."""

    of: Annotated[tuple["AnyCondition", ...], Meta(max_length=60)] = ()

    title: ClassVar = gettext_noop("All of these")
    about: ClassVar = About.LOGIC
    inputs: ClassVar = {"of": Input(gettext_noop("Conditions"), "conditions")}

    def test(self, facts: Facts) -> Miss | None:
        for condition in self.of:
            miss = condition.test(facts)
            if miss is not None:
                return miss
        return None

    def varies(self, facts: Facts) -> Varies:
        return _together(self.of, facts)

    def keys(self) -> frozenset[Key] | None:
        found = [keys for condition in self.of if (keys := condition.keys()) is not None]
        return min(found, key=len) if found else None

    def coupons(self, facts: Facts) -> tuple[str, ...]:
        return tuple([template for condition in self.of for template in condition.coupons(facts)])

    def words(self, names: Names) -> str:
        return _(" and ").join([_inside(condition, names) for condition in self.of])

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is not for sales like this one")


class Any(Condition, tag="any"):
    """At least one of these holds. Where none does, the first is told."""

    of: Annotated[tuple["AnyCondition", ...], Meta(min_length=1, max_length=60)]

    title: ClassVar = gettext_noop("Any of these")
    about: ClassVar = About.LOGIC
    inputs: ClassVar = {"of": Input(gettext_noop("Conditions"), "conditions")}

    def test(self, facts: Facts) -> Miss | None:
        first: Miss | None = None
        for condition in self.of:
            miss = condition.test(facts)
            if miss is None:
                return None
            first = first or miss
        return first

    def varies(self, facts: Facts) -> Varies:
        return _together(self.of, facts)

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
        return _(" or ").join([_inside(condition, names) for condition in self.of])

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is not for sales like this one")


class Not(Condition, tag="not"):
    """This does not hold."""

    of: "AnyCondition"

    title: ClassVar = gettext_noop("Not")
    about: ClassVar = About.LOGIC
    inputs: ClassVar = {"of": Input(gettext_noop("Condition"), "condition")}

    def test(self, facts: Facts) -> Miss | None:
        return self.missed() if self.of.test(facts) is None else None

    def missed(self) -> Miss:
        """What is missing where the condition within holds."""
        return Miss("not", {"of": str(self.of.__struct_config__.tag)})

    def varies(self, facts: Facts) -> Varies:
        return self.of.varies(facts)

    def words(self, names: Names) -> str:
        return _("it is not so that %(condition)s") % {"condition": _inside(self.of, names)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        condition = CONDITIONS.get(values.get("of", ""))
        if condition is None or condition.about is About.LOGIC:
            return _("it is not for sales like this one")
        return _("it is not for sales like this one (%(condition)s)") % {"condition": _(condition.title)}


def _together(conditions: Iterable[Condition], facts: Facts) -> Varies:
    """How several conditions vary together: with every sale where clock and kind both matter, by the minute where day and
    time of day do.
    """
    found = {condition.varies(facts) for condition in conditions}
    if len(found) < 2:
        return next(iter(found), Varies.KIND)
    return Varies.MINUTE if found.isdisjoint({Varies.KIND, Varies.SALE}) else Varies.SALE


def _inside(condition: "AnyCondition", names: Names) -> str:
    """A condition within another: in brackets where it is several."""
    words = condition.words(names)
    if isinstance(condition, All | Any) and len(condition.of) > 1:
        return _("(%(words)s)") % {"words": words}
    return words or _("in every case")


AnyCondition = (
    All
    | Any
    | Not
    | Bought
    | Volume
    | Pieces
    | Spent
    | AtStation
    | InRegion
    | PaidTo
    | AtPump
    | AtHours
    | OnWeekdays
    | OnDates
    | OnDaysOfMonth
    | PaidBy
    | CouponUsed
    | IsMember
    | IsKind
    | HasTier
    | HasTag
    | HoldsCoupon
    | InSegment
    | Drives
    | FirstPurchase
    | NthVisit
    | HasBirthday
    | SinceLast
    | Joined
)
"""Every condition there is, in the order a builder lists them."""

CONDITIONS: dict[str, type[Condition]] = {str(kind.__struct_config__.tag): kind for kind in AnyCondition.__args__}
"""They by their tags."""
