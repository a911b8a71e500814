"""What loyalty does when customers join, merge and part again. Runs in the readers of the event log."""

from collections.abc import Sequence
from uuid import UUID

from forecourt.customers import records as customer_records
from forecourt.customers.events import CustomerJoined, CustomersMerged, MergeUndone
from forecourt.kernel import clock, ids
from forecourt.kernel.events import on
from forecourt.kernel.money import ZERO
from forecourt.loyalty import queries, records, rules
from forecourt.loyalty.values import EntryKind, PointsEntry


@on(CustomerJoined)
def open_balances(events: Sequence[CustomerJoined]) -> None:
    """Give new customers their balance, so that the first sale finds it."""
    tier = rules.tier_for(queries.programme_at(clock.now()).tiers, ZERO)
    records.open_balances({event.customer_id for event in events}, tier)


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
    records.open_balances([giver, taker], "")
    books = queries.books([giver, taker])
    now = clock.now()
    today = now.date()
    entries = []
    lots = [lot for lot in books[giver].lots if only is None or lot.entry_id in only]
    for lot in sorted(lots, key=lambda lot: lot.entry_id):
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=giver,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.TRANSFER,
            points=-lot.remaining,
            reason=reason,
        )
        entries.append(rules.Book([lot]).debit(entry))
        credit = PointsEntry(
            id=ids.uuid7(),
            customer_id=taker,
            business_date=today,
            occurred_at=lot.earned_at,
            kind=EntryKind.TRANSFER,
            points=lot.remaining,
            expires_on=lot.expires_on,
            reason=reason,
        )
        entries.append(books[taker].credit(credit))
    owed = sum(owed for _, owed in books[giver].debts) if only is None else 0
    if owed:
        cleared = PointsEntry(
            id=ids.uuid7(),
            customer_id=giver,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.TRANSFER,
            points=owed,
            reason=reason,
        )
        entries.append(books[giver].credit(cleared))
        taken = PointsEntry(
            id=ids.uuid7(),
            customer_id=taker,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.TRANSFER,
            points=-owed,
            reason=reason,
        )
        entries.append(books[taker].debit(taken))
    records.append_entries(entries)
