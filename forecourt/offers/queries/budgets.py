"""What budgets have left."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from forecourt.kernel import sql
from forecourt.offers.rules.slots import is_outdated

_LEFT: Final = """
SELECT budget, sum(used), sum(quota) FROM offers_slot WHERE budget = ANY(%(budgets)s::text[]) GROUP BY budget
"""


def left_of(limits: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What these budgets, given with their limits, have left just now; below zero where more is used. One statement."""
    return left_and_outdated(limits)[0]


def left_and_outdated(limits: Mapping[str, Decimal]) -> tuple[dict[str, Decimal], set[str]]:
    """What these budgets, given with their limits, have left just now, below zero where more is used; and those of them whose
    slots were shared out under another limit. Untouched ones have all. One statement.
    """
    left = dict(limits)
    outdated = set()
    if limits:
        for budget, used, quota in sql.rows(_LEFT, {"budgets": sql.text_array(sorted(limits))}, hot=True):
            left[budget] = limits[budget] - used
            if is_outdated(quota, used, limits[budget]):
                outdated.add(budget)
    return left, outdated
