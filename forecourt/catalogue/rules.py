"""What holds of products, their codes and prices. Pure."""

from bisect import bisect_right
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from forecourt.catalogue.values import Family, Kind, NewCost, NewPrice, NewProduct, ProductFacts, Unit
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.organisation.rules import normal_name

LONGEST_CODE: Final = 32
LONGEST_PATH: Final = 200
PRICE_DIGITS: Final = 4
FIRST_YEAR: Final = 1980
LAST_YEAR: Final = 2199
HIGHEST_PRICE: Final = Decimal(10) ** 8
HIGHEST_COST: Final = Decimal(10) ** 6

History = dict[tuple[int, int | None], list[tuple[datetime, Decimal | None]]]
"""Figures, such as costs, by (product, station; None: everywhere), from when, oldest first; a figure of None: none any more."""


def in_force_at(history: History, product_id: int, station_id: int, moment: datetime) -> Decimal | None:
    """The figure that held there and then, a station's own before that of everywhere; None where there was none."""
    for station in (station_id, None):
        rows = history.get((product_id, station))
        if rows:
            position = bisect_right(rows, moment, key=_since)
            figure = rows[position - 1][1] if position else None
            if figure is not None:
                return figure
    return None


def _since(row: tuple[datetime, Decimal | None]) -> datetime:
    return row[0]


def normal_code(code: str, path: str = "code") -> str:
    """A product's code as it is stored: without blanks around it, one to 32 characters, none of them blank inside."""
    code = code.strip()
    if not 1 <= len(code) <= LONGEST_CODE or not code.isprintable() or any(letter.isspace() for letter in code):
        raise Invalid.field(
            path,
            _("%(code)r is not a product code; use 1 to %(longest)s characters, no blanks")
            % {"code": code[:40], "longest": LONGEST_CODE},
        )
    return code


def normal_path(category: str, path: str = "category") -> str:
    """A category's path as it is stored, "SHOP/SNACKS": no blanks around its steps. Empty is no category."""
    if not category.strip():
        return ""
    steps = [" ".join(step.split()) for step in category.split("/")]
    if not all(steps):
        raise Invalid.field(
            path, _("%(category)r has an empty step; write it like SHOP/SNACKS") % {"category": category[:60]}
        )
    normal = "/".join(steps)
    if len(normal) > LONGEST_PATH or not normal.isprintable():
        raise Invalid.field(
            path,
            _("%(category)r is no category; use at most %(longest)s printable characters")
            % {"category": category[:60], "longest": LONGEST_PATH},
        )
    return normal


@lru_cache(maxsize=65_536)
def path_and_above(category: str) -> tuple[str, ...]:
    """A category's path and those of all above it, itself first: "A/B" gives "A/B" and "A". Nothing for none."""
    if not category:
        return ()
    steps = category.split("/")
    return tuple("/".join(steps[:count]) for count in range(len(steps), 0, -1))


def usual_unit(kind: Kind, family: Family) -> Unit:
    """What a product is measured in unless said otherwise. CNG is sold by mass, charging by energy."""
    if kind is not Kind.FUEL:
        return Unit.PIECE
    return {Family.CNG: Unit.KG, Family.ELECTRIC: Unit.KWH}.get(family, Unit.VOLUME)


def normal_product(product: NewProduct, path: str = "") -> NewProduct:
    """A product to add as it is stored. Invalid names the field at fault."""
    if product.family and product.kind is not Kind.FUEL:
        raise Invalid.field(
            f"{path}family",
            _("%(family)s is a family of fuel; leave it empty for %(kind)s")
            % {"family": product.family, "kind": product.kind},
        )
    code = normal_code(product.code, f"{path}code")
    barcodes = [normal_code(barcode, f"{path}barcodes.{i}") for i, barcode in enumerate(product.barcodes)]
    return NewProduct(
        code=code,
        name=normal_name(product.name, f"{path}name", longest=160),
        kind=product.kind,
        unit=product.unit or usual_unit(product.kind, product.family),
        family=product.family,
        category=normal_path(product.category, f"{path}category"),
        brand=normal_name(product.brand, f"{path}brand", longest=80, may_be_empty=True),
        barcodes=tuple(barcode for barcode in dict.fromkeys(barcodes) if barcode != code),
    )


def board_order(fuel: ProductFacts) -> tuple[int, int, str]:
    """Where a fuel stands on a price board: by family, grades by number whatever their sign, then by code."""
    digits = fuel.code.lstrip("-")
    return list(Family).index(fuel.family), int(digits) if digits.isdecimal() else 0, fuel.code


def barcode_warning(code: str) -> str:
    """Which EAN check digit was expected, where a code looks like EAN-8 or EAN-13 and its own is another; else empty.

    To warn with, never to refuse: tills use numbers of their own that look like barcodes.
    """
    if len(code) not in {8, 13} or not (code.isascii() and code.isdigit()):
        return ""
    expected = ean_check_digit(code[:-1])
    return "" if expected == code[-1] else expected


def ean_check_digit(digits: str) -> str:
    """The check digit after these digits: weights 3 and 1 from the right (GS1 General Specifications, section 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def valid_price(price: NewPrice, path: str = "") -> None:
    """Invalid unless the price is a number of at most four decimal places, not negative, from an instant on."""
    value = price.price
    if not value.is_finite() or not 0 <= value < HIGHEST_PRICE:
        raise Invalid.field(
            f"{path}price",
            _("%(price)s is not a price; give a number from 0 to below %(limit)s")
            % {"price": value, "limit": HIGHEST_PRICE},
        )
    if value != round(value, PRICE_DIGITS):
        raise Invalid.field(
            f"{path}price",
            _("%(price)s has too many decimal places; at most %(digits)s are kept")
            % {"price": value, "digits": PRICE_DIGITS},
        )
    if not FIRST_YEAR <= price.effective_from.year <= LAST_YEAR:
        raise Invalid.field(
            f"{path}effective_from",
            _("%(year)s is not a year of prices") % {"year": f"{price.effective_from:%Y}"},
        )
    if not bears_zone(price.effective_from):
        raise Invalid.field(f"{path}effective_from", _("lacks a time zone; write it like 2026-01-02T00:00:00+08:00"))


def valid_cost(cost: NewCost, path: str = "") -> None:
    """Invalid unless the cost is a number of at most four decimal places, not negative, from an instant on."""
    value = cost.cost
    if not value.is_finite() or not 0 <= value < HIGHEST_COST or value != round(value, PRICE_DIGITS):
        raise Invalid.field(
            f"{path}cost",
            _("%(cost)s is no cost of a unit; give 0 or more, with four decimal places at most") % {"cost": value},
        )
    if not FIRST_YEAR <= cost.effective_from.year <= LAST_YEAR:
        raise Invalid.field(
            f"{path}effective_from", _("%(year)s is not a year of costs") % {"year": f"{cost.effective_from:%Y}"}
        )
    if not bears_zone(cost.effective_from):
        raise Invalid.field(f"{path}effective_from", _("lacks a time zone; write it like 2026-01-02T00:00:00+08:00"))


def bears_zone(at: datetime) -> bool:
    return at.tzinfo is not None and at.utcoffset() is not None
