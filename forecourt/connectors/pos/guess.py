"""What sort of product an unknown code is, by how it looks: for products made on the way."""

import re
from typing import Final

from forecourt.catalogue.values import Family, Kind, NewProduct, Unit
from forecourt.connectors.pos.figures import unit_of

_PETROL: Final = re.compile(
    r"(E?(89|90|92|93|95|97|98|100|101)|REG|UNL|MID|PREM|SUP|PLUS)(#|号|号汽油|E10)?", re.IGNORECASE
)
_DIESEL: Final = re.compile(r"(0|-10|-20|-35|-50|\+5|D0|B5|B10|DSL|DIESEL)(#|号|号柴油)?", re.IGNORECASE)
_WORDS: Final = (
    (Family.DIESEL, ("diesel", "dsl", "柴油")),
    (Family.LPG, ("lpg", "autogas", "propane", "液化石油气")),
    (Family.CNG, ("cng", "natural gas", "天然气")),
    (Family.ELECTRIC, ("kwh", "charging", "充电")),
    (Family.PETROL, ("petrol", "gasoline", "unleaded", "汽油", "regular", "premium", "super")),
)
_UNITS: Final = {Family.CNG: Unit.KG, Family.ELECTRIC: Unit.KWH}


def family_of(code: str, name: str = "") -> Family:
    """The family of fuel that a grade's code or name speaks of; none when neither does."""
    if _PETROL.fullmatch(code.strip()):
        return Family.PETROL
    if _DIESEL.fullmatch(code.strip()):
        return Family.DIESEL
    words = f"{code} {name}".lower()
    for family, marks in _WORDS:
        if any(mark in words for mark in marks):
            return family
    return Family.NONE


def product(code: str, name: str = "", *, at_pump: bool = False) -> NewProduct:
    """A product for a code of which only this is known: fuel when it looks like a grade, or was sold at a pump under a
    short code; goods otherwise."""
    short = len(code) <= 4
    family = family_of(code, name) if short or name else Family.NONE
    if short and (family or at_pump):
        return NewProduct(code=code, name=name or code, kind=Kind.FUEL, unit=_UNITS.get(family), family=family)
    return NewProduct(code=code, name=(name or code)[:160], kind=Kind.GOODS, unit=Unit.PIECE)


def is_fuel(code: str, name: str, unit: str, *, at_pump: bool = False) -> bool:
    """Whether a line is fuel: by its unit where that is one of volume or energy, else by the product's looks."""
    if unit:
        return bool(unit_of(unit)) or (
            unit.strip().lower() in ("kg", "kwh", "公斤", "度") and bool(family_of(code, name))
        )
    return product(code, name, at_pump=at_pump).kind is Kind.FUEL
