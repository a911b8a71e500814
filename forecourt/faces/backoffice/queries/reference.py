"""Small tables that many screens show: grades, tiers, regions."""

from decimal import Decimal
from typing import Any

from forecourt.kernel import sql

_GRADES = """
SELECT id, code, name, family, unit FROM catalogue_product WHERE kind = 'fuel' AND is_active
ORDER BY (code LIKE '0%%' OR code LIKE '-%%'), code
"""
_TIERS = """
SELECT DISTINCT ON (tier.value ->> 'code') tier.value ->> 'code' AS code, tier.value ->> 'name' AS name
FROM loyalty_rulebook AS book CROSS JOIN LATERAL jsonb_array_elements(book.body -> 'tiers') AS tier
ORDER BY tier.value ->> 'code', book.version DESC
"""


def grades() -> list[dict[str, Any]]:
    """Fuels on sale, petrol first, each {"id", "code", "name", "family", "unit"}."""
    return sql.dicts(_GRADES, {})


def published_tier_names() -> dict[str, str]:
    """The name of every tier that was ever published, by code."""
    return dict(sql.rows(_TIERS))


_USUAL = """
SELECT price FROM catalogue_price
WHERE product_id = %(product)s AND effective_from <= now() AND withdrawn_at IS NULL
ORDER BY (station_id IS NULL) DESC, effective_from DESC LIMIT 1
"""


def usual_price(product_id: int) -> Decimal | None:
    """The price that holds everywhere, else some station's latest; None where there is none."""
    return next((row[0] for row in sql.rows(_USUAL, {"product": product_id})), None)
