"""Points of redemptions given back to the ledgers they were taken from."""

from collections.abc import Mapping
from uuid import UUID

from forecourt.kernel import clock, ids
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as ledger
from forecourt.loyalty import rules
from forecourt.loyalty.values import EntryKind, PointsEntry
from forecourt.rewards.queries.catalogue import today
from forecourt.rewards.values import Redemption


def give_back(redemption: Redemption, survivors: Mapping[int, int], reason: str, actor: str) -> list[PointsEntry]:
    """Give each who paid their points back, into the lots they came from; returns the entries, for their events.

    Who was merged since gets them as a new lot of the survivor's, for a merged customer's ledger holds no points.
    `survivors` says who each is today; their locks are held.
    """
    origin = f"redemption:{redemption.id}"
    entries = []
    for payment in redemption.payments:
        survivor = survivors[payment.customer_id]
        if survivor == payment.customer_id:
            entry = ledger.give_back(payment.customer_id, origin, reason, actor)
        else:
            entry = _to_survivor(survivor, payment.points, redemption.id, reason, actor)
        if entry is not None:
            entries.append(entry)
    return entries


def _to_survivor(customer_id: int, points: int, redemption_id: UUID, reason: str, actor: str) -> PointsEntry:
    now, day = clock.now(), today()
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=day,
        occurred_at=now,
        kind=EntryKind.RETURN,
        points=points,
        expires_on=rules.expiry_of(day, loyalty.programme_at(now).points_life_months),
        origin=f"redemption:{redemption_id}",
        reason=reason,
        actor=actor,
    )
    entry = loyalty.books([customer_id])[customer_id].credit(entry)
    ledger.append_entries([entry])
    return entry
