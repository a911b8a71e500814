"""Adding and changing products."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET

from forecourt.catalogue import permissions, records, rules
from forecourt.catalogue.events import ProductChanged, ProductsAdded
from forecourt.catalogue.models import Category, Product, ProductCode
from forecourt.catalogue.standard import CATEGORY_NAMES, STANDARD_FUELS
from forecourt.catalogue.values import Family, Kind, NewProduct, ProductChanges
from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation.rules import normal_name

_CODES_IN_AN_EVENT: Final = 1000


@transaction.atomic(durable=True)
def add_products(actor: Actor, products: Sequence[NewProduct]) -> dict[str, int]:
    """Add those whose code is new and leave the others as they are; returns the ids of all by code.

    Makes missing categories. Conflict, naming the other product, when a code or barcode is another's. The number of
    statements is the same for one and 100,000, but for an event each 1,000 and a statement a depth of new categories.
    """
    _require_everywhere(actor)
    return _add(products)


@transaction.atomic(durable=True)
def add_standard_fuels(actor: Actor) -> dict[str, int]:
    """Add the fuels sold in China, those that are missing: 92, 95, 98, diesel from 0 to -50, LPG, CNG, charging."""
    _require_everywhere(actor)
    return _add(STANDARD_FUELS, CATEGORY_NAMES)


@transaction.atomic(durable=True)
def update_product(actor: Actor, product_id: int, changes: ProductChanges) -> None:
    """Change what is named in `changes`. Conflict when a barcode is another product's."""
    _require_everywhere(actor)
    records.lock_codes()
    row = Product.objects.select_for_update().filter(pk=product_id).first()
    if row is None:
        raise NotFound(_("There is no product with the id %(id)s.") % {"id": product_id})
    changed = _apply(row, changes)
    if changes.barcodes is not UNSET and _set_barcodes(row, changes.barcodes):
        changed.append("barcodes")
    row.save()
    stamps.bump("catalogue")
    if changed:
        event = ProductChanged(occurred_at=clock.now(), product_id=row.pk, product=row.code, fields=tuple(changed))
        publish([event])
        audit.record(actor, "product.update", f"product:{row.code}", detail={"fields": changed})


@transaction.atomic(durable=True)
def rename_category(actor: Actor, path: str, name: str) -> None:
    """Give a category another name on screens; its path, which rules refer to, stays."""
    _require_everywhere(actor)
    name = normal_name(name, "name", longest=120)
    if not Category.objects.filter(code=path).update(name=name):
        raise NotFound(_("There is no category %(path)s.") % {"path": path})
    audit.record(actor, "product.rename_category", f"category:{path}", detail={"name": name})


def _require_everywhere(actor: Actor) -> None:
    actor.require(permissions.EDIT)
    if actor.stations is not None:
        raise NotAllowed(
            _("%(who)s may act for some stations only; products are the same at all.") % {"who": actor.name}
        )


def _add(products: Sequence[NewProduct], category_names: Mapping[str, str] | None = None) -> dict[str, int]:
    path = "" if len(products) == 1 else "{}."
    normal = _distinct(rules.normal_product(product, path.format(index)) for index, product in enumerate(products))
    records.lock_codes()
    taken = records.codes_taken([code for product in normal.values() for code in (product.code, *product.barcodes)])
    known = {code: taken[code][0] for code in normal if code in taken and taken[code][1] == code}
    new = [product for code, product in normal.items() if code not in known]
    _require_free_codes(new, taken)
    category_ids = records.ensure_categories({product.category for product in new}, category_names)
    added = records.add_products(new, category_ids)
    now, codes = clock.now(), list(added)
    publish(
        [
            ProductsAdded(occurred_at=now, products=tuple(codes[start : start + _CODES_IN_AN_EVENT]))
            for start in range(0, len(codes), _CODES_IN_AN_EVENT)
        ]
    )
    return known | added


def _distinct(products: Iterable[NewProduct]) -> dict[str, NewProduct]:
    """By code; the same product twice is once, two under one code are Invalid."""
    by_code: dict[str, NewProduct] = {}
    for product in products:
        if by_code.setdefault(product.code, product) != product:
            raise Invalid.field(
                "code", _("the list holds two different products %(code)s; keep one of them") % {"code": product.code}
            )
    return by_code


def _require_free_codes(new: Sequence[NewProduct], taken: Mapping[str, tuple[int, str]]) -> None:
    """Conflict when a code of a new product is another's, stored or in the same list."""
    owners: dict[str, str] = {}
    for product in new:
        for code in (product.code, *product.barcodes):
            other = taken[code][1] if code in taken else owners.setdefault(code, product.code)
            if other != product.code:
                raise _clash(product.code, code, other)


def _clash(product: str, code: str, other: str) -> Conflict:
    return Conflict(
        _(
            "product %(product)s: the code %(code)s belongs to product %(other)s; "
            "remove it there first, or leave it out here."
        )
        % {"product": product, "code": code, "other": other}
    )


def _apply(row: Product, changes: ProductChanges) -> list[str]:
    """Carry the changes, but for barcodes, into the row; returns the names of the columns that differ."""
    wanted: dict[str, Any] = {}
    for field, column_of in _COLUMN_OF.items():
        value = getattr(changes, field)
        if value is not UNSET:
            wanted |= column_of(value)
    if wanted.get("family") and row.kind != Kind.FUEL:
        raise Invalid.field(
            "family",
            _("%(family)s is a family of fuel; leave it empty for %(kind)s")
            % {"family": wanted["family"], "kind": row.kind},
        )
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    return changed


def _category_column(path: str) -> dict[str, Any]:
    path = rules.normal_path(path)
    return {"category_id": records.ensure_categories([path]).get(path)}


_COLUMN_OF: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "name": lambda name: {"name": normal_name(name, "name", longest=160)},
    "unit": lambda unit: {"unit": unit.value},
    "family": lambda family: {"family": Family(family).value},
    "category": _category_column,
    "brand": lambda brand: {"brand": normal_name(brand, "brand", longest=80, may_be_empty=True)},
    "is_active": lambda is_active: {"is_active": is_active},
}
"""How each field of ProductChanges becomes a column."""


def _set_barcodes(row: Product, barcodes: Sequence[str]) -> bool:
    """Let a product answer to its own code and exactly these; returns whether anything changed."""
    wanted = {rules.normal_code(barcode, f"barcodes.{index}") for index, barcode in enumerate(barcodes)} - {row.code}
    present = set(row.codes.values_list("code", flat=True)) - {row.code}
    added = wanted - present
    for code, taken in records.codes_taken(added).items():
        raise _clash(row.code, code, taken[1])
    ProductCode.objects.filter(product=row, code__in=present - wanted).delete()
    records.add_codes((code, row.pk) for code in sorted(added))
    return wanted != present
