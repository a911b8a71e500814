"""Opening hours as people read and write them: day and night, or up to two spans a day."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.faces.backoffice import words
from forecourt.kernel.problems import Invalid
from forecourt.organisation.values import Hours

SPANS: Final = 2
INPUTS: Final[Mapping[str, str]] = {
    **{f"hours.{day}": f"{day}_0_from" for day in words.DAY_KEYS},
    "position.0": "latitude",
    "position.1": "longitude",
    "position": "latitude",
}
"""The inputs of the station's form by the path a command names."""


def told(hours: Hours) -> list[tuple[Any, str]]:
    """Days and their hours, days that are alike together; empty for day and night."""
    if not hours:
        return []
    spans = [", ".join("–".join(span) for span in hours.get(day, ())) or _("closed") for day in words.DAY_KEYS]
    groups: list[list[int]] = []
    for place, text in enumerate(spans):
        if groups and spans[groups[-1][0]] == text:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [(_days(group), spans[group[0]]) for group in groups]


def _days(group: list[int]) -> str:
    first, last = str(words.WEEKDAY[group[0]]), str(words.WEEKDAY[group[-1]])
    return first if len(group) == 1 else f"{first}–{last}"


def rows(hours: Hours) -> list[tuple[str, Any, list[tuple[str, str]]]]:
    """(day, its name, spans to fill in) for the form; 24:00, which a clock field does not know, as 00:00."""
    found = []
    for place, day in enumerate(words.DAY_KEYS):
        spans = [(start, "00:00" if end == "24:00" else end) for start, end in hours.get(day, ())][:SPANS]
        found.append((day, words.WEEKDAY[place], spans + [("", "")] * (SPANS - len(spans))))
    return found


def given(posted: Mapping[str, str]) -> Hours:
    """The hours a form gives; empty for day and night."""
    if posted.get("open", "always") == "always":
        return {}
    found: Hours = {}
    for day in words.DAY_KEYS:
        spans = tuple(_span(posted, day, place) for place in range(SPANS))
        wanted = sorted((start, end) for start, end in spans if start)
        for (_start, end), (start, _end) in pairwise(wanted):
            if end > "00:00" and start < end:
                raise Invalid.field(f"{day}_1_from", _("the two spans overlap; let the second begin after the first"))
        if wanted:
            found[day] = tuple(wanted)
    if not found:
        raise Invalid.field("mon_0_from", _("give the hours of at least one day, or choose day and night"))
    return found


def _span(posted: Mapping[str, str], day: str, place: int) -> tuple[str, str]:
    start, end = (posted.get(f"{day}_{place}_{edge}", "").strip()[:5] for edge in ("from", "to"))
    if bool(start) != bool(end):
        raise Invalid.field(f"{day}_{place}_{'to' if start else 'from'}", _("give both the beginning and the end"))
    if start and start == end and start != "00:00":
        raise Invalid.field(f"{day}_{place}_to", _("must differ from the beginning; 00:00 to 00:00 is the whole day"))
    return start, "24:00" if end == "00:00" else end
