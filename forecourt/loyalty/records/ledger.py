"""Set-based writes of the points ledger and its balances. Callers hold the customers' locks."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from forecourt import loyalty
from forecourt.kernel import clock, partitions, sql
from forecourt.loyalty.models import TierReview
from forecourt.loyalty.values import PointsEntry, Visit

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
)
_NULL: Final = "\\N"
ALLOCATION_COLUMNS: Final = ("customer_id", "debit_id", "lot_id", "points")
ADD_TO_BALANCES: Final = sql.load(loyalty.__file__, "add_to_balances")
OPEN_BALANCES: Final = sql.load(loyalty.__file__, "open_balances")
SAVE_TIERS: Final = sql.load(loyalty.__file__, "save_tiers")


def open_balances(customer_ids: Collection[int], tier: str) -> None:
    """Give customers an empty balance in the entry tier; those who have one keep it."""
    sql.run(OPEN_BALANCES, {"customer_ids": sql.array(sorted(customer_ids)), "tier": tier}, hot=True)


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


def _moment(at: datetime | None) -> str:
    return "NULL" if at is None else at.isoformat()


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
            f"{entry.sale_id or _NULL}\t{copy_text(entry.origin)}\t{copy_text(entry.reason)}\t{copy_text(entry.actor)}\n"
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


def save_tiers(reviewed: Sequence[tuple[int, str, Decimal]]) -> None:
    """Carry a tier review's result, (customer, tier, value counted), into the balances."""
    sql.run(
        SAVE_TIERS,
        {
            "customer_ids": [row[0] for row in reviewed],
            "tiers": [row[1] for row in reviewed],
            "values": [row[2] for row in reviewed],
        },
    )


def begin_review(day: date, cut_at: datetime, rulebook: int) -> int:
    """Note a tier review that begins; returns its id."""
    return TierReview.objects.create(day=day, cut_at=cut_at, rulebook=rulebook).pk


def finish_review(review_id: int, changed: int) -> None:
    """Note that a tier review is done, with how many tiers changed."""
    TierReview.objects.filter(pk=review_id).update(changed=changed, finished_at=clock.now())
