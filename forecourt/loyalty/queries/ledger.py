"""Reads of the ledger: balances, open lots and debts, entries, what is to lapse, what a household has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from forecourt import loyalty
from forecourt.customers import queries as customers
from forecourt.kernel import clock, sql
from forecourt.loyalty import rules
from forecourt.loyalty.queries.programme import programme_at, rulebooks_as_read
from forecourt.loyalty.rules import Book, Ended, Lapse
from forecourt.loyalty.values import (
    Allocation,
    EntryKind,
    Expiry,
    Lot,
    PointsSummary,
    Programme,
    Return,
    Standing,
)
from forecourt.organisation import queries as organisation

STANDINGS: Final = sql.load(loyalty.__file__, "standings")
OPEN_LOTS: Final = sql.load(loyalty.__file__, "open_lots")
OPEN_DEBTS: Final = sql.load(loyalty.__file__, "open_debts")
TAKEN_BY_SALE: Final = sql.load(loyalty.__file__, "taken_by_sale")
ENTRIES: Final = sql.load(loyalty.__file__, "entries")
LAPSING_LOTS: Final = sql.load(loyalty.__file__, "lapsing_lots")
INACTIVE: Final = sql.load(loyalty.__file__, "inactive")
UNDATED_LOTS: Final = sql.load(loyalty.__file__, "undated_lots")
SHARING: Final = sql.load(loyalty.__file__, "sharing")
SPENT_FOR: Final = sql.load(loyalty.__file__, "spent_for")
PUT_BACK: Final = """
SELECT coalesce(sum(points), 0)::bigint FROM loyalty_entry
WHERE customer_id = %(customer_id)s AND sale_id = ANY(%(sale_ids)s::uuid[]) AND origin = %(origin)s
"""
TAKEN_FOR: Final = sql.load(loyalty.__file__, "taken_for")
SOON: Final = timedelta(days=30)
"""Points that are good for so long at most are said to expire soon."""


class EntryView(NamedTuple):
    """A line of the ledger as screens and the API show it."""

    id: UUID
    customer_id: int
    business_date: date
    occurred_at: datetime
    recorded_at: datetime
    kind: EntryKind
    points: int
    expires_on: date | None
    sale_id: UUID | None
    reason: str
    actor: str
    available_on: date | None = None
    origin: str = ""


def standings(customer_ids: Collection[int]) -> dict[int, Standing]:
    """Points and tier by customer, of those who have a balance. One statement."""
    found = sql.rows(STANDINGS, {"customer_ids": sql.array(customer_ids)}, hot=True)
    return {
        row[0]: Standing(customer_id=row[0], points=row[1], tier=row[2], sales=row[3], last_sale_at=row[4])
        for row in found
    }


def balance(customer_id: int) -> Standing:
    """A customer's points and tier; nothing and no tier when there is no balance yet."""
    return standings([customer_id]).get(customer_id) or Standing(customer_id=customer_id)


def books(customer_ids: Collection[int]) -> dict[int, Book]:
    """What is open in these customers' ledgers. Two statements, whatever the number."""
    wanted = {"customer_ids": sql.array(customer_ids)}
    result = {customer_id: Book() for customer_id in customer_ids}
    for customer_id, entry_id, expires_on, earned_at, sale_id, remaining, available_on in sql.rows(
        OPEN_LOTS, wanted, hot=True
    ):
        result[customer_id].lots.append(
            Lot(
                entry_id=entry_id,
                remaining=remaining,
                expires_on=expires_on,
                earned_at=earned_at,
                sale_id=sale_id,
                available_on=available_on,
            )
        )
    for customer_id, entry_id, owed in sql.rows(OPEN_DEBTS, wanted, hot=True):
        result[customer_id].debts.append((entry_id, owed))
    return result


def open_books(customer_ids: Collection[int], programme: Programme) -> dict[int, Book]:
    """As `books`, which know when lots lapse that have no day of their own: for whoever spends, expires or shows points.

    Two statements, one more where the programme lets points lapse when members stay away.
    """
    found = books(customer_ids)
    if programme.expiry is Expiry.ACTIVITY and programme.points_life_months and found:
        zone = organisation.company().zone
        came = standings(customer_ids)
        for customer_id, book in found.items():
            at = came[customer_id].last_sale_at if customer_id in came else None
            active_on = at.astimezone(clock.zone(zone)).date() if at else None
            book.lapse = Lapse(programme.points_life_months, active_on, zone)
    elif ended := rulebooks_as_read().endings(organisation.company_zone()):
        for book in found.values():
            book.lapse = Ended(ended)
    return found


class TakenBySale(NamedTuple):
    """What a sale's debits (its refunds' included) took from lots and has not been put back, each in the order it was taken: of
    lots that they gave themselves, and of `others`. Points that the sale was paid with may have come back and paid what it
    owed: so many, `paid`, are still missing for it in the lots of the payment, which are `spent` (none where none is).
    """

    own: list[Allocation]
    others: list[Allocation]
    spent: list[Allocation]
    paid: int


def taken_by_sale(customer_id: int, sale_ids: Sequence[UUID], origin: str) -> TakenBySale:
    """Which lots miss points because of a sale and its refunds; `origin` names what it was paid with. Three statements."""
    where = {"customer_id": customer_id, "sale_ids": list(sale_ids), "origin": origin}
    found = sql.rows(TAKEN_BY_SALE, where)
    own, others = (
        [Allocation(debit_id=_NOBODY, lot_id=row[0], points=row[1]) for row in found if row[2] is is_own and row[1]]
        for is_own in (True, False)
    )
    paid = sum(row[3] for row in found)
    if not paid:
        return TakenBySale(own, others, [], 0)
    spent = taken_for([(customer_id, origin)]).get((customer_id, origin), [])
    return TakenBySale(own, others, spent, paid - sql.rows(PUT_BACK, where)[0][0])


def entries(
    customer_ids: Sequence[int], before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[EntryView]:
    """A page of the ledger, newest first; `before` is (occurred_at, id) of the last entry seen."""
    at, entry_id = before or (None, None)
    found = sql.rows(
        ENTRIES, {"customer_ids": list(customer_ids), "before_at": at, "before_id": entry_id, "limit": limit}
    )
    return [EntryView._make((*row[:5], EntryKind(row[5]), *row[6:])) for row in found]


def has_origin(customer_ids: Collection[int], origins: Collection[str]) -> set[tuple[int, str]]:
    """Which of these origins have moved points of these customers already."""
    found = sql.rows(
        "SELECT DISTINCT customer_id, origin FROM loyalty_entry "
        "WHERE customer_id = ANY(%(customer_ids)s::bigint[]) AND origin = ANY(%(origins)s::text[])",
        {"customer_ids": sql.array(customer_ids), "origins": sql.text_array(sorted(set(origins)))},
    )
    return {(row[0], row[1]) for row in found}


def expiring(customer_ids: Sequence[int], until: date) -> int:
    """Points of these customers that expire on or before a day."""
    found = open_books(customer_ids, programme_at(clock.now()))
    return sum(sum(book.lapsing(date.min, until).values()) for book in found.values())


def customers_with_lapsing(since: date, until: date, programme: Programme, after: int, limit: int) -> list[int]:
    """A page of customers, behind `after` and in rising order, who may hold points whose last day lies in this span."""
    where = {"since": since, "until": until, "after": after, "limit": limit}
    found = {row[0] for row in sql.rows(LAPSING_LOTS, where)}
    if programme.expiry is Expiry.ACTIVITY and programme.points_life_months:
        zone = organisation.company_zone()
        came_before = rules.inactive_since(until + timedelta(days=1), programme.points_life_months)
        where["since"] = datetime.combine(came_before, time(0), tzinfo=zone)
        found |= {row[0] for row in sql.rows(INACTIVE, where)}
    elif ended := [
        one for one in rulebooks_as_read().endings(organisation.company_zone()) if since <= one.last_day <= until
    ]:
        where |= {"starts": [one.starts for one in ended], "ends": [one.ends for one in ended]}
        found |= {row[0] for row in sql.rows(UNDATED_LOTS, where)}
    return sorted(found)[:limit]


def sharing(customer_ids: Collection[int], programme: Programme) -> dict[int, tuple[int, ...]]:
    """From whose points each of these customers may spend: their household's where the programme shares, else their own.

    Nobody's for who is blocked, and nobody else spends theirs. Of merged ones, from the survivor's. One statement.
    """
    found: dict[int, list[int]] = {customer_id: [] for customer_id in customer_ids}
    where = {"ids": sql.array(customer_ids), "shares": programme.household_shares}
    for asked, member in sql.rows(SHARING, where, hot=True) if found else []:
        found[asked].append(member)
    return {asked: tuple(members) for asked, members in found.items()}


def spendable(customer_ids: Collection[int], programme: Programme) -> dict[int, int]:
    """Points that each of these customers can spend today, with what the household shares. Three statements for any number,
    one more where points lapse when members stay away.
    """
    shared = sharing(customer_ids, programme)
    found = open_books(set().union(*shared.values()), programme)
    day = organisation.company_day()
    return {asked: rules.spendable_together([found[one] for one in members], day) for asked, members in shared.items()}


def household_points(customer_id: int) -> PointsSummary:
    """What a customer has: in all, pending, to spend, expiring soon, and what the household shares."""
    programme = programme_at(clock.now())
    day = organisation.company_day()
    members = sharing([customer_id], programme)[customer_id]
    found = open_books({customer_id, *members}, programme)
    own = found[customer_id]
    soon = own.lapsing(day, day + SOON)
    shared = rules.spendable_together([found[member] for member in members], day)
    digits = organisation.company().digits
    payable = rules.spendable_points(shared, None, programme, digits=digits)
    return PointsSummary(
        customer_id=customer_id,
        points=balance(customer_id).points,
        pending=own.pending(day),
        available=own.spendable(day) if members else 0,
        expiring=sum(soon.values()),
        expiring_on=min(soon, default=None),
        shared=shared,
        payable=payable,
        payable_worth=rules.worth(payable, programme, digits=digits),
        members=members if len(members) > 1 else (),
    )


class Owed(NamedTuple):
    """What one customer paid for a spending and has not got back. Of a merged one, `survivor_id` has its points today."""

    wanted: Return
    payer_id: int
    survivor_id: int | None
    points: int


def spent_for(wanted: Sequence[Return]) -> list[Owed]:
    """What spendings took and has not been given back, by who paid: the spender and members of the household. One statement."""
    if not wanted:
        return []
    by_name: Mapping[tuple[int, str], Return] = {(one.customer_id, one.origin): one for one in wanted}
    found = sql.rows(SPENT_FOR, _named([(one.customer_id, one.origin) for one in wanted]))
    return [Owed(by_name[asked, origin], payer, survivor, points) for asked, payer, survivor, origin, points in found]


def was_spent(customer_id: int, origin: str) -> bool:
    """Whether points were ever spent for this by a customer, those merged into it, or others of the household for it."""
    found = sql.rows(
        "SELECT EXISTS (SELECT 1 FROM loyalty_entry WHERE customer_id = ANY(%(family)s) AND origin = %(origin)s) "
        "OR EXISTS (SELECT 1 FROM loyalty_sharedspending WHERE customer_id = ANY(%(family)s) AND origin = %(origin)s)",
        {"family": customers.family_ids(customer_id), "origin": origin},
    )
    return bool(found[0][0])


def taken_for(wanted: Sequence[tuple[int, str]]) -> dict[tuple[int, str], list[Allocation]]:
    """What debits of (customer, origin) took from lots and was not put back, in the order it was taken. One statement."""
    taken: dict[tuple[int, str], list[Allocation]] = {}
    for customer_id, origin, lot_id, points in sql.rows(TAKEN_FOR, _named(wanted)) if wanted else []:
        allocation = Allocation(debit_id=_NOBODY, lot_id=lot_id, points=points)
        taken.setdefault((customer_id, origin), []).append(allocation)
    return taken


_NOBODY: Final = UUID(int=0)


def _named(pairs: Sequence[tuple[int, str]]) -> dict[str, object]:
    return {"customer_ids": [customer_id for customer_id, _ in pairs], "origins": [origin for _, origin in pairs]}


def moved_by(reason: str, customer_id: int) -> frozenset[UUID]:
    """The lots that a transfer with this reason gave a customer."""
    found = sql.rows(
        "SELECT id FROM loyalty_entry WHERE customer_id = %(customer_id)s AND kind = 'transfer' AND points > 0 "
        "AND reason = %(reason)s",
        {"customer_id": customer_id, "reason": reason},
    )
    return frozenset(row[0] for row in found)


def transfers_of(customer_id: int, since: datetime) -> int:
    """How often a customer passed points on since a moment."""
    found = sql.rows(
        "SELECT count(*) FROM loyalty_entry WHERE customer_id = %(customer_id)s AND kind = 'transfer' AND points < 0 "
        "AND origin LIKE 'transfer:%%' AND recorded_at >= %(since)s",
        {"customer_id": customer_id, "since": since},
    )
    return int(found[0][0])
