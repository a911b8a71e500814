"""What loyalty does when customers join, merge and part again. Runs in the readers of the event log."""

from collections.abc import Sequence
from uuid import UUID

from forecourt.customers import records as customer_records
from forecourt.customers.events import CustomerJoined, CustomersMerged, MergeUndone
from forecourt.kernel import clock
from forecourt.kernel.events import on
from forecourt.loyalty import queries, records
from forecourt.organisation import queries as organisation


@on(CustomerJoined)
def open_balances(events: Sequence[CustomerJoined]) -> None:
    """Give new customers their balance, so that the first sale finds it."""
    records.open_missing({event.customer_id for event in events}, queries.programme_at(clock.now()))


@on(CustomersMerged)
def carry_points_over(events: Sequence[CustomersMerged]) -> None:
    """Move a merged customer's points to the survivor: each lot with its expiry, or what is owed."""
    for event in events:
        _transfer(event.merged_id, event.customer_id, f"merge {event.merged_id} into {event.customer_id}")


@on(MergeUndone)
def carry_points_back(events: Sequence[MergeUndone]) -> None:
    """Give a parted customer back what the merge moved and the survivor still has."""
    for event in events:
        moved = queries.moved_by(f"merge {event.merged_id} into {event.customer_id}", event.customer_id)
        if moved:
            reason = f"part {event.merged_id} from {event.customer_id}"
            _transfer(event.customer_id, event.merged_id, reason, only=moved)


def _transfer(giver: int, taker: int, reason: str, only: frozenset[UUID] | None = None) -> None:
    """Move open lots (all, or those named) and, when all move, debts, from one ledger to another."""
    customer_records.lock([giver, taker])
    records.open_missing([giver, taker], queries.programme_at(clock.now()))
    books = queries.books([giver, taker])
    now, day = clock.now(), organisation.company_day()
    lots = [lot for lot in books[giver].lots if only is None or lot.entry_id in only]
    lots.sort(key=lambda lot: lot.entry_id)
    entries = records.move_lots(lots, giver=giver, taker=taker, book=books[taker], day=day, at=now, reason=reason)
    if only is None:
        both = (books[giver], books[taker])
        entries += records.move_debts(giver=giver, taker=taker, books=both, day=day, at=now, reason=reason)
    records.append_entries(entries)
