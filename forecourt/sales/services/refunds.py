"""Refunds: whole or by line, points taken back from the lots they gave, lots restored where the sale had taken from them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.customers import queries as customers
from forecourt.customers import records as customer_records
from forecourt.customers.values import anonymous_customer_id
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.events import publish
from forecourt.kernel.money import ZERO, rounded
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty import rules as loyalty_rules
from forecourt.loyalty.values import EntryKind, NegativeBalance, PointsEntry, Visit
from forecourt.organisation import queries as organisation
from forecourt.organisation.values import StationFacts
from forecourt.sales import permissions, queries, records, rules, wire
from forecourt.sales.queries import SaleView
from forecourt.sales.services.baskets import basket_of
from forecourt.sales.services.giving_back import give_back, give_points_back, paid_back, put_back, spent_by, versions
from forecourt.sales.services.posting import event_of, receipt_of
from forecourt.sales.services.taking_back import Basket, Taken, take_back
from forecourt.sales.values import (
    KnownSale,
    NewRefund,
    NewSale,
    NewTender,
    Outcome,
    Reason,
    Receipt,
    Totals,
    Verdict,
)


@transaction.atomic(durable=True)
def refund_sale(actor: Actor, sale_id: UUID, refund: NewRefund) -> Receipt:
    """Refund a sale, whole or the lines named; the refund is a sale of its own with negative figures.

    Points go back as they came: what the rest of the sale would have earned stays, and what it was paid with in points comes
    back in proportion to the price. Sent again under the same reference
    it gets its stored receipt. Invalid when less is left than asked for; Conflict when it is a refund itself.
    """
    actor.require(permissions.REFUND)
    sale = queries.find(actor, sale_id)
    station = organisation.stations_by_id([sale.station_id])[sale.station_id]
    if sale.refund_of is not None:
        raise Conflict(
            _("%(sale_id)s is itself a refund, of %(refund_of)s; refund that sale again or sell anew.")
            % {"sale_id": sale_id, "refund_of": sale.refund_of}
        )
    occurred_at = _moment(refund, sale)
    source = refund.source or sale.source
    refund_id = ids.uuid7()
    customer_id, is_member = _locked_customer(sale)
    known = _known(refund, sale, station, source, occurred_at, customer_id, is_member)
    name = records.Claimed(
        station_id=station.id,
        source=source,
        source_ref=refund.source_ref,
        sale_id=refund_id,
        customer_id=customer_id,
        business_date=known.business_date,
        body_hash=_fingerprint(sale_id, refund),
    )
    if not records.claim([name]):
        return _replayed(name)
    basket = basket_of(sale)
    taken = take_back(basket, refund.lines, organisation.company().digits, versions(), earns=is_member)
    posting = _rated(known, refund, sale, basket, taken, refund_id, actor.label)
    records.insert([posting])
    visits = [Visit(customer_id=customer_id, sales=-1)] if taken.is_whole and is_member and sale.net >= 0 else []
    loyalty_records.append_entries(posting.outcome.entries, visits)
    publish([event_of(posting), *give_back(sale, taken)])
    audit.record(
        actor,
        "sale.refund",
        f"sale:{sale_id}",
        customer_id=customer_id if is_member else None,
        station_id=station.id,
        reason=refund.reason,
        detail={"refund": str(refund_id), "net": str(posting.outcome.totals.net)},
    )
    return receipt_of(posting)


def _moment(refund: NewRefund, sale: SaleView) -> datetime:
    now = clock.now()
    if refund.occurred_at is None:
        return now
    if not sale.occurred_at <= refund.occurred_at <= now + rules.CLOCK_TOLERANCE:
        raise Invalid.field(
            "occurred_at",
            _("%(time)s must lie between the sale (%(sold_at)s) and now")
            % {"time": refund.occurred_at.isoformat(), "sold_at": sale.occurred_at.isoformat()},
        )
    return refund.occurred_at


def _locked_customer(sale: SaleView) -> tuple[int, bool]:
    """Lock the sale and its member, the survivor where it was merged; one refund of a sale at a time."""
    records.lock_claims([sale.id])
    if sale.customer_id is None:
        return anonymous_customer_id(sale.station_id), False
    survivor = customers.survivor_of(sale.customer_id)
    if sale.points_spent:
        loyalty_records.lock_sharing([survivor], [spent_by(sale)])
    else:
        customer_records.lock([survivor])
    return survivor, True


def _known(
    refund: NewRefund,
    sale: SaleView,
    station: StationFacts,
    source: str,
    occurred_at: datetime,
    customer_id: int,
    is_member: bool,
) -> KnownSale:
    new = NewSale(
        station=station.code,
        source=source,
        source_ref=refund.source_ref,
        occurred_at=occurred_at,
        lines=(),
        pump=sale.pump,
        staff=refund.staff,
    )
    return KnownSale(
        sale=new,
        station=station,
        business_date=clock.trading_day(occurred_at, station.zone, station.day_rolls_at),
        customer_id=customer_id,
        is_member=is_member,
        products=(),
    )


def _fingerprint(sale_id: UUID, refund: NewRefund) -> bytes:
    lines = "" if refund.lines is None else "|".join(f"{line.line}x{line.quantity}" for line in refund.lines)
    return keyring().fingerprint(f"refund of {sale_id}\n{refund.occurred_at}\n{refund.staff}\n{lines}".encode())


def _replayed(name: records.Claimed) -> Receipt:
    key = (name.station_id, name.source, name.source_ref)
    body_hash, receipt = queries.stored_receipts([key])[key]
    if body_hash != name.body_hash:
        raise Conflict(
            _("%(source_ref)r from %(source)r already names %(id)s; give the refund a reference of its own.")
            % {"source_ref": name.source_ref, "source": name.source, "id": receipt.id}
        )
    return receipt


def _rated(
    known: KnownSale, refund: NewRefund, sale: SaleView, basket: Basket, taken: Taken, refund_id: UUID, recorded_by: str
) -> records.Posting:
    digits = organisation.company().digits
    lines, awards, points, rest = taken.lines, taken.awards, taken.points, taken.rest
    gross = rounded(sum((line.amount for line in lines), ZERO), digits)
    discount = rounded(sum((line.discount for line in lines), ZERO), digits)
    fuel = [line for line in lines if line.product is not None and line.product.kind == "fuel"]
    reasons: tuple[Reason, ...] = (
        Reason(code="refund.of", verdict=Verdict.INFO, rule=str(sale.id), values={"reason": refund.reason}),
    )
    paid = paid_back(sale, basket, lines, rest, digits)
    if paid.points:  # before others are taken: those that come back can pay for them
        give_points_back(sale, paid.points, recorded_by, _("refund of a sale paid with points"))
        known = replace(known, sale=replace(known.sale, tenders=(NewTender(kind=rules.POINTS, amount=-paid.worth),)))
        reasons += (
            Reason(
                code="points.returned",
                verdict=Verdict.INFO,
                points=str(paid.points),
                values={"worth": str(paid.worth), "money": str(paid.money)},
            ),
        )
    entries, balance, more = (
        _settled(known, sale, basket, refund_id, points, recorded_by) if known.is_member else ((), None, ())
    )
    reasons += more
    outcome = Outcome(
        known=known,
        lines=tuple(lines),
        totals=Totals(gross=gross, discount=discount, net=gross - discount),
        fuel_quantity=sum((line.quantity for line in fuel), ZERO),
        fuel_amount=sum((line.amount - line.discount for line in fuel), ZERO),
        points_earned=sum(entry.points for entry in entries),
        tier=sale.tier,
        rulebook=sale.rulebook,
        flags=(),
        explanation=reasons,
        entries=entries,
        awards=tuple(awards),
    )
    return records.Posting(
        id=refund_id,
        outcome=outcome,
        recorded_at=clock.now(),
        recorded_by=recorded_by,
        points_earned=outcome.points_earned,
        points_balance=balance,
        explanation=wire.encode_reasons(reasons),
        refund_of=sale.id,
        points_spent=-paid.points,
    )


def _settled(
    known: KnownSale, sale: SaleView, basket: Basket, refund_id: UUID, points: int, recorded_by: str
) -> tuple[tuple[PointsEntry, ...], int, tuple[Reason, ...]]:
    """The refund's ledger entries, the balance after them, and what must be said about it."""
    customer_id = known.customer_id
    programme = basket.rules.programme
    loyalty_records.open_missing([customer_id], programme)
    before = loyalty.standings([customer_id])[customer_id].points
    book = loyalty.books([customer_id])[customer_id]
    reasons: tuple[Reason, ...] = ()
    if points < 0 and programme.negative_balance is NegativeBalance.FORGIVE and -points > book.available:
        reasons = (Reason(code="points.forgiven", verdict=Verdict.INFO, points=str(-points - book.available)),)
        points = -book.available
    if points == 0:
        return (), before, reasons
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=known.business_date,
        occurred_at=known.sale.occurred_at,
        kind=EntryKind.REFUND,
        points=points,
        expires_on=loyalty_rules.last_day(known.business_date, programme) if points > 0 else None,
        sale_id=refund_id,
        actor=recorded_by,
    )
    sale_ids = [sale.id, *basket.refund_ids]
    if points < 0:
        entries = [book.debit(entry, first_of=sale_ids)]
    else:
        origin = spent_by(sale).origin
        entries = put_back(book, entry, loyalty.taken_by_sale(customer_id, sale_ids, origin), origin)
    return tuple(entries), before + points, reasons
