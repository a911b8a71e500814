"""What coupons do when customers merge and part again. Runs in the readers of the event log."""

from collections.abc import Sequence
from uuid import UUID

from forecourt.coupons import queries, records
from forecourt.customers import records as customer_records
from forecourt.customers.events import CustomersMerged, MergeUndone
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.events import on


@on(CustomersMerged)
def carry_coupons_over(events: Sequence[CustomersMerged]) -> None:
    """Make the merged customer's coupons the survivor's, used ones too, so that one page shows them all."""
    for event in events:
        customer_records.lock([event.customer_id, event.merged_id])
        _move(queries.held_by(event.merged_id), event.customer_id, f"merge {event.merged_id} into {event.customer_id}")


@on(MergeUndone)
def carry_coupons_back(events: Sequence[MergeUndone]) -> None:
    """Give a parted customer back the coupons that the merge moved and that did not change hands since."""
    for event in events:
        customer_records.lock([event.customer_id, event.merged_id])
        reason = f"merge {event.merged_id} into {event.customer_id}"
        moved = queries.moved_by(reason, event.customer_id)
        _move(moved, event.merged_id, f"part {event.merged_id} from {event.customer_id}")


def _move(coupon_ids: Sequence[UUID], taker: int, reason: str) -> None:
    records.lock(coupon_ids)
    records.move(coupon_ids, taker, at=clock.now(), actor=SYSTEM.label, reason=reason)
