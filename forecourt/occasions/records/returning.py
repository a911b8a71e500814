"""What sign-ups cost, given back: into the lots it came from, or to the survivor of who paid."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from forecourt import occasions
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.events import publish
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty import rules as loyalty_rules
from forecourt.loyalty.values import Allocation, EntryKind, PointsEntry
from forecourt.organisation import queries as organisation

COSTS_PAID: Final = sql.load(occasions.__file__, "costs_paid")
_NOBODY: Final = UUID(int=0)


class Cost(NamedTuple):
    """So many points that `payer_id` spent for `origin`, to give back to `customer_id`, who that is today."""

    payer_id: int
    customer_id: int
    origin: str
    points: int


def give_back(costs: Sequence[Cost], reason: str, actor: str) -> None:
    """Give points back and publish it; the same number of statements for one and for a thousand.

    Callers hold the customers' locks and know that each cost was paid and not given back yet.
    """
    owing = [cost for cost in costs if cost.points > 0]
    if not owing:
        return
    customer_ids = {cost.customer_id for cost in owing}
    taken: dict[tuple[str, int], list[Allocation]] = {}
    where = {
        "customer_ids": sql.array(sorted({cost.payer_id for cost in owing})),
        "origins": sql.text_array(cost.origin for cost in owing),
    }
    for origin, payer_id, lot_id, points in sql.rows(COSTS_PAID, where):
        taken.setdefault((origin, payer_id), []).append(Allocation(debit_id=_NOBODY, lot_id=lot_id, points=points))
    now = clock.now()
    today = organisation.company_day(now)
    programme = loyalty.programme_at(now)
    loyalty_records.open_missing(customer_ids, programme)
    books = loyalty.books(customer_ids)
    entries = []
    for cost in owing:
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=cost.customer_id,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.RETURN,
            points=cost.points,
            expires_on=loyalty_rules.last_day(today, programme),
            origin=cost.origin,
            reason=reason,
            actor=actor,
        )
        # the lots of somebody merged since were carried over to the survivor: what comes back is a lot of its own there
        lots = taken.get((cost.origin, cost.payer_id), []) if cost.payer_id == cost.customer_id else []
        entries.append(books[cost.customer_id].credit(entry, lots))
    loyalty_records.append_entries(entries)
    publish(loyalty_events.moved(entries))
