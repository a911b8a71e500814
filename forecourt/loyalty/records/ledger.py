"""Set-based writes of the points ledger and its balances. Callers hold the customers' locks."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from forecourt import loyalty
from forecourt.kernel import clock, partitions, sql
from forecourt.loyalty import rules
from forecourt.loyalty.values import PointsEntry, Programme, Visit

ENTRY_COLUMNS: Final = (
    "customer_id",
    "business_date",
    "id",
    "occurred_at",
    "recorded_at",
    "kind",
    "points",
    "expires_on",
    "available_on",
    "sale_id",
    "origin",
    "reason",
    "actor",
    "earned_at",
)
_NULL: Final = "\\N"
ALLOCATION_COLUMNS: Final = ("customer_id", "debit_id", "lot_id", "points")
ADD_TO_BALANCES: Final = sql.load(loyalty.__file__, "add_to_balances")
SET_VISITS: Final = sql.load(loyalty.__file__, "set_visits")
OPEN_BALANCES: Final = sql.load(loyalty.__file__, "open_balances")


def open_balances(customer_ids: Collection[int], tier: str, business_tier: str = "") -> None:
    """Give customers an empty balance in the entry tier, businesses in theirs where given; those who have one keep it."""
    sql.run(
        OPEN_BALANCES,
        {"customer_ids": sql.array(sorted(customer_ids)), "tier": tier, "business_tier": business_tier},
        hot=True,
    )


def open_missing(customer_ids: Collection[int], programme: Programme) -> None:
    """As `open_balances`, in the tiers that new members of this programme are in."""
    business_tier = rules.entry_tier(programme, is_business=True)
    open_balances(customer_ids, rules.entry_tier(programme), business_tier)


def append_entries(entries: Sequence[PointsEntry], visits: Sequence[Visit] = ()) -> None:
    """Add entries, which must be new, with their allocations, and carry them into the balances, which must exist.

    `visits` are sales of members that the balances count, whether or not they moved points.
    """
    if entries:
        _write_entries(entries)
    if not entries and not visits:
        return
    points: Counter[int] = Counter()
    sales: Counter[int] = Counter()
    latest: dict[int, datetime] = {}
    for entry in entries:
        points[entry.customer_id] += entry.points
    for visit in visits:
        sales[visit.customer_id] += visit.sales
        if visit.at is not None and (visit.customer_id not in latest or visit.at > latest[visit.customer_id]):
            latest[visit.customer_id] = visit.at
    customer_ids = sorted(points.keys() | sales.keys())
    sql.run(
        ADD_TO_BALANCES,
        {
            "customer_ids": sql.array(customer_ids),
            "points": sql.array([points[customer_id] for customer_id in customer_ids]),
            "sales": sql.array([sales[customer_id] for customer_id in customer_ids]),
            "last_sales": sql.array(
                [latest[customer_id].isoformat() if customer_id in latest else "NULL" for customer_id in customer_ids]
            ),
        },
        hot=True,
    )


def _write_entries(entries: Sequence[PointsEntry]) -> None:
    partitions.ensure_months("loyalty_entry", {entry.business_date for entry in entries})
    recorded_at = clock.now().isoformat()
    copy_text = sql.copy_text
    sql.copy_in(
        "loyalty_entry",
        ENTRY_COLUMNS,
        [
            f"{entry.customer_id}\t{entry.business_date}\t{entry.id.hex}\t{entry.occurred_at.isoformat()}\t{recorded_at}\t"
            f"{entry.kind}\t{entry.points}\t{entry.expires_on or _NULL}\t{entry.available_on or _NULL}\t"
            f"{entry.sale_id or _NULL}\t{copy_text(entry.origin)}\t{copy_text(entry.reason)}\t{copy_text(entry.actor)}\t"
            f"{_NULL if entry.earned_at is None else entry.earned_at.isoformat()}\n"
            for entry in entries
        ],
    )
    sql.copy_in(
        "loyalty_allocation",
        ALLOCATION_COLUMNS,
        [
            f"{entry.customer_id}\t{allocation.debit_id}\t{allocation.lot_id}\t{allocation.points}\n"
            for entry in entries
            for allocation in entry.allocations
        ],
    )


def set_visits(counted: Sequence[tuple[int, int, datetime | None]]) -> None:
    """Put (customer, sales, latest) in the place of what the balances count; they must exist."""
    sql.run(
        SET_VISITS,
        {
            "customer_ids": [row[0] for row in counted],
            "sales": [row[1] for row in counted],
            "last_sales": [row[2] for row in counted],
        },
    )
