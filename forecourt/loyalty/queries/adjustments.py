"""Reads of adjustments that want a second person."""

from collections.abc import Collection

from forecourt.loyalty.models import Adjustment
from forecourt.loyalty.values import AdjustmentView


def adjustments(
    *,
    waiting: bool | None = None,
    family: Collection[int] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AdjustmentView]:
    """Adjustments beyond the limit, the newest first: all, those that wait, or those that were decided.

    `family`: of these customers only; a customer's with those who were merged into it.
    """
    rows = Adjustment.objects.order_by("-id")
    if waiting is not None:
        rows = rows.filter(decided_at__isnull=waiting)
    if family is not None:
        rows = rows.filter(customer_id__in=list(family))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [adjustment_view(row) for row in rows[:limit]]


def adjustment(adjustment_id: int) -> AdjustmentView | None:
    """One adjustment; None when there is none."""
    row = Adjustment.objects.filter(pk=adjustment_id).first()
    return adjustment_view(row) if row else None


def waiting_adjustments() -> int:
    """How many adjustments wait for a second person."""
    return Adjustment.objects.filter(decided_at__isnull=True).count()


def adjustment_view(row: Adjustment) -> AdjustmentView:
    """A row as others see it."""
    return AdjustmentView(
        id=row.pk,
        customer_id=row.customer_id,
        points=row.points,
        reason=row.reason,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        is_approved=row.is_approved,
        note=row.note,
    )
