"""Posting: claim, lock, load, rate, write. One path for one sale and for ten years of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.coupons import queries as coupons
from forecourt.coupons import records as coupon_records
from forecourt.coupons.events import CouponIssued
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import Use
from forecourt.kernel import clock, ids, sql, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.kernel.problems import Conflict, Problem
from forecourt.kernel.stamps import Stamps
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.rules import Book, available_from, last_day
from forecourt.loyalty.values import EntryKind, NegativeBalance, PointsEntry, Programme, Standing, Visit
from forecourt.sales import permissions, queries, records, rules, wire
from forecourt.sales.events import SalePosted, SaleRefunded
from forecourt.sales.services import engine
from forecourt.sales.services.claiming import New, begun_anew, claim, fingerprint, lock, name_of
from forecourt.sales.services.loading import Submission, admitted, know
from forecourt.sales.services.paying import pay_with_points
from forecourt.sales.services.reservations import keep_promises
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


def post_sales(actor: Actor, sales: Sequence[NewSale | Problem]) -> list[Answer]:
    """Make sales final, each once; an answer for each, in the order given.

    A sale that was accepted before gets its stored receipt; under the same name with other contents it is a Conflict.
    What cannot be accepted gets the Problem and spoils no other. The same number of statements for one sale or a
    thousand. Items that are Problems already (they could not be read) are handed back in their place.
    """
    actor.require(permissions.POST)
    return post_together([Submission(actor, sale) for sale in sales])


@begun_anew
@transaction.atomic(durable=True)
def post_together(submissions: Sequence[Submission]) -> list[Answer]:
    """Post sales of several senders in one transaction, each under its own sender's permission and scope."""
    seen = stamps.read()
    known = know(admitted(submissions), seen)
    new, answers = claim(known, [submission.actor.label for submission in submissions])
    if new:
        lock(new)
        postings = rate_and_settle(new, seen)
        with sql.overlapping():
            write(postings, coupons.live_templates(seen.get("coupons", 0)))
            for item, posting in zip(new, postings, strict=True):
                answers[item.position] = receipt_of(posting)
    return _with_replays(known, answers)


def rate_and_settle(new: Sequence[New], seen: Stamps) -> list[records.Posting]:
    """Rate locked sales and settle their points, in the order given; later sales of a customer see earlier ones."""
    in_force = engine.in_force(seen)
    kept, freed = keep_promises(new, in_force)
    known = [item.known for item in kept]
    state, limits = engine.load(known, in_force, lock=True, freed=freed)
    standings = dict(state.standings)
    paid = pay_with_points(kept, engine.rate_and_take(known, in_force, state, limits), in_force)
    for customer_id in paid.taken.keys() & standings.keys():
        standing = standings[customer_id]
        standings[customer_id] = replace(standing, points=standing.points - paid.taken[customer_id])
    recorded_at = clock.now()
    postings = [
        records.Posting(
            id=item.sale_id,
            outcome=outcome,
            recorded_at=recorded_at,
            recorded_by=item.recorded_by,
            points_earned=outcome.points_earned,
            points_balance=None,
            explanation=b"",
            points_spent=paid.points.get(item.sale_id, 0),
        )
        for item, outcome in zip(kept, paid.outcomes, strict=True)
    ]
    return settle(postings, standings, in_force.rulebooks)


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
        expires_on=last_day(known.business_date, programme) if points > 0 else None,
        available_on=available_from(known.business_date, programme) if points > 0 else None,
        sale_id=posting.id,
        actor=posting.recorded_by,
    )
    if book is not None:
        entry = book.credit(entry) if points > 0 else book.debit(entry)
    return entry, reasons


def write(postings: Sequence[records.Posting], templates: Mapping[str, KnownTemplate] | None = None) -> None:
    """Write sales, lines, awards, ledger entries, balances, coupons and events: a fixed number of statements for any list."""
    records.insert(postings)
    loyalty_records.append_entries(
        [entry for posting in postings for entry in posting.outcome.entries],
        [visit for posting in postings if (visit := _visit(posting)) is not None],
    )
    events = [event_of(posting) for posting in postings]
    events += write_coupons(postings, templates or {})
    publish(events)


def _visit(posting: records.Posting) -> Visit | None:
    known = posting.outcome.known
    if not known.is_member or posting.refund_of is not None or posting.outcome.totals.net < 0:
        return None
    return Visit(customer_id=known.customer_id, sales=1, at=known.sale.occurred_at)


def write_coupons(postings: Sequence[records.Posting], templates: Mapping[str, KnownTemplate]) -> list[Event]:
    """Write the coupons that sales gave and those they used; returns what to publish."""
    given = [(issue.coupon, posting) for posting in postings for issue in posting.outcome.issued]
    coupon_records.write(
        [(coupon, f"sale:{posting.id}", posting.outcome.known.sale.occurred_at) for coupon, posting in given], templates
    )
    uses = [
        Use(
            coupon_id=coupon.id,
            template=coupon.template,
            template_id=coupon.template_id,
            customer_id=posting.outcome.known.customer_id,
            sale_id=posting.id,
            station_id=posting.outcome.known.station.id,
            used_at=posting.outcome.known.sale.occurred_at,
            reservation_id=promise.id if (promise := posting.outcome.known.promise) is not None else None,
        )
        for posting in postings
        for coupon in posting.outcome.used
    ]
    issued = [
        CouponIssued(
            customer_id=posting.outcome.known.customer_id,
            occurred_at=posting.outcome.known.sale.occurred_at,
            coupon_id=coupon.id,
            template=coupon.template,
            origin=f"sale:{posting.id}",
        )
        for coupon, posting in given
    ]
    used = coupon_records.use(uses)
    kept = [posting.outcome.known.promise.id for posting in postings if posting.outcome.known.promise is not None]
    if kept:  # what was reserved and not used after all
        coupon_records.free(kept, is_locked=True)
    return [*issued, *used]


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
        points=Points(earned=posting.points_earned, balance=posting.points_balance, spent=posting.points_spent),
        tier=outcome.tier or None,
        flags=tuple(map(str, outcome.flags)),
        offers=rules.offers_given(outcome.explanation),
        coupons=rules.coupons_given(outcome.explanation),
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
        stored = queries.stored_receipts({name_of(item) for _, item in missing})
        for position, item in missing:
            body_hash, receipt = stored[name_of(item)]
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
