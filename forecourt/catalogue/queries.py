"""Reads of the catalogue: products by any code, prices as of a moment."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from forecourt.catalogue import permissions, rules
from forecourt.catalogue.models import Category, Product
from forecourt.catalogue.values import (
    CategoryView,
    Family,
    Kind,
    NextChange,
    PriceState,
    PriceView,
    ProductFacts,
    ProductView,
    Unit,
)
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.stamps import Remembered

_PRODUCTS_BY_CODE: Final = sql.load(__file__, "products_by_code")
_PRODUCTS_BY_ID: Final = sql.load(__file__, "products_by_id")
_LIST_PRODUCTS: Final = sql.load(__file__, "list_products")
_PRICES_IN_FORCE: Final = sql.load(__file__, "prices_in_force")
_PRICE_HISTORY: Final = sql.load(__file__, "price_history")
_NEXT_CHANGES: Final = sql.load(__file__, "next_changes")

_COSTS: Final = (
    "SELECT product_id, station_id, effective_from, cost FROM catalogue_cost "
    "WHERE product_id = ANY(%(ids)s::bigint[]) ORDER BY effective_from, id"
)

_remembered: Remembered[str, ProductFacts] = Remembered(most=200_000)
_KINDS: Final = {kind.value: kind for kind in Kind}
_UNITS: Final = {unit.value: unit for unit in Unit}
_FAMILIES: Final = {family.value: family for family in Family}


def products_by_code(codes: Collection[str]) -> dict[str, ProductFacts]:
    """Products by the codes asked for, any of those a product answers to; unknown codes are missing.

    Products that are not on sale any more too: the till has already sold. One statement for any number.
    """
    # no text in the database holds a NUL, and asking for one is an error there
    return _facts(_PRODUCTS_BY_CODE, {"codes": [code for code in codes if "\0" not in code]})


def remembered_products(codes: Collection[str], stamp: int) -> dict[str, ProductFacts]:
    """As `products_by_code`, from what this process remembers under the catalogue's stamp; may hold others too."""
    return _remembered.all(codes, stamp, products_by_code)


def forget() -> None:
    """Drop what this process remembers of products."""
    _remembered.forget()


def products_by_id(ids: Collection[int]) -> dict[int, ProductFacts]:
    """Products by id; unknown ids are missing. One statement for any number."""
    return {facts.id: facts for facts in _facts(_PRODUCTS_BY_ID, {"ids": list(ids)}).values()}


def _facts(statement: str, parameters: dict[str, Any]) -> dict[str, ProductFacts]:
    above = rules.path_and_above
    return {
        asked: ProductFacts(
            id=id,
            code=code,
            name=name,
            kind=_KINDS[kind],
            unit=_UNITS[unit],
            family=_FAMILIES[family],
            categories=above(category) if category else (),
            brand=brand,
        )
        for asked, id, code, name, kind, unit, family, category, brand in sql.rows(statement, parameters, hot=True)
    }


def list_products(
    actor: Actor,
    *,
    text: str = "",
    kind: str = "",
    family: str = "",
    category: str = "",
    only_active: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[ProductView]:
    """Products in the order of their codes, from the one after `after`.

    `text` is any code, the beginning of one, or part of the name or brand; `category` takes what is below it too.
    """
    actor.require(permissions.VIEW)
    return _list(
        text=text, kind=kind, family=family, category=category, only_active=only_active, after=after, limit=limit
    )


def product(actor: Actor, code: str) -> ProductView:
    """The product that answers to that code; NotFound when there is none."""
    actor.require(permissions.VIEW)
    return _list(ids=[product_facts(code).id])[0]


def product_facts(code: str) -> ProductFacts:
    """The product that answers to that code, as the engine needs it; NotFound when there is none."""
    found = products_by_code([code]).get(code)
    if found is None:
        raise NotFound(_("There is no product %(code)s.") % {"code": code})
    return found


def costs(product_ids: Collection[int]) -> rules.History:
    """What these products cost; `rules.in_force_at` finds what was so at a moment. One statement."""
    found: rules.History = {}
    for product_id, station_id, since, cost in sql.rows(_COSTS, {"ids": sql.array(sorted(product_ids))}):
        found.setdefault((product_id, station_id), []).append((since, cost))
    return found


def products_with_costs() -> list[int]:
    """The products of which a cost is known."""
    return [row[0] for row in sql.rows("SELECT DISTINCT product_id FROM catalogue_cost")]


def _list(*, ids: Sequence[int] | None = None, limit: int = 1, **criteria: Any) -> list[ProductView]:
    text = criteria.get("text", "")
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if any("\0" in value for value in criteria.values() if isinstance(value, str)):
        return []
    unset = {"text": "", "kind": "", "family": "", "category": "", "only_active": False, "after": ""}
    parameters = unset | criteria | {"ids": ids, "inside": f"%{escaped}%", "beginning": f"{escaped}%", "limit": limit}
    return [_view(row) for row in sql.dicts(_LIST_PRODUCTS, parameters)]


def _view(row: dict[str, Any]) -> ProductView:
    row["kind"], row["unit"], row["family"] = _KINDS[row["kind"]], _UNITS[row["unit"]], _FAMILIES[row["family"]]
    row["barcodes"] = tuple(row["barcodes"])
    return ProductView(**row)


def fuels() -> list[ProductFacts]:
    """The fuels on sale as a price board orders them: petrol by octane, diesel from the mildest, then the others."""
    on_sale = Product.objects.filter(kind=Kind.FUEL, is_active=True).values_list("id", flat=True)
    return sorted(products_by_id(list(on_sale)).values(), key=rules.board_order)


def category_names() -> dict[str, str]:
    """The names of all categories by their codes."""
    return dict(Category.objects.values_list("code", "name"))


def categories(actor: Actor) -> list[CategoryView]:
    """All categories in the order of their paths, each below the one it stands in."""
    actor.require(permissions.VIEW)
    rows = Category.objects.annotate(products=Count("product")).values_list("code", "name", "products")
    return [
        CategoryView(code=code, name=name, products=products)
        for code, name, products in sorted(rows, key=lambda row: row[0].split("/"))
    ]


def prices_in_force(station_id: int, product_ids: Collection[int], at: datetime) -> dict[int, Decimal]:
    """The prices at a station at a moment, by product id, in the currency per unit; one without a price is missing."""
    return prices_at_stations([station_id], product_ids, at)[station_id]


def prices_at_stations(
    station_ids: Collection[int], product_ids: Collection[int], at: datetime
) -> dict[int, dict[int, Decimal]]:
    """The prices at each of these stations at a moment, by station id, then product id. One statement."""
    everywhere: dict[int, Decimal] = {}
    own: dict[int, dict[int, Decimal]] = {station_id: {} for station_id in station_ids}
    parameters = {"station_ids": list(station_ids), "product_ids": list(product_ids), "at": at}
    for product_id, station_id, price in sql.rows(_PRICES_IN_FORCE, parameters):
        (everywhere if station_id is None else own[station_id])[product_id] = price
    return {station_id: everywhere | prices for station_id, prices in own.items()}


def price_history(product_id: int, station_id: int | None = None, *, limit: int = 200) -> list[PriceView]:
    """A product's prices, newest first, announced and withdrawn ones too: a station's and those everywhere.

    All stations' when none is named; the caller keeps to its scope.
    """
    parameters = {"product_id": product_id, "station_id": station_id, "now": clock.now(), "limit": limit}
    rows = sql.dicts(_PRICE_HISTORY, parameters)
    return [PriceView(**row | {"state": PriceState(row["state"])}) for row in rows]


def next_changes(actor: Actor, *, limit: int = 50) -> list[NextChange]:
    """Announced price changes still to come in the actor's scope, the nearest first, beside what is in force now."""
    actor.require(permissions.VIEW)
    now = clock.now()
    stations = None if actor.stations is None else list(actor.stations)
    rows = sql.dicts(_NEXT_CHANGES, {"now": now, "stations": stations, "limit": limit})
    # a station that is none stands for those everywhere
    present = prices_at_stations({row["station_id"] or 0 for row in rows}, {row["product_id"] for row in rows}, now)
    return [
        NextChange(
            id=row["id"],
            product=row["product"],
            product_name=row["product_name"],
            station=row["station"],
            price=row["price"],
            before=present[row["station_id"] or 0].get(row["product_id"]),
            effective_from=row["effective_from"],
            announced_by=row["announced_by"],
        )
        for row in rows
    ]
