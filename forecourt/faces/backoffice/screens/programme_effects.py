"""What ordinary baskets bring under one programme and another: points by tier, and what the tier takes off."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.values import Family, Kind, ProductFacts, Unit
from forecourt.faces.backoffice import words
from forecourt.faces.backoffice.queries import reference
from forecourt.faces.backoffice.templatetags.office import currency
from forecourt.kernel.money import ZERO
from forecourt.loyalty import rules
from forecourt.loyalty.values import Programme, Tier

LORRY_VOLUME: Final = Decimal(200)
CAR_VOLUME: Final = Decimal(40)
SHOPPING: Final = Decimal(30)
_MOST: Final = Decimal(100_000)


class Line(NamedTuple):
    """A line of a basket to try."""

    product: ProductFacts
    quantity: Decimal
    amount: Decimal
    discount: Decimal = ZERO


class Basket(NamedTuple):
    """An ordinary purchase, in words and as lines."""

    name: str
    lines: list[Line]


class Effect(NamedTuple):
    """What a basket brings: points and what the tier takes off, before and after; None where there is no such tier."""

    points: tuple[int | None, int | None]
    saved: tuple[Decimal | None, Decimal | None]

    @property
    def changed(self) -> bool:
        return self.points[0] != self.points[1] or self.saved[0] != self.saved[1]


def effects(before: Programme, after: Programme, baskets: Sequence[Basket]) -> dict[str, Any]:
    """A table of tiers by baskets: {"tiers": names, "rows": [(basket, [Effect])], "is_change"}."""
    tiers = {tier.code: tier for tier in (*after.tiers, *before.tiers)}
    if not before.tiers and not after.tiers:
        tiers = {"": Tier(code="", name=_("everybody"), threshold=ZERO)}
    order = sorted(tiers, key=lambda code: tiers[code].threshold)
    names = {tier.code: tier.name for tier in (*before.tiers, *after.tiers)}
    rated = [(one, rules.Rates(one.rates), {tier.code: tier for tier in one.tiers}) for one in (before, after)]
    rows = []
    for basket in baskets:
        cells = []
        for code in order:
            brought = [_brought(one, rates, known, code, basket) for one, rates, known in rated]
            cells.append(Effect((brought[0][0], brought[1][0]), (brought[0][1], brought[1][1])))
        rows.append((basket.name, cells))
    is_change = any(cell.changed for _name, cells in rows for cell in cells)
    return {"tiers": [names.get(code, _("everybody")) for code in order], "rows": rows, "is_change": is_change}


def _brought(
    programme: Programme, rates: rules.Rates, tiers: Mapping[str, Tier], code: str, basket: Basket
) -> tuple[int | None, Decimal | None]:
    """Points and discount of a basket in a tier; nothing where the programme does not have it."""
    tier = tiers.get(code)
    if tier is None and (programme.tiers or not programme.rates):
        return None, None
    percent = tier.multiplier_percent if tier else 100
    points = rules.points_earned(basket.lines, rates, station="", tender="", multiplier_percent=percent).points
    saved = ZERO
    for line in basket.lines if tier else ():
        is_fuel = line.product.kind is Kind.FUEL
        saved += line.quantity * tier.fuel_discount if is_fuel else line.amount * tier.shop_percent / 100
    return points, saved


def baskets(asked: Mapping[str, str]) -> list[Basket]:
    """Purchases as many make them, of what is on sale here; last the one that is asked for, where there is one."""
    grades = {row["code"]: row for row in reference.grades()}
    facts = catalogue.products_by_code(set(grades))
    petrol = next((code for code in ("95", "92", *grades) if _is_of(facts, code, Family.PETROL)), "")
    diesel = next((code for code in ("0", *grades) if _is_of(facts, code, Family.DIESEL)), "")
    found = []
    if petrol:
        found.append(_basket(facts[petrol], CAR_VOLUME, ZERO))
        found.append(_basket(facts[petrol], CAR_VOLUME, SHOPPING))
    if diesel:
        found.append(_basket(facts[diesel], LORRY_VOLUME, ZERO))
    found.append(_basket(None, ZERO, SHOPPING))
    wanted = tried(asked)
    if wanted["volume"] or wanted["shop"]:
        found.append(_basket(facts.get(wanted["grade"]), wanted["volume"], wanted["shop"]))
    return found


def tried(asked: Mapping[str, str]) -> dict[str, Any]:
    """The basket to try beside the ordinary ones: a grade, how much of it, and how much from the shop."""
    return {
        "grade": asked.get("grade", ""),
        "volume": _decimal(asked.get("volume", "")),
        "shop": _decimal(asked.get("shop", "")),
    }


def _is_of(facts: Mapping[str, ProductFacts], code: str, family: Family) -> bool:
    return code in facts and facts[code].family is family


def _basket(fuel: ProductFacts | None, volume: Decimal, shop: Decimal) -> Basket:
    lines, said = [], []
    if fuel is not None and volume:
        price = reference.usual_price(fuel.id) or ZERO
        lines.append(Line(fuel, volume, volume * price))
        said.append(f"{volume.normalize():f} {words.volume_unit()} {fuel.name}")
    if shop:
        goods = ProductFacts(id=0, code="", name="", kind=Kind.GOODS, unit=Unit.PIECE)
        lines.append(Line(goods, Decimal(1), shop))
        said.append(_("%(money)s in the shop") % {"money": f"{currency()}{shop.normalize():f}"})
    return Basket(" + ".join(said), lines)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ZERO
    return value if value.is_finite() and 0 <= value < _MOST else ZERO
