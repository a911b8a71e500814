"""Figures and dates as tills write them, made into ours or refused with the reason."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from forecourt.kernel import clock

ZERO: Final = Decimal(0)
LITRES_A_GALLON: Final = {"gallon": Decimal("3.785411784"), "imperial": Decimal("4.54609"), "litre": Decimal(1)}

_PLAIN: Final = re.compile(r"[+-]?(\d{1,13}(\.\d{0,9})?|\.\d{1,9})")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d{0,9})?")
_UNITS: Final = {
    **dict.fromkeys(("l", "lt", "ltr", "liter", "liters", "litre", "litres", "升", "公升"), "litre"),
    **dict.fromkeys(("gal", "gll", "gallon", "gallons", "usgallon", "usgal", "us gallon", "加仑"), "gallon"),
    **dict.fromkeys(("gli", "imperialgallon", "ukgallon", "ukgal"), "imperial"),
}
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_YEARS: Final = range(1990, 2101)
_FORMATS: Final = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
)
_DATE_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y")


class Unfit(Exception):
    """A field that cannot be read: `field` is its name in the file, the text says what it was and what to do."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def shown(text: str) -> str:
    """A value quoted for a reason: cut short, control characters made visible."""
    return ascii(text[:40]) if not text[:40].isprintable() else f"'{text[:40]}'"


def number(text: str, field: str, *, decimal_comma: bool = False) -> Decimal:
    """An amount or a quantity. Unfit for what is not a plain number: NaN, Infinity, exponents, more than 13 digits."""
    plain = text.strip().strip("¥￥$€元").strip()
    if decimal_comma:
        plain = plain.replace(".", "").replace(",", ".")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not plain.isascii() or not _PLAIN.fullmatch(plain):
        raise Unfit(field, f"{shown(text)} is not a plain number such as 153.00")
    return Decimal(plain) + ZERO  # adding zero turns a negative zero into zero


def unit_of(text: str) -> str:
    """The volume unit a word means, "litre", "gallon" or "imperial"; empty when it means none of them."""
    return _UNITS.get(text.strip().lower().replace("_", ""), "")


def converted(quantity: Decimal, unit: str, wanted: str) -> Decimal:
    """A volume in another unit, not rounded. US gallons of 3.785411784 litres, imperial ones of 4.54609."""
    return quantity * LITRES_A_GALLON[unit] / LITRES_A_GALLON[wanted]


def day(text: str, field: str, formats: tuple[str, ...] = ()) -> date:
    """A date: ISO, year first with slashes or Chinese characters, German with points, or as `formats` say."""
    plain = text.strip()
    if not formats and _ISO_DAY.fullmatch(plain):
        try:
            return _in_range(date.fromisoformat(plain), field, text)
        except ValueError:
            raise Unfit(field, f"{shown(text)} is not a date such as 2026-01-02") from None
    for pattern in (*formats, *_DATE_FORMATS):
        try:
            found = datetime.strptime(plain, pattern).date()  # noqa: DTZ007 - a date bears no zone
        except ValueError:
            continue
        return _in_range(found, field, text)
    try:
        return _in_range(date.fromisoformat(plain[:10]), field, text)
    except ValueError:
        raise Unfit(field, f"{shown(text)} is not a date such as 2026-01-02") from None


def moment(text: str, field: str, zone: str, formats: tuple[str, ...] = ()) -> datetime:
    """An instant: ISO with or without zone, or as `formats` say; without a zone it is `zone`'s local time."""
    plain = text.strip()
    found = _by_formats(plain, formats) if formats else None
    if found is None:
        try:
            found = datetime.fromisoformat(plain)
        except ValueError:
            found = _by_formats(plain, _FORMATS)
    if found is None:
        raise Unfit(field, f"{shown(text)} is not a time such as 2026-01-02T08:30:00+08:00")
    _in_range(found.date(), field, text)
    return found if found.tzinfo else found.replace(tzinfo=clock.zone(zone))


def at_noon(business_date: date, zone: str) -> datetime:
    """Noon of a trading day: the instant of a sale whose till gives only its day."""
    return datetime.combine(business_date, time(12), clock.zone(zone))


def _by_formats(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the station's zone is put on by the caller
        except ValueError:
            continue
    return None


def _in_range(found: date, field: str, text: str) -> date:
    if found.year not in _YEARS:
        raise Unfit(field, f"{shown(text)} lies outside the years {_YEARS.start} to {_YEARS.stop - 1}")
    return found
