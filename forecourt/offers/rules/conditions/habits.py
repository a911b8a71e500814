"""Conditions on what a member did before this sale. Days are those of the station's calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.customers.rules import birthday_in
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.conditions.basket import check_span
from forecourt.offers.rules.conditions.people import MEMBERS, NO_MEMBER
from forecourt.offers.rules.facts import Facts, Key
from forecourt.offers.rules.speaking import Input, Miss, Names, days, gettext_noop
from forecourt.offers.rules.terms import About, Condition, Turns

Days = Annotated[int, Meta(ge=0, le=3650)]


class FirstPurchase(Condition, tag="first_purchase"):
    """The member never bought anything before."""

    title: ClassVar = gettext_noop("First purchase")
    about: ClassVar = About.HABIT

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        return None if person.sales == 0 else Miss("first_purchase")

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        return _("it is their first purchase")

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for the first purchase")


class NthVisit(Condition, tag="visit"):
    """This is the member's visit of this number, or with `every` each one of so many."""

    number: Annotated[int, Meta(ge=1, le=100_000)]
    every: bool = False

    title: ClassVar = gettext_noop("Number of the visit")
    about: ClassVar = About.HABIT
    inputs: ClassVar = {
        "number": Input(gettext_noop("Visit number"), "whole"),
        "every": Input(gettext_noop("Every time"), "yes", gettext_noop("Each one of so many, not only that one.")),
    }

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        visit = person.sales + 1
        more = -visit % self.number if self.every else self.number - visit
        if more == 0:
            return None
        return Miss("visit", {"more": str(more)} if more > 0 else {"number": str(self.number)})

    def turns(self, facts: Facts) -> Turns:
        return Turns.NOTHING if facts.person is None else Turns.TIME

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        if self.every:
            return _("it is the last of every %(number)s visits") % {"number": self.number}
        return _("it is visit number %(number)s") % {"number": self.number}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "more" not in values:
            return _("it was for visit number %(number)s") % values
        return _("1 visit more") if values["more"] == "1" else _("%(more)s visits more") % values


class HasBirthday(Condition, tag="birthday"):
    """The member's birthday: from so many days before to so many days after it, or the whole month of it.

    Who is born on the 29th of February has it on the 28th in other years. What was missing tells no days: a receipt must not
    give a birthday away.
    """

    before: Annotated[int, Meta(ge=0, le=90)] = 0
    after: Annotated[int, Meta(ge=0, le=90)] = 0
    month: bool = False

    title: ClassVar = gettext_noop("Birthday")
    about: ClassVar = About.HABIT
    inputs: ClassVar = {
        "before": Input(gettext_noop("Days before"), "whole"),
        "after": Input(gettext_noop("Days after"), "whole"),
        "month": Input(gettext_noop("The whole month"), "yes"),
    }

    def check(self, path: str) -> None:
        if self.month and (self.before or self.after):
            raise Invalid.field(f"{path}.month", _("choose the whole month or days around the day, not both"))

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.buyer is None or person.buyer.birthday is None:
            return Miss("birthday", {"what": "unknown"})
        return None if self._is_on(person.buyer.birthday, facts.place.local.date()) else Miss("birthday")

    def _is_on(self, birthday: int, today: date) -> bool:
        if self.month:
            return birthday // 100 == today.month
        for year in (today.year - 1, today.year, today.year + 1):
            kept = birthday_in(birthday, year)
            if kept - timedelta(days=self.before) <= today <= kept + timedelta(days=self.after):
                return True
        return False

    def needs_buyer(self) -> bool:
        return True

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        if self.month:
            return _("it is the month of their birthday")
        if not self.before and not self.after:
            return _("it is their birthday")
        said = {"before": days(self.before), "after": days(self.after)}
        if not self.after:
            return _("it is up to %(before)s before their birthday") % said
        if not self.before:
            return _("it is up to %(after)s after their birthday") % said
        return _("it is from %(before)s before their birthday to %(after)s after it") % said

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if values.get("what") == "unknown":
            return _("it is for birthdays, and yours is not known: tell us the day")
        return _("it is for birthdays")


class SinceLast(Condition, tag="since_last"):
    """So many days have passed since the member's last visit: at least, at most. Who never came has no last visit."""

    at_least: Days | None = None
    at_most: Days | None = None

    title: ClassVar = gettext_noop("Days since the last visit")
    about: ClassVar = About.HABIT
    inputs: ClassVar = {
        "at_least": Input(gettext_noop("At least"), "whole"),
        "at_most": Input(gettext_noop("At most"), "whole"),
    }

    def check(self, path: str) -> None:
        if self.at_least is None and self.at_most is None:
            raise Invalid.field(f"{path}.at_least", _("say how many days at least or at most"))
        check_span(self.at_least, self.at_most, path)

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.last_sale_at is None:
            return Miss("since_last", {"what": "never"})
        passed = max(0, _days_since(person.last_sale_at, facts))
        if self.at_least is not None and passed < self.at_least:
            return Miss("since_last", {"least": str(self.at_least), "passed": str(passed)})
        if self.at_most is not None and passed > self.at_most:
            return Miss("since_last", {"most": str(self.at_most), "passed": str(passed)})
        return None

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        least, most = days(self.at_least or 0), days(self.at_most or 0)
        if self.at_least is None:
            return _("their last visit was at most %(most)s ago") % {"most": most}
        if self.at_most is None:
            return _("their last visit was at least %(least)s ago") % {"least": least}
        return _("their last visit was %(least)s to %(most)s ago") % {"least": least, "most": most}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if values.get("what") == "never":
            return _("it is for members who came before")
        passed = days(int(values["passed"]))
        if "least" in values:
            return _("it is for a visit after %(least)s or more; it was %(passed)s") % {
                "least": days(int(values["least"])),
                "passed": passed,
            }
        return _("it is for a visit within %(most)s; it was %(passed)s") % {
            "most": days(int(values["most"])),
            "passed": passed,
        }


class Joined(Condition, tag="joined"):
    """The member joined so many days ago at most; on the day itself it is 0."""

    within: Days

    title: ClassVar = gettext_noop("New members")
    about: ClassVar = About.HABIT
    inputs: ClassVar = {"within": Input(gettext_noop("Days since they joined, at most"), "whole")}

    def test(self, facts: Facts) -> Miss | None:
        person = facts.person
        if person is None:
            return NO_MEMBER
        if person.buyer is not None:
            passed = _days_since(person.buyer.joined_at, facts)
            if passed <= self.within:
                return None
        return Miss("joined", {"within": str(self.within)})

    def needs_buyer(self) -> bool:
        return True

    def keys(self) -> frozenset[Key] | None:
        return MEMBERS

    def words(self, names: Names) -> str:
        if not self.within:
            return _("they joined today")
        return _("they joined %(days)s ago at most") % {"days": days(self.within)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is for the first %(days)s after joining") % {"days": days(int(values["within"]))}


def _days_since(moment: datetime, facts: Facts) -> int:
    """Days of the station's calendar from a moment to the sale."""
    local = facts.place.local
    return (local.date() - moment.astimezone(local.tzinfo).date()).days
