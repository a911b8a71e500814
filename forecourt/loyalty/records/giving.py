"""Points that move for something other than a sale: gifts, spendings, and what is given back.

Lists throughout; callers hold the customers' locks and publish what `events.moved` makes of the entries.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from forecourt.kernel import clock, ids, sql
from forecourt.kernel.money import ZERO
from forecourt.loyalty import queries, rules
from forecourt.loyalty.records.ledger import append_entries, open_balances
from forecourt.loyalty.values import Allocation, EntryKind, Gift, PointsEntry, Programme, Spending, Spent
from forecourt.organisation import queries as organisation


def give(gifts: Sequence[Gift]) -> list[PointsEntry]:
    """Give points, each origin once for a customer; returns the entries made, none for what was given before."""
    customer_ids = {gift.customer_id for gift in gifts}
    known = queries.has_origin(customer_ids, {gift.origin for gift in gifts}) if gifts else set()
    now, today, programme = _today()
    open_balances(customer_ids, rules.tier_for(programme.tiers, ZERO))
    books = queries.books(customer_ids)
    entries = []
    for gift in gifts:
        if (gift.customer_id, gift.origin) in known or gift.points <= 0:
            continue
        known.add((gift.customer_id, gift.origin))
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=gift.customer_id,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.BONUS,
            points=gift.points,
            expires_on=rules.expiry_of(today, programme.points_life_months),
            origin=gift.origin,
            reason=gift.reason,
            actor=gift.actor,
        )
        entries.append(books[gift.customer_id].credit(entry))
    append_entries(entries)
    return entries


def spend(spendings: Sequence[Spending]) -> tuple[list[Spent], list[PointsEntry]]:
    """Take points that can be spent, each spending all or nothing, in the order given."""
    customer_ids = {spending.customer_id for spending in spendings}
    now, today, programme = _today()
    open_balances(customer_ids, rules.tier_for(programme.tiers, ZERO))
    books = queries.books(customer_ids)
    balances = {customer_id: standing.points for customer_id, standing in queries.standings(customer_ids).items()}
    answers, entries = [], []
    for spending in spendings:
        book = books[spending.customer_id]
        available = book.spendable(today)
        is_paid = 0 < spending.points <= available
        if is_paid:
            entry = PointsEntry(
                id=ids.uuid7(),
                customer_id=spending.customer_id,
                business_date=today,
                occurred_at=now,
                kind=EntryKind.SPEND,
                points=-spending.points,
                origin=spending.origin,
                reason=spending.reason,
                actor=spending.actor,
            )
            entries.append(book.spend(entry, today))
            balances[spending.customer_id] -= spending.points
        answers.append(Spent(is_paid=is_paid, balance=balances[spending.customer_id], available=available))
    append_entries(entries)
    return answers, entries


TAKEN_FOR = """
SELECT allocation.lot_id, sum(allocation.points)::bigint
FROM loyalty_entry AS entry
JOIN loyalty_allocation AS allocation ON allocation.customer_id = entry.customer_id AND allocation.debit_id = entry.id
WHERE entry.customer_id = %(customer_id)s AND entry.origin = %(origin)s
GROUP BY allocation.lot_id
HAVING sum(allocation.points) > 0
ORDER BY min(entry.recorded_at), allocation.lot_id
"""
LEFT_OF = """
SELECT -coalesce(sum(points), 0)::bigint FROM loyalty_entry
WHERE customer_id = %(customer_id)s AND origin = %(origin)s
"""


def give_back(customer_id: int, origin: str, reason: str, actor: str) -> PointsEntry | None:
    """Put what a spending took back into the lots it came from; None when there is nothing (more) to give back."""
    where = {"customer_id": customer_id, "origin": origin}
    points = int(sql.rows(LEFT_OF, where)[0][0])
    if points <= 0:
        return None
    now, today, programme = _today()
    taken = [Allocation(debit_id=_NOBODY, lot_id=row[0], points=row[1]) for row in sql.rows(TAKEN_FOR, where)]
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=today,
        occurred_at=now,
        kind=EntryKind.RETURN,
        points=points,
        expires_on=rules.expiry_of(today, programme.points_life_months),
        origin=origin,
        reason=reason,
        actor=actor,
    )
    entry = queries.books([customer_id])[customer_id].credit(entry, taken)
    append_entries([entry])
    return entry


_NOBODY = UUID(int=0)


def _today() -> tuple[datetime, date, Programme]:
    now = clock.now()
    return now, now.astimezone(clock.zone(organisation.company().zone)).date(), queries.programme_at(now)
