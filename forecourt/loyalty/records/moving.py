"""Points that go from one customer to another: every lot keeps its days. Callers hold both customers' locks."""

from collections.abc import Sequence
from datetime import date, datetime

from forecourt.kernel import ids
from forecourt.loyalty.rules import Book
from forecourt.loyalty.values import EntryKind, Lot, PointsEntry


def move_lots(
    lots: Sequence[Lot],
    *,
    giver: int,
    taker: int,
    book: Book,
    day: date,
    at: datetime,
    reason: str,
    origin: str = "",
    actor: str = "",
) -> list[PointsEntry]:
    """The entries that move these lots whole to the taker, whose book is `book`: a debit, and a credit for each lot."""
    if not lots:
        return []
    taken = PointsEntry(
        id=ids.uuid7(),
        customer_id=giver,
        business_date=day,
        occurred_at=at,
        kind=EntryKind.TRANSFER,
        points=-sum(lot.remaining for lot in lots),
        origin=origin,
        reason=reason,
        actor=actor,
    )
    entries = [Book(lots).debit(taken)]
    for lot in lots:
        given = PointsEntry(
            id=ids.uuid7(),
            customer_id=taker,
            business_date=day,
            occurred_at=at,
            kind=EntryKind.TRANSFER,
            points=lot.remaining,
            expires_on=lot.expires_on,
            available_on=lot.available_on,
            origin=origin,
            reason=reason,
            actor=actor,
            earned_at=lot.earned_at,
        )
        entries.append(book.credit(given))
    return entries


def move_debts(
    *, giver: int, taker: int, books: tuple[Book, Book], day: date, at: datetime, reason: str
) -> list[PointsEntry]:
    """The entries that make the taker owe what the giver owes; none where nothing is owed."""
    owed = sum(owed for _, owed in books[0].debts)
    if not owed:
        return []
    entries = []
    for customer_id, book, points in ((giver, books[0], owed), (taker, books[1], -owed)):
        entry = PointsEntry(
            id=ids.uuid7(),
            customer_id=customer_id,
            business_date=day,
            occurred_at=at,
            kind=EntryKind.TRANSFER,
            points=points,
            reason=reason,
        )
        entries.append(book.credit(entry) if points > 0 else book.debit(entry))
    return entries
