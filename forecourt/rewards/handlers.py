"""What rewards do when customers merge and part again. Runs in the readers of the event log."""

from collections.abc import Sequence

from forecourt.customers import records as customer_records
from forecourt.customers.events import CustomersMerged, MergeUndone
from forecourt.kernel.events import on
from forecourt.rewards import records


@on(CustomersMerged)
def carry_redemptions_over(events: Sequence[CustomersMerged]) -> None:
    """What waits to be collected follows a merged customer to the survivor. What has ended stays, and is read with it."""
    for event in events:
        customer_records.lock({event.customer_id, *event.moved})
        records.carry_over(event.moved, event.customer_id)


@on(MergeUndone)
def carry_redemptions_back(events: Sequence[MergeUndone]) -> None:
    """A parted customer gets back what was redeemed for it and is still open."""
    for event in events:
        customer_records.lock({event.customer_id, *event.moved})
        records.carry_over([event.customer_id], event.merged_id, made_for=event.moved)
