"""Products by any code they answer to, listed and searched; categories."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from forecourt import catalogue
from forecourt.catalogue import permissions, rules
from forecourt.catalogue.models import Category, Product
from forecourt.catalogue.values import (
    CategoryView,
    Family,
    Kind,
    ProductFacts,
    ProductView,
    Unit,
)
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.stamps import Remembered
from forecourt.organisation import queries as organisation

_PRODUCTS_BY_CODE: Final = sql.load(catalogue.__file__, "products_by_code")
_PRODUCTS_BY_ID: Final = sql.load(catalogue.__file__, "products_by_id")
_LIST_PRODUCTS: Final = sql.load(catalogue.__file__, "list_products")

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
    costless: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[ProductView]:
    """Products in the order of their codes, from the one after `after`.

    `text` is any code, the beginning of one, or part of the name or brand; `category` takes what is below it too;
    `costless`: those of which no cost is known yet at one open station at least.
    """
    actor.require(permissions.VIEW)
    return _list(
        text=text,
        kind=kind,
        family=family,
        category=category,
        only_active=only_active,
        costless=costless,
        after=after,
        limit=limit,
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


def _list(*, ids: Sequence[int] | None = None, limit: int = 1, **criteria: Any) -> list[ProductView]:
    text = criteria.get("text", "")
    escaped = sql.like(text)
    if any("\0" in value for value in criteria.values() if isinstance(value, str)):
        return []
    unset = {"text": "", "kind": "", "family": "", "category": "", "only_active": False, "costless": False, "after": ""}
    found = {"ids": ids, "inside": f"%{escaped}%", "beginning": f"{escaped}%", "now": clock.now(), "limit": limit}
    found["stations"] = organisation.open_station_ids() if criteria.get("costless") else []
    parameters = unset | criteria | found
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


def brands(names: Collection[str]) -> set[str]:
    """Those of these brands that some product has."""
    askable = [name for name in names if "\0" not in name]
    return set(Product.objects.filter(brand__in=askable).values_list("brand", flat=True))


def categories(actor: Actor) -> list[CategoryView]:
    """All categories in the order of their paths, each below the one it stands in."""
    actor.require(permissions.VIEW)
    rows = Category.objects.annotate(products=Count("product")).values_list("code", "name", "products")
    return [
        CategoryView(code=code, name=name, products=products)
        for code, name, products in sorted(rows, key=lambda row: row[0].split("/"))
    ]
