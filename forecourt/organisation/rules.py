"""What holds of stations, hours, roles and keys. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from typing import Final
from zoneinfo import available_timezones

from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.organisation.values import (
    SCOPE_PERMISSIONS,
    SCOPED_ROLES,
    CompanyFacts,
    HeldRole,
    Hours,
    NewPump,
    Scope,
    VolumeUnit,
)

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FAILURES_TO_LOCK: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
LONGEST_HOLD: Final = 240
"""Minutes for which a reservation may hold at most: what is promised is missing elsewhere."""
KEY_MARK: Final = "fc_"
PREFIX_LENGTH: Final = len(KEY_MARK) + 8
MAX_PUMP: Final = 999
_DAY_MINUTES: Final = 24 * 60
_STATION_CODE: Final = re.compile(r"\w[\w.-]{0,31}")
_USERNAME: Final = re.compile(r"[\w.@+-]{1,64}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def normal_station_code(code: str, path: str = "code") -> str:
    """A station's code as it is stored. It also names a folder, hence only letters, digits, full stop, _ and -."""
    code = code.strip()
    if not _STATION_CODE.fullmatch(code):
        raise Invalid.field(
            path,
            _(
                "%(code)r is not a station code; use 1 to 32 letters, digits, '.', '_' or '-', "
                "beginning with a letter or digit"
            )
            % {"code": code},
        )
    return code


def unit_in_short(unit: VolumeUnit) -> str:
    """A company's unit of volume as it stands behind a figure, in the reader's language."""
    return _("L") if unit is VolumeUnit.LITRE else _("gal")


def normal_name(name: str, path: str, *, longest: int, may_be_empty: bool = False) -> str:
    """A name in one line without blanks around it."""
    name = " ".join(name.split())
    if not name and not may_be_empty:
        raise Invalid.field(path, _("is empty; give a name"))
    if len(name) > longest:
        raise Invalid.field(
            path, _("has %(count)s characters; at most %(longest)s are kept") % {"count": len(name), "longest": longest}
        )
    if _CONTROL.search(name):
        raise Invalid.field(path, _("holds a control character; leave it out"))
    return name


def normal_username(username: str) -> str:
    """A sign-in name as it is stored and compared: upper and lower case, full and half width are the same."""
    username = unicodedata.normalize("NFKC", username).strip().casefold()
    if not _USERNAME.fullmatch(username):
        raise Invalid.field(
            "username", _("is not a sign-in name; use 1 to 64 letters, digits or . @ + - _ without blanks")
        )
    return username


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str, path: str = "zone") -> str:
    """The name of a time zone, which must be one of the IANA data base's."""
    if name not in _zones():
        raise Invalid.field(
            path, _("%(name)r is not a time zone; give an IANA name such as Asia/Shanghai") % {"name": name}
        )
    return name


def valid_position(position: tuple[float, float] | None, path: str = "position") -> tuple[float, float] | None:
    """(latitude, longitude) in WGS-84 degrees. Refuses what is off the globe and, most often, the two swapped."""
    if position is None:
        return None
    latitude, longitude = position
    if not -90 <= latitude <= 90:
        raise Invalid.field(
            f"{path}.0",
            _("latitude %(latitude)s is not between -90 and 90; latitude comes first") % {"latitude": latitude},
        )
    if not -180 <= longitude <= 180:
        raise Invalid.field(
            f"{path}.1", _("longitude %(longitude)s is not between -180 and 180") % {"longitude": longitude}
        )
    return float(latitude), float(longitude)


def valid_pumps(pumps: Sequence[NewPump], path: str = "pumps") -> tuple[NewPump, ...]:
    """Pumps with different numbers from 0 to 999, the grades without repetition."""
    seen: set[int] = set()
    valid = []
    for index, pump in enumerate(pumps):
        if not 0 <= pump.number <= MAX_PUMP:
            raise Invalid.field(
                f"{path}.{index}.number",
                _("%(number)s is not a pump number; use 0 to %(most)s") % {"number": pump.number, "most": MAX_PUMP},
            )
        if pump.number in seen:
            raise Invalid.field(
                f"{path}.{index}.number", _("pump %(number)s is listed twice; list it once") % {"number": pump.number}
            )
        seen.add(pump.number)
        grades = [normal_name(grade, f"{path}.{index}.grades.{i}", longest=32) for i, grade in enumerate(pump.grades)]
        valid.append(NewPump(number=pump.number, grades=tuple(dict.fromkeys(grades))))
    return tuple(valid)


def normal_hours(hours: Mapping[str, Iterable[Sequence[str]]], path: str = "hours") -> Hours:
    """Opening hours as they are stored: days in the order of the week, spans in the order of the day.

    Refuses unknown days, times that are none, spans of a day that overlap, and a span that begins and ends at the
    same minute (write 00:00 to 24:00 for a whole day).
    """
    for day in hours:
        if day not in DAYS:
            raise Invalid.field(
                f"{path}.{day}", _("%(day)r is not a day; use %(days)s") % {"day": day, "days": ", ".join(DAYS)}
            )
    normal: Hours = {}
    for day in DAYS:
        spans = sorted(_valid_span(span, f"{path}.{day}.{i}") for i, span in enumerate(hours.get(day, ())))
        for (_before, end), (start, _after) in pairwise(spans):
            if start < end:
                raise Invalid.field(
                    f"{path}.{day}", _("two spans overlap at %(start)s; join them into one") % {"start": _text(start)}
                )
        if spans:
            normal[day] = tuple(
                (_text(start), _text(end if end <= _DAY_MINUTES else end - _DAY_MINUTES)) for start, end in spans
            )
    return normal


def _valid_span(span: Sequence[str], path: str) -> tuple[int, int]:
    """Beginning and end in minutes since midnight; the end of a span past midnight is above 24 hours."""
    if len(span) != 2:
        raise Invalid.field(path, _("is not a span of time; give a beginning and an end such as 06:00, 22:00"))
    start, end = (_minutes(text, f"{path}.{i}") for i, text in enumerate(span))
    if start == _DAY_MINUTES:
        raise Invalid.field(f"{path}.0", _("24:00 cannot begin a span; begin the next day at 00:00"))
    if start == end:
        raise Invalid.field(
            path, _("begins and ends at %(span)s; for a whole day write 00:00 to 24:00") % {"span": span[0]}
        )
    return start, end if end > start else end + _DAY_MINUTES


def _minutes(text: str, path: str) -> int:
    found = _CLOCK.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
    if minutes > _DAY_MINUTES:
        raise Invalid.field(
            path, _("%(text)r is not a time of day; write it like 06:00, at most 24:00") % {"text": text}
        )
    return minutes


def _text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def is_open_at(hours: Hours, local: datetime) -> bool:
    """Whether a station with these hours is open at that moment on its own clock. The end of a span is closed."""
    if not hours:
        return True
    minute = local.hour * 60 + local.minute
    today = DAYS[local.weekday()]
    yesterday = DAYS[local.weekday() - 1]
    for start, end in (_valid_span(span, today) for span in hours.get(today, ())):
        if start <= minute < end:
            return True
    return any(
        minute + _DAY_MINUTES < end
        for _start, end in (_valid_span(span, yesterday) for span in hours.get(yesterday, ()))
    )


def stations_in_scope(roles: Iterable[HeldRole]) -> frozenset[int] | None:
    """The stations somebody with these roles sees, None meaning all.

    All, when a role that is not bound to stations by nature was given without a limit; else those of the roles
    together. A station manager without any station sees none.
    """
    stations: set[int] = set()
    for held in roles:
        if not held.is_limited and held.role not in SCOPED_ROLES:
            return None
        stations |= held.stations
    return frozenset(stations)


def valid_scopes(scopes: Sequence[str], path: str = "scopes") -> tuple[Scope, ...]:
    """API scopes by name, each once, in their own order. Refuses unknown ones and an empty list, naming the allowed."""
    allowed = ", ".join(Scope)
    for index, scope in enumerate(scopes):
        if scope not in SCOPE_PERMISSIONS:
            raise Invalid.field(
                f"{path}.{index}",
                _("%(scope)r is not a scope; allowed are %(allowed)s") % {"scope": scope, "allowed": allowed},
            )
    if not scopes:
        raise Invalid.field(path, _("is empty; give one or more of %(allowed)s") % {"allowed": allowed})
    return tuple(scope for scope in Scope if scope in set(scopes))


def permissions_of_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """All permissions of a key with these scopes."""
    return frozenset().union(*(SCOPE_PERMISSIONS[Scope(scope)] for scope in scopes))


def key_digest(key: str) -> bytes:
    """What is kept of an API key: its SHA-256.

    A plain, fast hash is right here, where it would be wrong for a password: a key is 190 random bits, so there is
    nothing to guess, and it is checked on every request.
    """
    return sha256(key.encode()).digest()


def valid_company(facts: CompanyFacts) -> CompanyFacts:
    """The company's settings with name, currency, digits, zone and minutes checked."""
    if not re.fullmatch(r"[A-Z]{3}", facts.currency):
        raise Invalid.field(
            "currency",
            _("%(currency)r is not a currency; give its ISO 4217 code such as CNY") % {"currency": facts.currency},
        )
    if not 0 <= facts.digits <= 4:
        raise Invalid.field(
            "digits", _("%(digits)s decimal places are not possible; a currency has 0 to 4") % {"digits": facts.digits}
        )
    if not 1 <= facts.hold_minutes <= LONGEST_HOLD:
        raise Invalid.field(
            "hold_minutes",
            _("a reservation cannot hold %(minutes)s minutes; it holds 1 to %(most)s")
            % {"minutes": facts.hold_minutes, "most": LONGEST_HOLD},
        )
    return CompanyFacts(
        name=normal_name(facts.name, "name", longest=120),
        currency=facts.currency,
        digits=facts.digits,
        volume_unit=facts.volume_unit,
        zone=known_zone(facts.zone),
        solo_approval=facts.solo_approval,
        hold_minutes=facts.hold_minutes,
    )
