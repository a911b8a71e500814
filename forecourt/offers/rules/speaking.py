"""How rules speak: names for codes, figures for people, and what a condition that failed says of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from forecourt.kernel.money import rounded_up, whole_or_cents
from forecourt.kernel.words import say as _


def gettext_noop(text: str) -> str:
    """The text itself, marked for translation: what a class says of itself is translated when it is read."""
    return text


class Names(Protocol):
    """Names of what codes stand for, in the reader's language; the code itself where nothing is known of it.

    Kinds: product, category, brand, station, region, payee, tier, tag, segment, template (of a coupon), tender, funder; also
    unit, where "volume" is the company's litre or gallon; unit_of, which gives the unit of a product ("volume", "kWh", "kg",
    "piece"); currency, whose code "" stands for the company's sign; zone, whose code "" stands for the company's IANA name; and
    digits, which gives the decimal places of the company's currency, the code itself where nothing is known of them.
    """

    def name(self, kind: str, code: str) -> str: ...


class Codes:
    """Names where there are none: the codes. For logs, tests and readers of JSON."""

    def name(self, kind: str, code: str) -> str:
        return code


class Miss(NamedTuple):
    """Why a condition does not hold: its tag, and the figures that tell by how much, as plain text.

    Receipts keep them, so they hold nothing personal: no birthday, no tags.
    """

    condition: str
    values: Mapping[str, str] = {}


class Input(NamedTuple):
    """How a builder asks for a field. `label` and `hint` are translated when read.

    Kinds, of one: number, whole, money, price, volume, percent, text, yes, choice, time, day, product, template, tier.
    Of several: choices, products, categories, brands, stations, regions, payees, pumps, tiers, tags, segments, tenders,
    days_of_month. Made of parts: selection (of products), condition, conditions, rows. `choices` names the list in `WORDS`
    that is chosen from.
    """

    label: str
    kind: str
    hint: str = ""
    choices: str = ""


WORDS: Final[dict[str, dict[str, str]]] = {
    "kind": {
        "fuel": gettext_noop("any fuel"),
        "goods": gettext_noop("goods"),
        "service": gettext_noop("services"),
    },
    "family": {
        "petrol": gettext_noop("petrol"),
        "diesel": gettext_noop("diesel"),
        "lpg": gettext_noop("LPG"),
        "cng": gettext_noop("CNG"),
        "electric": gettext_noop("charging"),
    },
    "unit": {"kWh": "kWh", "kg": "kg", "piece": gettext_noop("piece")},
    "usage": {
        "private": gettext_noop("private cars"),
        "business": gettext_noop("business vehicles"),
        "heavy": gettext_noop("heavy goods vehicles"),
    },
    "customer_kind": {"person": gettext_noop("persons"), "business": gettext_noop("businesses")},
    "weekday": {
        "mon": gettext_noop("Monday"),
        "tue": gettext_noop("Tuesday"),
        "wed": gettext_noop("Wednesday"),
        "thu": gettext_noop("Thursday"),
        "fri": gettext_noop("Friday"),
        "sat": gettext_noop("Saturday"),
        "sun": gettext_noop("Sunday"),
    },
    "counted": {"amount": gettext_noop("money spent"), "quantity": gettext_noop("quantity (litres, kWh, pieces)")},
    "measure": {
        "money": gettext_noop("money given"),
        "volume": gettext_noop("quantity discounted"),
        "uses": gettext_noop("number of uses"),
        "points": gettext_noop("points given"),
    },
    "per": {
        "total": gettext_noop("in all"),
        "day": gettext_noop("a day"),
        "station": gettext_noop("at each station"),
        "station_day": gettext_noop("at each station a day"),
        "customer": gettext_noop("for each customer"),
        "customer_day": gettext_noop("for each customer a day"),
        "customer_month": gettext_noop("for each customer a month"),
    },
}
"""What the closed lists of the language are called. Whatever else has a code has its name from `Names`."""


def called(names: Names, kind: str, code: str) -> str:
    """The name of what a code stands for: a word of the language itself, else what the reader's names know."""
    word = WORDS.get(kind, {}).get(code)
    return names.name(kind, code) if word is None else _(word)


def all_called(names: Names, kind: str, codes: Iterable[str], word: str | None = None) -> str:
    """Names of several, in the order of their codes: "S001 or S002"."""
    return listed([called(names, kind, code) for code in sorted(codes)], word)


def plain(value: Decimal) -> str:
    """A figure as it is stored: no exponent, no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: Decimal | str) -> str:
    """A figure for people: thousands apart, no zeros at the end."""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(names: Names, value: Decimal | str) -> str:
    """Money for people: with the currency's sign, whole or with two decimal places at least."""
    return names.name("currency", "") + whole_or_cents(figure(value))


def sum_of(names: Names, value: Decimal | str) -> str:
    """Money of one sale, as a receipt shows it: with the currency's sign and all its decimal places."""
    return names.name("currency", "") + with_digits(value, int(names.name("digits", "2")))


def with_digits(value: Decimal | str, digits: int) -> str:
    """A figure of one sale: thousands apart, with so many decimal places at least."""
    whole, _point, places = figure(value).partition(".")
    places = places.ljust(digits, "0")
    return f"{whole}.{places}" if places else whole


def measured(names: Names, value: Decimal | str, unit: str) -> str:
    """A quantity with its unit, where that is known: "30 L", "2 pieces", "7"."""
    return _measured(names, value, unit, figure(value))


def lacking(names: Names, value: Decimal | str, unit: str) -> str:
    """A quantity that one sale lacks: whole, or with two decimal places as on a receipt, never less than what is lacking."""
    wanting = rounded_up(Decimal(value), 2)
    return _measured(names, wanting, unit, figure(wanting) if wanting == int(wanting) else with_digits(wanting, 2))


def _measured(names: Names, value: Decimal | str, unit: str, said: str) -> str:
    if unit == "piece":
        return pieces(int(value)) if Decimal(value) == int(Decimal(value)) else said
    if not unit:
        return said
    return _("%(figure)s %(unit)s") % {"figure": said, "unit": called(names, "unit", unit)}


def one(names: Names, unit: str) -> str:
    """One unit, as in "off each L"."""
    if unit == "piece":
        return _("piece")
    return called(names, "unit", unit) if unit else _("unit")


def pieces(count: int) -> str:
    """So many pieces."""
    return _("1 piece") if count == 1 else _("%(count)s pieces") % {"count": count}


def days(count: int) -> str:
    """So many days."""
    return _("1 day") if count == 1 else _("%(count)s days") % {"count": count}


def points(count: int) -> str:
    """So many points."""
    return _("1 point") if count == 1 else _("%(count)s points") % {"count": f"{count:,}"}


def times(count: int) -> str:
    """So many times."""
    if count == 1:
        return _("once")
    return _("twice") if count == 2 else _("%(count)s times") % {"count": f"{count:,}"}


def duration(minutes: int) -> str:
    """A time of hours and minutes: "1 h 20 min"."""
    hours, rest = divmod(minutes, 60)
    said = {"hours": hours, "minutes": rest}
    if not hours:
        return _("%(minutes)s min") % said
    return _("%(hours)s h %(minutes)s min") % said if rest else _("%(hours)s h") % said


def listed(names: Iterable[str], word: str | None = None) -> str:
    """Names one after the other: "95, 98 or 0"."""
    every = list(names)
    if len(every) < 2:
        return "".join(every)
    comma = _(", ")
    return comma.join(every[:-1]) + (word or _(" or ")) + every[-1]


def day(value: date | datetime) -> str:
    """A day for people."""
    return value.isoformat()[:10]
