"""Conditions on who buys. None of them holds for somebody who is no member."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from forecourt.customers.values import CustomerKind, Usage
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import Facts, Key, Name, SomeCodes
from forecourt.offers.rules.speaking import Input, Miss, Names, all_called, gettext_noop
from forecourt.offers.rules.terms import About, Condition, Turns, Varies

NO_MEMBER: Final = Miss("member")
MEMBERS: Final[frozenset[Key]] = frozenset({("member", "")})


class IsMember(Condition, tag="member"):
    """A member was recognised."""

    title: ClassVar = gettext_noop("Any member")
    about: ClassVar = About.CUSTOMER

    def test(self, facts: Facts) -> Miss | None:
        return NO_MEMBER if facts.person is None else None

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        return _("they are a member")

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for members")


class IsKind(Condition, tag="customer_kind"):
    """The member is a person, or a business."""

    of: CustomerKind

    title: ClassVar = gettext_noop("Person or business")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {"of": Input(gettext_noop("The customer is"), "choice", choices="customer_kind")}

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.buyer is not None and person.buyer.kind == self.of:
            return None
        return Miss("customer_kind", {"kind": self.of.value})

    def needs_buyer(self) -> bool:
        return True

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        return _("they are a business") if self.of == CustomerKind.BUSINESS else _("they are a person")

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for businesses") if values["kind"] == "business" else _("it is for private customers")


class HasTier(Condition, tag="tier"):
    """The member's tier is one of these, or `at_least` this one; tiers by their codes."""

    of: Annotated[frozenset[Name], Meta(max_length=50)] = frozenset()
    at_least: Annotated[str, Meta(max_length=120)] = ""

    title: ClassVar = gettext_noop("Tier")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {
        "of": Input(gettext_noop("One of these tiers"), "tiers"),
        "at_least": Input(gettext_noop("Or this tier and above"), "tier"),
    }

    def check(self, path: str) -> None:
        if bool(self.of) == bool(self.at_least):
            raise Invalid.field(f"{path}.of", _("name the tiers, or the lowest one, and not both"))

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if self.at_least:
            if person.tier == self.at_least or self.at_least in person.reached:
                return None
            return Miss("tier", {"least": self.at_least})
        return None if person.tier in self.of else Miss("tier", {"tiers": ",".join(sorted(self.of))})

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def turns(self, facts: Facts) -> Turns:
        return Turns.NOTHING if facts.person is None else Turns.TIER

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS if self.at_least else frozenset([("tier", code) for code in self.of])

    def words(self, names: Names) -> str:
        if self.at_least:
            return _("their tier is %(tier)s or above") % {"tier": names.name("tier", self.at_least)}
        return _("their tier is %(tiers)s") % {"tiers": all_called(names, "tier", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "least" in values:
            return _("it is for %(tier)s and above") % {"tier": names.name("tier", values["least"])}
        return _("it is for %(tiers)s") % {"tiers": all_called(names, "tier", values["tiers"].split(","))}


class HoldsCoupon(Condition, tag="holds"):
    """The member holds a coupon of this template, which stays theirs: good on that day, not used up, not void."""

    template: Name

    title: ClassVar = gettext_noop("Coupon held")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {
        "template": Input(gettext_noop("Kind of coupon"), "template", gettext_noop("It is not used up by this offer."))
    }

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        return None if self.template in person.holds else Miss("holds", {"template": self.template})

    def asks_held(self) -> tuple[str, ...]:
        return (self.template,)

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def turns(self, facts: Facts) -> Turns:
        """Who holds none may come by one, and who holds one may use it up."""
        return Turns.NOTHING if facts.person is None else Turns.TIME

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("holder", self.template)])

    def words(self, names: Names) -> str:
        return _("they hold a coupon “%(coupon)s”") % {"coupon": names.name("template", self.template)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for holders of a coupon “%(coupon)s”") % {"coupon": names.name("template", values["template"])}


class HasTag(Condition, tag="tag"):
    """The member bears one of these tags."""

    of: SomeCodes

    title: ClassVar = gettext_noop("Tags")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {"of": Input(gettext_noop("Bears one of"), "tags")}

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.buyer is not None and not self.of.isdisjoint(person.buyer.tags):
            return None
        return Miss("tag")

    def needs_buyer(self) -> bool:
        return True

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("tag", tag) for tag in self.of])

    def words(self, names: Names) -> str:
        return _("they bear the tag %(tags)s") % {"tags": all_called(names, "tag", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for chosen members")


class InSegment(Condition, tag="segment"):
    """The member belongs to one of these segments."""

    of: SomeCodes

    title: ClassVar = gettext_noop("Segments")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {"of": Input(gettext_noop("Belongs to one of"), "segments")}

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        return None if not self.of.isdisjoint(person.segments) else Miss("segment")

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("segment", code) for code in self.of])

    def words(self, names: Names) -> str:
        return _("they belong to %(segments)s") % {"segments": all_called(names, "segment", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for chosen members")


class Drives(Condition, tag="usage"):
    """The vehicle that was recognised is used so; where none was, any vehicle of the member's."""

    of: Annotated[frozenset[Usage], Meta(min_length=1)]

    title: ClassVar = gettext_noop("Use of the vehicle")
    about: ClassVar = About.CUSTOMER
    inputs: ClassVar = {"of": Input(gettext_noop("Vehicles"), "choices", choices="usage")}

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.usage is not None:
            holds = person.usage in self.of
        else:
            holds = person.buyer is not None and not self.of.isdisjoint(person.buyer.usages)
        return None if holds else Miss("usage", {"usages": ",".join(sorted(self.of))})

    def needs_buyer(self) -> bool:
        return True

    def turns(self, facts: Facts) -> Turns:
        """Who drives several kinds comes with one of them."""
        buyer = facts.person.buyer if facts.person is not None else None
        return (
            Turns.SALE if buyer is not None and len({usage in self.of for usage in buyer.usages}) > 1 else Turns.NOTHING
        )

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        return _("they drive %(usages)s") % {"usages": all_called(names, "usage", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for %(usages)s") % {"usages": all_called(names, "usage", values["usages"].split(","))}
