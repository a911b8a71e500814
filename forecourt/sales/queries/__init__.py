"""Reads of sales, a file a noun."""

from forecourt.sales.queries.books import (
    LineView,
    RefundRow,
    SaleView,
    awards,
    find,
    lines_of,
    list_sales,
    points_of,
    refunds,
    sale,
)
from forecourt.sales.queries.checkout import given, overdue
from forecourt.sales.queries.receipts import Name, receipts, stored_receipts
from forecourt.sales.queries.reviewing import TierValue, day_to_close, tier_values, visits
from forecourt.sales.queries.simulations import (
    Drift,
    SimulationRow,
    changed_since,
    frozen_rules,
    simulation,
    simulations,
)

__all__ = [
    "Drift",
    "LineView",
    "Name",
    "RefundRow",
    "SaleView",
    "SimulationRow",
    "TierValue",
    "awards",
    "changed_since",
    "day_to_close",
    "find",
    "frozen_rules",
    "given",
    "lines_of",
    "list_sales",
    "overdue",
    "points_of",
    "receipts",
    "refunds",
    "sale",
    "simulation",
    "simulations",
    "stored_receipts",
    "tier_values",
    "visits",
]
