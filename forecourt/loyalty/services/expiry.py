"""Points that are past their last day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from django.db import transaction

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.loyalty import permissions, queries, records
from forecourt.loyalty.events import PointsExpired
from forecourt.loyalty.values import EntryKind, PointsEntry
from forecourt.organisation import queries as organisation

EXPIRY_BATCH = 1000


def expire_points(actor: Actor, day: date) -> int:
    """Take the points whose last day lies before `day` from everybody; returns how many points. Safe to repeat."""
    total = 0
    while customer_ids := queries.customers_with_expired(day, EXPIRY_BATCH):
        total += expire_points_of(actor, customer_ids, day)
    return total


@transaction.atomic(durable=True)
def expire_points_of(actor: Actor, customer_ids: Sequence[int], day: date) -> int:
    """Take the expired points of these customers; returns how many points."""
    actor.require(permissions.EDIT_PROGRAMME)
    customer_records.lock(customer_ids)
    moment = datetime.combine(day, time(0), tzinfo=clock.zone(organisation.company().zone)).astimezone(UTC)
    entries = []
    for customer_id, book in sorted(queries.books(customer_ids).items()):
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=customer_id,
            business_date=day,
            occurred_at=moment,
            kind=EntryKind.EXPIRE,
            points=0,
            actor=actor.label,
        )
        entry = book.expire(entry, day)
        if entry.points:
            entries.append(entry)
    records.append_entries(entries)
    publish(
        [PointsExpired(customer_id=entry.customer_id, occurred_at=moment, points=-entry.points) for entry in entries]
    )
    return -sum(entry.points for entry in entries)
