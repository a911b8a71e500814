"""Set-based writes of the catalogue. None opens a transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from forecourt.catalogue import rules
from forecourt.catalogue.models import Category
from forecourt.catalogue.values import NewProduct
from forecourt.kernel import sql

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('catalogue_productcode'))"
_NEXT_IDS: Final = "SELECT nextval(pg_get_serial_sequence(%(table)s, 'id')) FROM generate_series(1, %(count)s)"
_CODES_TAKEN: Final = sql.load(__file__, "codes_taken")
_SAME_PRICES: Final = sql.load(__file__, "same_prices")
_ONE_NOTES_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('catalogue_cost'))"
_SAME_COSTS: Final = sql.load(__file__, "same_costs")


def lock_codes() -> None:
    """Make those who add codes run one after the other until the commit, so that a clash is told, not crashed into."""
    sql.rows(_ONE_AT_A_TIME)


def codes_taken(codes: Collection[str]) -> dict[str, tuple[int, str]]:
    """Which of these codes are taken: by the product of that id and own code."""
    return {code: (id, own) for code, id, own in sql.rows(_CODES_TAKEN, {"codes": list(codes)})}


def ensure_categories(paths: Iterable[str], names: Mapping[str, str] | None = None) -> dict[str, int]:
    """The ids of these categories and all above them, by path; missing ones are made, named by their last step.

    `names` gives names to new ones by path. One statement a depth of the tree.
    """
    wanted = {above for path in paths for above in rules.path_and_above(path)}
    ids = dict(Category.objects.filter(code__in=wanted).values_list("code", "id"))
    missing = sorted(wanted - ids.keys(), key=lambda path: (path.count("/"), path))
    for depth in sorted({path.count("/") for path in missing}):
        level = [path for path in missing if path.count("/") == depth]
        Category.objects.bulk_create(
            [
                Category(
                    code=path,
                    name=((names or {}).get(path) or path.rpartition("/")[2])[:120],
                    parent_id=ids.get(path.rpartition("/")[0]),
                )
                for path in level
            ],
            ignore_conflicts=True,
        )
        ids |= dict(Category.objects.filter(code__in=level).values_list("code", "id"))
    return ids


def add_products(products: Sequence[NewProduct], category_ids: Mapping[str, int]) -> dict[str, int]:
    """Add products, normal ones whose codes are free, by COPY; returns ids by code. Caller holds `lock_codes`."""
    ids = _next_ids("catalogue_product", len(products))
    sql.copy_in(
        "catalogue_product",
        ("id", "code", "name", "kind", "unit", "family", "category_id", "brand", "is_active"),
        (
            sql.copy_line(
                id,
                product.code,
                product.name,
                product.kind.value,
                product.unit.value if product.unit else "",
                product.family.value,
                category_ids.get(product.category),
                product.brand,
                True,
            )
            for id, product in zip(ids, products, strict=True)
        ),
    )
    add_codes(
        (code, id) for id, product in zip(ids, products, strict=True) for code in (product.code, *product.barcodes)
    )
    sql.refresh_statistics(len(products), "catalogue_product", "catalogue_productcode")
    return {product.code: id for id, product in zip(ids, products, strict=True)}


def add_codes(codes: Iterable[tuple[str, int]]) -> None:
    """Let products, by id, answer to codes that are free. Caller holds `lock_codes`."""
    sql.copy_in("catalogue_productcode", ("code", "product_id"), (sql.copy_line(*pair) for pair in codes))


def add_prices(
    prices: Sequence[tuple[int, int | None, Decimal, datetime]], announced_at: datetime, announced_by: str
) -> list[int]:
    """Append (product id, station id or null, price, from) to the price history; returns their ids."""
    ids = _next_ids("catalogue_price", len(prices))
    sql.copy_in(
        "catalogue_price",
        ("id", "product_id", "station_id", "price", "effective_from", "announced_at", "announced_by"),
        (sql.copy_line(id, *price, announced_at, announced_by) for id, price in zip(ids, prices, strict=True)),
    )
    sql.refresh_statistics(len(prices), "catalogue_price")
    return ids


def same_prices(prices: Sequence[tuple[int, int | None, Decimal, datetime]]) -> dict[int, int]:
    """Which of these prices, by place in the list, stand in the history already, not replaced since: their ids."""
    columns = list(zip(*prices, strict=True)) or [(), (), (), ()]
    parameters = {
        "places": list(range(len(prices))),
        "product_ids": list(columns[0]),
        "station_ids": list(columns[1]),
        "prices": list(columns[2]),
        "froms": list(columns[3]),
    }
    return {place: id for place, id in sql.rows(_SAME_PRICES, parameters)}


def lock_costs() -> None:
    """Make those who note costs do so one after the other until the commit, so that the same list sent twice is noted once."""
    sql.rows(_ONE_NOTES_AT_A_TIME)


def same_costs(costs: Sequence[tuple[int, int | None, Decimal, datetime]]) -> set[int]:
    """The places in the list of costs that stand in the history already, not replaced since. Caller holds `lock_costs`."""
    columns = list(zip(*costs, strict=True)) or [(), (), (), ()]
    parameters = {
        "places": list(range(len(costs))),
        "product_ids": list(columns[0]),
        "station_ids": list(columns[1]),
        "costs": list(columns[2]),
        "froms": list(columns[3]),
    }
    return {place for (place,) in sql.rows(_SAME_COSTS, parameters)}


def _next_ids(table: str, count: int) -> list[int]:
    return [id for (id,) in sql.rows(_NEXT_IDS, {"table": table, "count": count})]
