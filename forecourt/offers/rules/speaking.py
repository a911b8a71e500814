"""How rules speak: names for codes, figures for people, and what a condition that failed says of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from forecourt.kernel.words import say as _


class Names(Protocol):
    """Names of what codes stand for, in the reader's language; the code itself where nothing is known of it."""

    def name(self, kind: str, code: str) -> str: ...


class Codes:
    """Names where there are none: the codes. For logs, tests and readers of JSON."""

    def name(self, kind: str, code: str) -> str:
        return code


class Miss(NamedTuple):
    """Why a condition does not hold: its tag, and the figures that tell by how much, as plain text."""

    condition: str
    values: Mapping[str, str] = {}


def plain(value: Decimal) -> str:
    """A figure for people: no exponent, no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def listed(names: Iterable[str], word: str | None = None) -> str:
    """Names one after the other: "95, 98 or 0"."""
    every = list(names)
    if len(every) < 2:
        return "".join(every)
    comma = _(", ")
    return comma.join(every[:-1]) + (word or _(" or ")) + every[-1]


def day(value: date | datetime) -> str:
    """A day for people."""
    return f"{value:%Y-%m-%d}"
