"""What budgets have left."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from forecourt.kernel import sql

_LEFT: Final = """
SELECT budget, sum(quota - used) FROM offers_slot WHERE budget = ANY(%(budgets)s::text[]) GROUP BY budget
"""


def left_of(limits: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What these budgets, given with their limits, have left just now; untouched ones have all. One statement."""
    if not limits:
        return {}
    left = dict(limits)
    left.update(sql.rows(_LEFT, {"budgets": sql.text_array(sorted(limits))}, hot=True))
    return left
