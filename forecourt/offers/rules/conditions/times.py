"""Conditions on when it is bought. Hours, weekdays and dates are those of the station's own calendar and clock."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from msgspec import Meta

from forecourt.kernel.problems import Invalid
from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _
from forecourt.offers.rules.facts import Facts
from forecourt.offers.rules.speaking import (
    Input,
    Miss,
    Names,
    called,
    day,
    days,
    duration,
    gettext_noop,
    listed,
)
from forecourt.offers.rules.terms import About, Condition, Varies

_DAY: Final = 24 * 60


class Span(Value, forbid_unknown_fields=True):
    """Hours of a day, "07:00" to "09:30"; an end at or before the start lies on the next day; "24:00" is midnight."""

    start: Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

    inputs: ClassVar[dict[str, Input]] = {
        "start": Input(gettext_noop("From"), "time"),
        "end": Input(gettext_noop("To"), "time"),
    }

    def covers(self, clock: str) -> bool:
        """Whether a time of day lies in it; times as text compare like times."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class AtHours(Condition, tag="hours"):
    """Within these hours on the station's clock."""

    of: Annotated[tuple[Span, ...], Meta(min_length=1, max_length=24)]

    title: ClassVar = gettext_noop("Hours")
    about: ClassVar = About.TIME
    inputs: ClassVar = {
        "of": Input(gettext_noop("Between"), "rows", gettext_noop("22:00 to 06:00 runs past midnight."))
    }

    def check(self, path: str) -> None:
        for position, span in enumerate(self.of):
            if span.start == span.end:
                raise Invalid.field(
                    f"{path}.of.{position}.end", _("is when it begins; for the whole day say 00:00 to 24:00")
                )

    def test(self, facts: Facts) -> Miss | None:
        local = facts.place.local
        clock = f"{local.hour:02}:{local.minute:02}"
        for span in self.of:
            if span.covers(clock):
                return None
        return self._miss(_minutes(clock))

    def _miss(self, now: int) -> Miss:
        """When it begins next, or when it ended where that is nearer."""
        wait = past = _DAY
        begins = ended = ""
        for span in self.of:
            if (ahead := (_minutes(span.start) - now) % _DAY) < wait:
                wait, begins = ahead, span.start
            if (ago := (now - _minutes(span.end)) % _DAY) < past:
                past, ended = ago, span.end
        if past < wait:
            return Miss("hours", {"ended": ended, "minutes": str(past)})
        return Miss("hours", {"begins": begins, "minutes": str(wait)})

    def varies(self, facts: Facts) -> Varies:
        return Varies.CLOCK

    def words(self, names: Names) -> str:
        spans = [_("%(start)s to %(end)s") % {"start": span.start, "end": span.end} for span in self.of]
        return _("it is from %(spans)s") % {"spans": listed(spans)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        minutes = int(values["minutes"])
        if "begins" in values:
            return _("it begins at %(time)s, %(later)s later") % {"time": values["begins"], "later": duration(minutes)}
        if not minutes:
            return _("it ended at %(time)s") % {"time": values["ended"]}
        return _("it ended at %(time)s, %(earlier)s before") % {"time": values["ended"], "earlier": duration(minutes)}


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK: Final = tuple(Weekday)
_WEEKEND: Final = frozenset({Weekday.SAT, Weekday.SUN})
_WORKING: Final = frozenset(_WEEK) - _WEEKEND


class OnWeekdays(Condition, tag="weekdays"):
    """On these days of the week."""

    of: Annotated[frozenset[Weekday], Meta(min_length=1)]

    title: ClassVar = gettext_noop("Days of the week")
    about: ClassVar = About.TIME
    inputs: ClassVar = {"of": Input(gettext_noop("On"), "choices", choices="weekday")}

    def test(self, facts: Facts) -> Miss | None:
        today = facts.place.local.weekday()
        if _WEEK[today] in self.of:
            return None
        wait = next(ahead for ahead in range(1, 8) if _WEEK[(today + ahead) % 7] in self.of)
        return Miss("weekdays", {"next": _WEEK[(today + wait) % 7].value, "days": str(wait)})

    def varies(self, facts: Facts) -> Varies:
        return Varies.DAY

    def words(self, names: Names) -> str:
        if self.of == _WEEKEND:
            return _("it is a weekend")
        if self.of == _WORKING:
            return _("it is Monday to Friday")
        chosen = [called(names, "weekday", weekday) for weekday in _WEEK if weekday in self.of]
        return _("it is %(weekdays)s") % {"weekdays": listed(chosen)}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return _("it is on again on %(weekday)s, in %(days)s") % {
            "weekday": called(names, "weekday", values["next"]),
            "days": days(int(values["days"])),
        }


class Dates(Value, forbid_unknown_fields=True, omit_defaults=True):
    """Days from `first` to `last`, both included; a day alone needs no `last`. "2026-10-01" is a day, "10-01" one of every
    year; "12-24" to "01-06" runs past New Year.
    """

    first: Annotated[str, Meta(pattern=r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$")]
    last: Annotated[str, Meta(pattern=r"^(([0-9]{4}-)?[0-9]{2}-[0-9]{2})?$")] = ""

    inputs: ClassVar[dict[str, Input]] = {
        "first": Input(gettext_noop("From"), "day", gettext_noop("2026-10-01, or 10-01 for every year.")),
        "last": Input(gettext_noop("To"), "day"),
    }

    def check(self, path: str) -> None:
        for field, text in (("first", self.first), ("last", self.last or self.first)):
            if _day_of(text) is None:
                raise Invalid.field(f"{path}.{field}", _("%(text)s is no day of the calendar") % {"text": text})
        if self.last and len(self.first) != len(self.last):
            raise Invalid.field(f"{path}.last", _("give the year in both days or in neither"))
        if self.last and len(self.first) == 10 and self.last < self.first:
            raise Invalid.field(f"{path}.last", _("lies before the first day; give a later one"))

    def covers(self, today: str) -> bool:
        """Whether a day, "2026-10-01", lies in it."""
        first, last = self.first, self.last or self.first
        if len(first) == 5:
            today = today[5:]
            if last < first:
                return today >= first or today <= last
        return first <= today <= last

    def begins_after(self, today: date) -> date | None:
        """The next day on which it begins, None where it never does again."""
        if len(self.first) == 10:
            first = date.fromisoformat(self.first)
            return first if first > today else None
        for year in range(today.year, today.year + 9):
            found = _day_of(f"{year:04}-{self.first}")
            if found is not None and found > today:
                return found
        return None

    def words(self) -> str:
        if self.last and self.last != self.first:
            return _("%(start)s to %(end)s") % {"start": self.first, "end": self.last}
        return self.first


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text if len(text) == 10 else f"2000-{text}")
    except ValueError:
        return None


class OnDates(Condition, tag="dates"):
    """On these days, some of them perhaps every year."""

    of: Annotated[tuple[Dates, ...], Meta(min_length=1, max_length=60)]

    title: ClassVar = gettext_noop("Dates")
    about: ClassVar = About.TIME
    inputs: ClassVar = {"of": Input(gettext_noop("On"), "rows")}

    def check(self, path: str) -> None:
        for position, dates in enumerate(self.of):
            dates.check(f"{path}.of.{position}")

    def test(self, facts: Facts) -> Miss | None:
        local = facts.place.local
        text = f"{local.year:04}-{local.month:02}-{local.day:02}"
        for dates in self.of:
            if dates.covers(text):
                return None
        today = local.date()
        coming = [begins for dates in self.of if (begins := dates.begins_after(today)) is not None]
        if coming:
            begins = min(coming)
            return Miss("dates", {"begins": day(begins), "days": str((begins - today).days)})
        return Miss("dates", {"ended": max([dates.last or dates.first for dates in self.of])})

    def varies(self, facts: Facts) -> Varies:
        return Varies.DAY

    def words(self, names: Names) -> str:
        return _("the date is %(dates)s") % {"dates": listed([dates.words() for dates in self.of])}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        if "begins" in values:
            return _("it begins on %(day)s, in %(days)s") % {
                "day": values["begins"],
                "days": days(int(values["days"])),
            }
        return _("it ended on %(day)s") % {"day": values["ended"]}


class OnDaysOfMonth(Condition, tag="month_days"):
    """On these days of every month, such as a members' day on the 18th; 31 is on in long months only."""

    of: Annotated[frozenset[Annotated[int, Meta(ge=1, le=31)]], Meta(min_length=1)]

    title: ClassVar = gettext_noop("Days of the month")
    about: ClassVar = About.TIME
    inputs: ClassVar = {"of": Input(gettext_noop("On"), "days_of_month", gettext_noop("Such as a members' day."))}

    def test(self, facts: Facts) -> Miss | None:
        local = facts.place.local
        if local.day in self.of:
            return None
        today = local.date()
        begins = _next_month_day(today, self.of)
        return Miss("month_days", {"begins": day(begins), "days": str((begins - today).days)})

    def varies(self, facts: Facts) -> Varies:
        return Varies.DAY

    def words(self, names: Names) -> str:
        return _("it is day %(days)s of the month") % {"days": listed([str(number) for number in sorted(self.of)])}

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        return OnDates.missing(values, names)


def _next_month_day(today: date, wanted: frozenset[int]) -> date:
    """The next day of a month that is wanted, after today: within two months, for no two short ones follow each other."""
    month, after = today.replace(day=1), today.day
    while True:
        length = monthrange(month.year, month.month)[1]
        found = [number for number in wanted if after < number <= length]
        if found:
            return month.replace(day=min(found))
        month, after = (month + timedelta(days=length)).replace(day=1), 0
