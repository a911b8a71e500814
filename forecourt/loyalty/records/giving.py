"""Points that move for something other than a sale: gifts, spendings, and what is given back.

Lists throughout, each with a fixed number of statements; callers hold the customers' locks, taken by `lock_sharing` where
points may be spent or given back, and publish what `events.moved` makes of the entries.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids, sql
from forecourt.kernel.money import ZERO, share
from forecourt.loyalty import queries, rules
from forecourt.loyalty.queries import Owed
from forecourt.loyalty.records.ledger import append_entries, open_missing
from forecourt.loyalty.records.moving import move_lots
from forecourt.loyalty.rules import Book
from forecourt.loyalty.values import EntryKind, Gift, Lot, PointsEntry, Programme, Return, Spending, Spent
from forecourt.organisation import queries as organisation

_SHARED_COLUMNS: Final = ("customer_id", "origin", "payer_id")
_LAST_MERGES: Final = """
SELECT DISTINCT ON (member.id) member.id, merge.survivor_id, merge.merged_id
FROM customers_merge AS merge, unnest(merge.moved) AS member (id)
WHERE member.id = ANY(%(ids)s::bigint[]) AND merge.undone_at IS NULL
ORDER BY member.id, merge.id DESC
"""


def lock_sharing(customer_ids: Collection[int], wanted: Sequence[Return] = ()) -> dict[int, int | None]:
    """Lock customers in rising order, as `customers.records.lock` does, and with them everybody from whose points they
    may spend, and those who paid for what is to be given back (`wanted`). Returns whom each one asked for was merged into.

    Nobody who joins a household meanwhile is locked: their points are left alone until the next time, where others hold them.
    """
    asked = {*customer_ids, *(one.customer_id for one in wanted)}
    programme = queries.programme_at(clock.now())
    everyone = asked.union(*queries.sharing(asked, programme).values()) if programme.household_shares else asked
    for owed in queries.spent_for(wanted):
        everyone |= {owed.payer_id} | ({owed.survivor_id} if owed.survivor_id is not None else set())
    locked = customer_records.lock(everyone)
    return {customer_id: locked[customer_id] for customer_id in asked if customer_id in locked}


def give(gifts: Sequence[Gift]) -> list[PointsEntry]:
    """Give points, each origin once for a customer; returns the entries made, none for what was given before."""
    if not gifts:
        return []
    customer_ids = {gift.customer_id for gift in gifts}
    known = queries.has_origin(customer_ids, {gift.origin for gift in gifts})
    now, today, programme = _today()
    open_missing(customer_ids, programme)
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
            expires_on=rules.last_day(today, programme),
            available_on=rules.available_from(today, programme) if gift.is_pending else None,
            origin=gift.origin,
            reason=gift.reason,
            actor=gift.actor,
        )
        entries.append(books[gift.customer_id].credit(entry))
    append_entries(entries)
    return entries


def spend(spendings: Sequence[Spending]) -> tuple[list[Spent], list[PointsEntry]]:
    """Take points that can be spent, each spending all or nothing, in the order given.

    Where the programme lets households share, the whole household's lots count as one, less what any of them owes, soonest
    to lapse first, and each member's part is an entry of its own; `give_back` finds them all.
    """
    if not spendings:
        return [], []
    now, today, programme = _today()
    spenders = {spending.customer_id for spending in spendings}
    sharing = queries.sharing(spenders, programme)
    wanted = set().union(*sharing.values(), (payer for spending in spendings for payer, _points in spending.held))
    # callers hold them all, but for who joined a household since: waited for behind others, they could close a ring
    everyone = spenders | customer_records.lock_free(wanted - spenders)
    open_missing(everyone, programme)
    books = queries.open_books(everyone, programme)
    balances = {customer_id: standing.points for customer_id, standing in queries.standings(spenders).items()}
    answers, entries, shared = [], [], []
    for spending in spendings:
        members = [member for member in sharing[spending.customer_id] if member in everyone]
        held = _held_parts(spending, books, today)
        shared_held = sum(points for payer_id, points in held if payer_id in members)
        rest = rules.spendable_together([books[member] for member in members], today) - shared_held
        available = sum(points for _payer_id, points in held) + max(0, rest)
        is_paid = 0 < spending.points <= available
        if is_paid:
            for payer_id, points in _payers(spending.points, held, members, books, today):
                entry = _debit(spending, payer_id, points, now, today)
                entries.append(books[payer_id].spend(entry, today))
                if payer_id in balances:
                    balances[payer_id] -= points
                if payer_id != spending.customer_id:
                    shared.append((spending.customer_id, spending.origin, payer_id))
        answers.append(Spent(is_paid=is_paid, balance=balances[spending.customer_id], available=available))
    append_entries(entries)
    _note_shared(shared)
    return answers, entries


def _held_parts(spending: Spending, books: dict[int, Book], day: date) -> list[tuple[int, int]]:
    """What was held for a spending and is there to be spent, by payer, no more than it takes."""
    left = spending.points
    parts = []
    for payer_id, points in spending.held:
        if payer_id not in books:
            continue
        part = min(left, points, books[payer_id].spendable(day))
        left -= part
        parts.append((payer_id, part))
    return parts


def _payers(
    points: int, held: Sequence[tuple[int, int]], members: Sequence[int], books: dict[int, Book], day: date
) -> Iterator[tuple[int, int]]:
    """Who pays how many of so many points: what was held, then the rest. Whoever asks takes each part from the books."""
    for payer_id, part in held:
        if part > 0:
            points -= part
            yield payer_id, part
    if points > 0:
        yield from _parts(points, members, books, day).items()


def _parts(points: int, members: Sequence[int], books: dict[int, Book], day: date) -> dict[int, int]:
    """What each member pays of so many points: the lots that lapse soonest first, over all of them."""
    lots = sorted(
        ((books[member].age(lot), member, lot.remaining) for member in members for lot in books[member].good(day)),
        key=lambda one: one[0],
    )
    parts: dict[int, int] = {}
    for _, member, remaining in lots:
        taken = min(points, remaining)
        if taken <= 0:
            break
        parts[member] = parts.get(member, 0) + taken
        points -= taken
    return parts


def _debit(spending: Spending, payer_id: int, points: int, at: datetime, day: date) -> PointsEntry:
    return PointsEntry(
        id=ids.uuid7(),
        customer_id=payer_id,
        business_date=day,
        occurred_at=at,
        kind=EntryKind.SPEND,
        points=-points,
        origin=spending.origin,
        reason=spending.reason,
        actor=spending.actor,
    )


def _note_shared(shared: Collection[tuple[int, str, int]]) -> None:
    """Note who paid for whom; an origin that was spent before, given back and is spent again stands there already."""
    if not shared:
        return
    columns = dict(zip(("customer_ids", "origins", "payer_ids"), map(list, zip(*shared, strict=True)), strict=True))
    sql.run(
        f"INSERT INTO loyalty_sharedspending ({', '.join(_SHARED_COLUMNS)}) "
        "SELECT * FROM unnest(%(customer_ids)s::bigint[], %(origins)s::text[], %(payer_ids)s::bigint[]) "
        "ON CONFLICT DO NOTHING",
        columns,
    )


def give_back(customer_id: int, origin: str, reason: str, actor: str) -> PointsEntry | None:
    """Put what a spending took back into the lots it came from; None when there is nothing (more) to give back.

    Of a spending that several of a household paid for, the entry is the customer's own, or that of the first who paid;
    all of them get theirs back. Whoever publishes events of that should call `give_back_all`.
    """
    wanted = Return(customer_id=customer_id, origin=origin, reason=reason, actor=actor)
    returned = [entry for entry in give_back_all([wanted]) if entry.kind is EntryKind.RETURN]
    return next((entry for entry in returned if entry.customer_id == customer_id), returned[0] if returned else None)


def give_back_all(wanted: Sequence[Return]) -> list[PointsEntry]:
    """Put what spendings took back into the lots it came from, everybody's who paid; returns the entries made.

    What was given back before, or was never taken, makes none. A part of a spending that several of a household paid for
    comes back to each in proportion to what it still has in it. To somebody who was merged into another since, points
    come back where they were taken and go on to the survivor, as the merge moved the others.
    """
    owed = _parts_of(queries.spent_for(list({(one.customer_id, one.origin): one for one in wanted}.values())))
    if not owed:
        return []
    survivors = {one.survivor_id for one in owed if one.survivor_id is not None}
    payers = {one.payer_id for one in owed}
    customer_records.lock(payers | survivors)
    now, today, programme = _today()
    taken = queries.taken_for([(one.payer_id, one.wanted.origin) for one in owed])
    open_missing(survivors, programme)
    books = queries.books(payers | survivors)
    entries: list[PointsEntry] = []
    for one in owed:
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=one.payer_id,
            business_date=today,
            occurred_at=now,
            kind=EntryKind.RETURN,
            points=one.points,
            expires_on=rules.last_day(today, programme),
            origin=one.wanted.origin,
            reason=one.wanted.reason,
            actor=one.wanted.actor,
        )
        entries.append(books[one.payer_id].credit(entry, taken.get((one.payer_id, one.wanted.origin), ())))
    append_entries(entries)
    passed_on = _passed_on(owed, books, now, today)
    append_entries(passed_on)
    return entries + passed_on


def _parts_of(owed: Sequence[Owed]) -> list[Owed]:
    """What each payer gets, where only a part of a spending is to be given back."""
    by_spending: dict[tuple[int, str], list[Owed]] = {}
    for one in owed:
        by_spending.setdefault((one.wanted.customer_id, one.wanted.origin), []).append(one)
    parts = []
    for payers in by_spending.values():
        held = [Decimal(one.points) for one in payers]
        wanted = payers[0].wanted.points
        shares = held if wanted is None else share(min(Decimal(wanted), sum(held, ZERO)), held, 0)
        parts += [one._replace(points=int(points)) for one, points in zip(payers, shares, strict=True) if points > 0]
    return parts


def _passed_on(owed: Sequence[Owed], known: dict[int, Book], now: datetime, day: date) -> list[PointsEntry]:
    """What moves on to the survivors of merged customers who just got points back: all that they hold now."""
    merged = {one.payer_id: one.survivor_id for one in owed if one.survivor_id is not None}
    if not merged:
        return []
    reasons = {
        row[0]: f"merge {row[2]} into {row[1]}" for row in sql.rows(_LAST_MERGES, {"ids": sql.array(sorted(merged))})
    }
    held: dict[int, list[Lot]] = {payer: book.lots for payer, book in queries.books(merged).items()}
    entries = []
    for payer_id, survivor_id in sorted(merged.items()):
        entries += move_lots(
            held[payer_id],
            giver=payer_id,
            taker=survivor_id,
            book=known[survivor_id],
            day=day,
            at=now,
            reason=reasons[payer_id],
        )
    return entries


def _today() -> tuple[datetime, date, Programme]:
    now = clock.now()
    return now, organisation.company_day(), queries.programme_at(now)
