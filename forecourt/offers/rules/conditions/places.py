"""Conditions on where it is bought."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import Facts, Key, SomeCodes
from forecourt.offers.rules.speaking import Input, Miss, Names, all_called, gettext_noop, listed
from forecourt.offers.rules.terms import About, Condition, Turns, Varies


class AtStation(Condition, tag="station"):
    """At one of these stations, by their codes."""

    of: SomeCodes

    title: ClassVar = gettext_noop("Stations")
    about: ClassVar = About.PLACE
    inputs: ClassVar = {"of": Input(gettext_noop("At one of"), "stations")}

    def test(self, facts: Facts) -> Miss | None:
        return None if facts.place.station in self.of else Miss("station")

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("station", code) for code in self.of])

    def words(self, names: Names) -> str:
        if len(self.of) > 5:
            return _("it is at one of %(count)s stations") % {"count": len(self.of)}
        return _("it is at %(stations)s") % {"stations": all_called(names, "station", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for other stations")


class InRegion(Condition, tag="region"):
    """In one of these regions, by their names."""

    of: SomeCodes

    title: ClassVar = gettext_noop("Regions")
    about: ClassVar = About.PLACE
    inputs: ClassVar = {"of": Input(gettext_noop("In one of"), "regions")}

    def test(self, facts: Facts) -> Miss | None:
        for region in facts.place.regions:
            if region in self.of:
                return None
        return Miss("region")

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("region", name) for name in self.of])

    def words(self, names: Names) -> str:
        return _("it is in %(regions)s") % {"regions": all_called(names, "region", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for stations in other regions")


class PaidTo(Condition, tag="payee"):
    """At a station of one of these legal entities, by their names."""

    of: SomeCodes

    title: ClassVar = gettext_noop("Legal entities")
    about: ClassVar = About.PLACE
    inputs: ClassVar = {
        "of": Input(
            gettext_noop("At a station of"), "payees", gettext_noop("Who is paid: dealers may differ under one brand.")
        )
    }

    def test(self, facts: Facts) -> Miss | None:
        return None if facts.place.payee in self.of else Miss("payee")

    def varies(self, facts: Facts) -> Varies:
        return Varies.KIND

    def keys(self) -> frozenset[Key] | None:
        return frozenset([("payee", name) for name in self.of])

    def words(self, names: Names) -> str:
        return _("it is at a station of %(payees)s") % {"payees": all_called(names, "payee", self.of)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for stations of another operator")


class AtPump(Condition, tag="pump"):
    """At one of these pumps, by their numbers."""

    of: Annotated[frozenset[Annotated[int, Meta(ge=0, le=999)]], Meta(min_length=1, max_length=200)]

    title: ClassVar = gettext_noop("Pumps")
    about: ClassVar = About.PLACE
    inputs: ClassVar = {"of": Input(gettext_noop("At one of"), "pumps")}

    def test(self, facts: Facts) -> Miss | None:
        if facts.place.pump in self.of:
            return None
        return Miss("pump", {"pumps": ",".join([str(number) for number in sorted(self.of)])})

    def turns(self, facts: Facts) -> Turns:
        return Turns.SALE

    def words(self, names: Names) -> str:
        return _("it is at pump %(pumps)s") % {"pumps": listed([str(number) for number in sorted(self.of)])}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for pump %(pumps)s") % {"pumps": listed(values["pumps"].split(","))}
