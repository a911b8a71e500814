"""Reading fields out of a record's element, whatever namespace it is in."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from forecourt.connectors.pos.figures import number
from forecourt.connectors.pos.values import Reading
from forecourt.connectors.pos.xmlstream import local

if TYPE_CHECKING:
    from lxml.etree import _Element

Fields = dict[str, "_Element"]


def fields_of(element: "_Element | None") -> Fields:
    """The children by local name; of several with one name the first."""
    found: Fields = {}
    for child in element if element is not None else ():
        found.setdefault(local(child.tag), child)
    return found


def text_of(fields: Fields, name: str) -> str:
    """A field's text, stripped; empty when it is not there."""
    element = fields.get(name)
    return (element.text or "").strip() if element is not None else ""


def number_in(fields: Fields, name: str, reading: Reading) -> Decimal:
    """A field's number; Unfit when it is not there or is none."""
    return number(text_of(fields, name), name, decimal_comma=reading.mapping.decimal_comma)


def is_yes(fields: Fields, name: str) -> bool:
    """Whether a flag is set, by its `value` or its text."""
    element = fields.get(name)
    return element is not None and says_yes(element.get("value") or element.text)


def says_yes(text: str | None) -> bool:
    return (text or "").strip().lower() in ("yes", "true", "1")


def named(element: "_Element | None", names: frozenset[str]) -> "Iterator[_Element]":
    """All elements below, or the element itself, that bear one of these local names."""
    return (found for found in element.iter() if local(found.tag) in names) if element is not None else iter(())


def position_of(text: str) -> int | None:
    """A pump's number, or None where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
