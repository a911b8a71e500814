"""Posting: claim, lock, load, rate, write. One path for one sale and for ten years of them."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, ids, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.events import Event, publish
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Conflict, Problem
from forecourt.kernel.stamps import Stamps
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.rules import Book, expiry_of, tier_for
from forecourt.loyalty.values import EntryKind, NegativeBalance, PointsEntry, Programme, Standing
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries, records, rules, wire
from forecourt.sales.events import SalePosted, SaleRefunded
from forecourt.sales.services.loading import Submission, admitted, know
from forecourt.sales.values import (
    Answer,
    KnownSale,
    NewSale,
    Outcome,
    Points,
    Reason,
    Receipt,
    Verdict,
)

_explain: Final = wire.encode_reasons
_said: Final = msgspec.msgpack.Encoder(decimal_format="string").encode


def post_sales(actor: Actor, sales: Sequence[NewSale | Problem]) -> list[Answer]:
    """Make sales final, each once; an answer for each, in the order given.

    A sale that was accepted before gets its stored receipt; under the same name with other contents it is a Conflict.
    What cannot be accepted gets the Problem and spoils no other. The same number of statements for one sale or a
    thousand. Items that are Problems already (they could not be read) are handed back in their place.
    """
    actor.require(permissions.POST)
    return post_together([Submission(actor, sale) for sale in sales])


@transaction.atomic(durable=True)
def post_together(submissions: Sequence[Submission]) -> list[Answer]:
    """Post sales of several senders in one transaction, each under its own sender's permission and scope."""
    seen = stamps.read()
    known = know(admitted(submissions), seen)
    new, answers = _claim(known, [actor.label for actor, _ in submissions])
    if new:
        postings = rate_and_settle(_locked(new), seen)
        write(postings)
        for item, posting in zip(new, postings, strict=True):
            answers[item.position] = receipt_of(posting)
    return _with_replays(known, answers)


class New(NamedTuple):
    """A sale whose name was free."""

    position: int
    sale_id: UUID
    known: KnownSale
    recorded_by: str


def _name(known: KnownSale) -> queries.Name:
    return (known.station.id, known.sale.source, known.sale.source_ref)


def _claim(known: Sequence[KnownSale | Problem], labels: Sequence[str]) -> tuple[list[New], list[Answer | None]]:
    """Claim the names of the list, each once; returns what is new, and the answers so far (problems)."""
    answers: list[Answer | None] = [item if isinstance(item, Problem) else None for item in known]
    firsts: dict[queries.Name, tuple[int, KnownSale]] = {}
    for position, item in enumerate(known):
        if not isinstance(item, Problem):
            firsts.setdefault(_name(item), (position, item))
    candidates = [
        New(position, sale_id, item, labels[position])
        for sale_id, (position, item) in zip(ids.uuid7s(len(firsts)), firsts.values(), strict=True)
    ]
    names = [
        records.Claimed(
            station_id=item.known.station.id,
            source=item.known.sale.source,
            source_ref=item.known.sale.source_ref,
            sale_id=item.sale_id,
            customer_id=item.known.customer_id,
            business_date=item.known.business_date,
            body_hash=fingerprint(item.known.sale),
        )
        for item in candidates
    ]
    free = records.claim(names) if names else set()
    return [item for item in candidates if item.sale_id in free], answers


def fingerprint(sale: NewSale) -> bytes:
    """A keyed digest of all that a till said of a sale, figures in canonical form, to tell a replay from a conflict."""
    return keyring().fingerprint(
        _said(
            (
                sale.occurred_at.astimezone(clock.UTC),
                sale.business_date,
                sale.customer,
                sale.pump,
                sale.staff,
                sale.lines,
                sale.tenders,
            )
        )
    )


def _locked(new: Sequence[New]) -> list[New]:
    """Lock the members of new sales. One merged away since it was recognised gives way to its survivor."""
    merged = customer_records.lock({item.known.customer_id for item in new if item.known.is_member})
    moved = {customer_id: survivor for customer_id, survivor in merged.items() if survivor is not None}
    if not moved:
        return list(new)
    customer_records.lock(set(moved.values()))
    return [
        item._replace(known=replace(item.known, customer_id=moved[item.known.customer_id]))
        if item.known.customer_id in moved
        else item
        for item in new
    ]


def rate_and_settle(new: Sequence[New], seen: Stamps) -> list[records.Posting]:
    """Rate locked sales and settle their points, in the order given; later sales of a customer see earlier ones."""
    digits = organisation.company().digits
    rulebooks = loyalty.rulebooks(seen.get("loyalty", 0))
    standings = loyalty.standings({item.known.customer_id for item in new if item.known.is_member})
    _open_missing(new, standings, rulebooks.at(clock.now()).programme)
    recorded_at = clock.now()
    postings = []
    for item in new:
        active = rulebooks.at(item.known.sale.occurred_at)
        standing = standings.get(item.known.customer_id)
        tier = standing.tier if standing else ""
        outcome = rules.rate(item.known, tier, active.programme, active.rates, digits=digits)
        postings.append(
            records.Posting(
                id=item.sale_id,
                outcome=outcome,
                recorded_at=recorded_at,
                recorded_by=item.recorded_by,
                points_earned=outcome.points_earned,
                points_balance=None,
                explanation=b"",
            )
        )
    return settle(postings, standings, rulebooks)


def _open_missing(new: Sequence[New], standings: dict[int, Standing], programme: Programme) -> None:
    """Give members who have none a balance; they are locked, so nobody else does the same."""
    missing = {item.known.customer_id for item in new if item.known.is_member} - standings.keys()
    if missing:
        tier = tier_for(programme.tiers, ZERO)
        loyalty_records.open_balances(missing, tier)
        for customer_id in missing:
            standings[customer_id] = Standing(customer_id=customer_id, tier=tier)


def settle(
    postings: Sequence[records.Posting], standings: dict[int, Standing], rulebooks: loyalty.Rulebooks
) -> list[records.Posting]:
    """Turn points into ledger entries and running balances. Lots are read only where points are taken or owed."""
    open_ids = {
        posting.outcome.known.customer_id
        for posting in postings
        if posting.outcome.known.is_member
        and (posting.points_earned < 0 or standings[posting.outcome.known.customer_id].points < 0)
    }
    books = loyalty.books(open_ids) if open_ids else {}
    balances = {customer_id: standing.points for customer_id, standing in standings.items()}
    settled = []
    for posting in postings:
        known = posting.outcome.known
        if not known.is_member:
            settled.append(replace(posting, explanation=_explain(posting.outcome.explanation)))
            continue
        customer_id = known.customer_id
        programme = rulebooks.version(posting.outcome.rulebook).programme
        entry, reasons = _entry(posting, books.get(customer_id), programme)
        points = entry.points if entry else 0
        balances[customer_id] += points
        settled.append(
            replace(
                posting,
                outcome=replace(posting.outcome, entries=(entry,) if entry else ()),
                points_earned=points,
                points_balance=balances[customer_id],
                explanation=_explain(posting.outcome.explanation + reasons),
            )
        )
    return settled


def _entry(
    posting: records.Posting, book: Book | None, programme: Programme
) -> tuple[PointsEntry | None, tuple[Reason, ...]]:
    """The ledger entry of a posting, if it moves points, and what must be said about it."""
    points = posting.points_earned
    reasons: tuple[Reason, ...] = ()
    if points < 0 and book is not None and programme.negative_balance is NegativeBalance.FORGIVE:
        taken = min(-points, book.available)
        if taken < -points:
            forgiven = Reason(code="points.forgiven", verdict=Verdict.INFO, points=str(-points - taken))
            reasons = (forgiven,)
        points = -taken
    if points == 0:
        return None, reasons
    known = posting.outcome.known
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=known.customer_id,
        business_date=known.business_date,
        occurred_at=known.sale.occurred_at,
        kind=EntryKind.EARN if points > 0 else EntryKind.REFUND,
        points=points,
        expires_on=expiry_of(known.business_date, programme.points_life_months) if points > 0 else None,
        sale_id=posting.id,
        actor=posting.recorded_by,
    )
    if book is not None:
        entry = book.credit(entry) if points > 0 else book.debit(entry)
    return entry, reasons


def write(postings: Sequence[records.Posting]) -> None:
    """Write sales, lines, ledger entries, balances and events: a fixed number of statements for any list."""
    records.insert(postings)
    loyalty_records.append_entries([entry for posting in postings for entry in posting.outcome.entries])
    publish([event_of(posting) for posting in postings])


def event_of(posting: records.Posting) -> Event:
    """The event that tells of a posting."""
    outcome = posting.outcome
    known = outcome.known
    if posting.refund_of is not None or outcome.totals.net < 0:
        return SaleRefunded(
            customer_id=known.customer_id,
            occurred_at=known.sale.occurred_at,
            sale_id=posting.id,
            refund_of=posting.refund_of,
            station_id=known.station.id,
            business_date=known.business_date,
            net=outcome.totals.net,
            fuel_quantity=outcome.fuel_quantity,
            points=posting.points_earned,
        )
    return SalePosted(
        customer_id=known.customer_id,
        occurred_at=known.sale.occurred_at,
        sale_id=posting.id,
        station_id=known.station.id,
        business_date=known.business_date,
        net=outcome.totals.net,
        fuel_quantity=outcome.fuel_quantity,
        points=posting.points_earned,
        flagged=bool(outcome.flags),
    )


def receipt_of(posting: records.Posting) -> Receipt:
    """The receipt of a sale just posted."""
    outcome: Outcome = posting.outcome
    member = outcome.known.is_member
    return Receipt(
        id=posting.id,
        status=posting.status,
        replayed=False,
        customer_id=outcome.known.customer_id if member else None,
        totals=outcome.totals,
        points=Points(earned=posting.points_earned, balance=posting.points_balance),
        tier=outcome.tier or None,
        flags=tuple(map(str, outcome.flags)),
        explanation=msgspec.Raw(posting.explanation),
    )


def _with_replays(known: Sequence[KnownSale | Problem], answers: list[Answer | None]) -> list[Answer]:
    """Fill the answers that are missing: sales whose name was taken, by an earlier list or earlier in this one."""
    missing = [
        (position, item)
        for position, item in enumerate(known)
        if answers[position] is None and not isinstance(item, Problem)
    ]
    if missing:
        stored = queries.stored_receipts({_name(item) for _, item in missing})
        for position, item in missing:
            body_hash, receipt = stored[_name(item)]
            same = body_hash == fingerprint(item.sale)
            answers[position] = receipt if same else _conflict(item, receipt)
    return [answer for answer in answers if answer is not None]


def _conflict(known: KnownSale, stored: Receipt) -> Conflict:
    sale = known.sale
    return Conflict(
        _(
            "Station %(station)s has already sent %(source_ref)r from %(source)r with other "
            "contents, as sale %(id)s; send a correction under a reference of its own, or refund "
            "that sale."
        )
        % {"station": sale.station, "source_ref": sale.source_ref, "source": sale.source, "id": stored.id}
    )
