"""What the programme may speak of: products, categories, stations and coupons, for its form to offer."""

from collections import Counter
from collections.abc import Collection
from typing import Final, NamedTuple

from forecourt.kernel import sql

MOST_OFFERED: Final = 300

_PRODUCTS: Final = """
SELECT code, name FROM catalogue_product WHERE is_active ORDER BY (kind <> 'fuel'), code LIMIT %(limit)s
"""
_CATEGORIES: Final = "SELECT code, name FROM catalogue_category ORDER BY code LIMIT %(limit)s"
_STATIONS: Final = "SELECT code, name FROM organisation_station WHERE is_open ORDER BY code LIMIT %(limit)s"
_COUPONS: Final = """
SELECT code, name FROM coupons_coupontemplate WHERE is_live AND kind = 'single' ORDER BY code LIMIT %(limit)s
"""

_NAMES: Final = """
SELECT code, name FROM coupons_coupontemplate
WHERE name IN (SELECT name FROM coupons_coupontemplate WHERE code = ANY(%(codes)s))
"""


class Choices(NamedTuple):
    """Codes with their names, the first few hundred of each."""

    products: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    stations: list[tuple[str, str]]
    coupons: list[tuple[str, str]]


def choices() -> Choices:
    """What there is to choose from."""
    limit = {"limit": MOST_OFFERED}
    return Choices(
        *([(row[0], row[1]) for row in sql.rows(each, limit)] for each in (_PRODUCTS, _CATEGORIES, _STATIONS, _COUPONS))
    )


def coupon_names(codes: Collection[str]) -> dict[str, str]:
    """What coupon templates are called, by code; with the code beside it where the name is not the only one."""
    found = {code: name for code, name in sql.rows(_NAMES, {"codes": sorted(codes)})}
    alike = Counter(found.values())
    return {code: f"{name} ({code})" if alike[name] > 1 else name for code, name in found.items()}
