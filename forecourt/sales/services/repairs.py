"""The repair queue: flagged sales looked at anew once what they lacked is there, or accepted as they are."""

from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.catalogue import queries as catalogue
from forecourt.coupons import queries as coupons
from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim, Resolved
from forecourt.kernel import audit, clock, ids, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.crypto import keyring
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty import rules as loyalty_rules
from forecourt.loyalty.queries import Rules
from forecourt.loyalty.values import EntryKind, NegativeBalance, PointsEntry
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries, records, rules, wire
from forecourt.sales.events import SaleRepaired
from forecourt.sales.models import Repair
from forecourt.sales.queries import SaleView
from forecourt.sales.services import engine
from forecourt.sales.services.baskets import basket_of, restated
from forecourt.sales.services.loading import known_sale
from forecourt.sales.services.paying_anew import lock_payers, pay_anew
from forecourt.sales.services.posting import receipt_of, write_coupons
from forecourt.sales.services.rating_anew import rate_anew
from forecourt.sales.services.reservations import promise_kept_by
from forecourt.sales.services.taking_back import points_of_basket
from forecourt.sales.values import Flag, KnownSale, Receipt


@transaction.atomic(durable=True)
def repair_sale(actor: Actor, sale_id: UUID, *, customer_id: int | None = None, note: str = "") -> Receipt:
    """Look at a flagged sale anew: with the products and customers known now, or for the customer named.

    What is mended is rated as it would have been, and the difference in points is booked. What still lacks something
    stays in the queue, and the receipt says so.
    """
    actor.require(permissions.REPAIR)
    sale, repair = _opened(actor, sale_id)
    station = organisation.stations_by_id([sale.station_id])[sale.station_id]
    claim, customer = _recognised(sale, repair) if customer_id is None else _named(customer_id)
    new = replace(restated(sale, station), customer=claim)
    if customer_id is not None and customer is None:
        raise Invalid.field(
            "customer",
            _("there is no customer %(customer_id)s; search for the right one") % {"customer_id": customer_id},
        )
    products = catalogue.products_by_code({line.product for line in new.lines})
    known = replace(known_sale(new, station, customer, products, clock.now()), business_date=sale.business_date)
    if Flag.CLOCK_OFF in map(Flag, sale.flags) and Flag.CLOCK_OFF not in known.flags:
        known = replace(known, flags=(*known.flags, Flag.CLOCK_OFF))
    posting = _rerated(sale, known, actor.label)
    _write(actor, sale, posting, note)
    return receipt_of(posting)


@transaction.atomic(durable=True)
def accept_sale(actor: Actor, sale_id: UUID, note: str) -> Receipt:
    """Take a flagged sale as it is, with the reason; it leaves the queue and keeps its rating."""
    actor.require(permissions.REPAIR)
    if not note.strip():
        raise Invalid.field("note", _("is empty; say why the sale is right as it is"))
    sale, _repair = _opened(actor, sale_id)
    records.accept(sale.books_customer_id, sale.business_date, sale_id)
    _close(actor, sale, note.strip())
    audit.record(actor, "sale.accept", f"sale:{sale_id}", station_id=sale.station_id, reason=note.strip())
    return queries.receipts([sale_id])[0]


def _opened(actor: Actor, sale_id: UUID) -> tuple[SaleView, Repair]:
    """The flagged sale, locked; NotFound outside the actor's stations, Conflict when nothing is open."""
    queries.find(actor, sale_id)
    records.lock_claims([sale_id])
    sale = queries.find(actor, sale_id)
    repair = Repair.objects.filter(sale_id=sale_id).first()
    if repair is None:
        raise NotFound(_("Sale %(id)s is not in the repair queue.") % {"id": sale_id})
    if repair.closed_at is not None:
        raise Conflict(
            _("Sale %(id)s was mended already, by %(closed_by)s.") % {"id": sale_id, "closed_by": repair.closed_by}
        )
    return sale, repair


def _named(customer_id: int) -> tuple[CustomerClaim, Resolved | None]:
    claim = CustomerClaim(id=customer_id)
    return claim, customers.resolve([claim])[0]


def _recognised(sale: SaleView, repair: Repair) -> tuple[CustomerClaim | None, Resolved | None]:
    """Whose the sale is by what the till said. A member who was recognised keeps it, whoever has that number today."""
    claim = _claimed(repair)
    if sale.customer_id is None:
        return claim, customers.resolve([claim])[0]
    own = CustomerClaim(id=sale.customer_id)
    claimed, known = customers.resolve([claim, own])
    if claimed is None or known is None or claimed.customer_id != known.customer_id:
        return own, known
    return claim, claimed


def _claimed(repair: Repair) -> CustomerClaim | None:
    if repair.claim_sealed is None:
        return None
    text = keyring().open(bytes(repair.claim_sealed), f"claim:{repair.sale_id}")
    return msgspec.json.decode(text, type=CustomerClaim)


def _rerated(sale: SaleView, known: KnownSale, recorded_by: str) -> records.Posting:
    """The sale rated anew under the rules in force when it was promised, else when it occurred, with the entries that book
    the difference.

    A sale that goes from one member to another takes its points along, those that it was paid with too.
    """
    basket = basket_of(sale)
    moves = known.customer_id != sale.books_customer_id and not (
        sale.customer_id is not None and known.customer_id in customers.family_ids(sale.customer_id)
    )
    if moves and basket.refund_ids:
        raise Conflict(_("Sale %(id)s was refunded in part; its customer can no longer be changed.") % {"id": sale.id})
    if not moves:
        known = replace(known, customer_id=sale.books_customer_id)
        if (promise := promise_kept_by(sale.id)) is not None:
            known = rules.promised(known, promise)
    account = customers.survivor_of(known.customer_id) if known.is_member else known.customer_id
    active = loyalty.rulebooks().at(known.rated_at)
    giver = customers.survivor_of(sale.customer_id) if moves and sale.customer_id is not None else account
    if known.is_member:
        lock_payers(sale, {account, giver})
        loyalty_records.open_missing([account], active.programme)
    in_force = engine.in_force(stamps.read())
    outcome = rate_anew(sale, known, account, basket, in_force, moves=moves)
    outcome, points_spent = pay_anew(sale, outcome, account, in_force, recorded_by, moves=moves)
    standing = loyalty.balance(account)
    entries: list[PointsEntry] = []
    if known.is_member:
        target = outcome.points_earned
        if basket.refunded:
            rest = rules.Remaining(list(outcome.lines), basket.refunded).after([])
            fresh = basket._replace(rules=Rules(active.programme, active.rates), tenders=known.sale.tenders)
            target = points_of_basket(fresh, rest) + outcome.points_bonus
        so_far = basket.points_so_far
        if giver != account:
            entries += _difference(sale, giver, -so_far, active, recorded_by)
            so_far = 0
        entries += _difference(sale, account, target - so_far, active, recorded_by)
    gained = sum(entry.points for entry in entries if entry.customer_id == account)
    return records.Posting(
        id=sale.id,
        outcome=replace(outcome, entries=tuple(entries)),
        recorded_at=clock.now(),
        recorded_by=recorded_by,
        points_earned=queries.points_of(sale) + sum(entry.points for entry in entries),
        points_balance=standing.points + gained if known.is_member else None,
        explanation=wire.encode_reasons(outcome.explanation),
        points_spent=points_spent,
    )


def _recount(sale: SaleView, known: KnownSale) -> None:
    """Count the visits of the one whose sale it was, and of the one whose it is, anew."""
    account = customers.survivor_of(known.customer_id) if known.is_member else None
    giver = customers.survivor_of(sale.customer_id) if sale.customer_id is not None else None
    if account != giver:
        counted = queries.visits([customer_id for customer_id in (account, giver) if customer_id is not None])
        loyalty_records.set_visits(counted)


def _difference(sale: SaleView, account: int, points: int, active: Rules, recorded_by: str) -> list[PointsEntry]:
    """The entry that books so many points for a sale to an account, or takes them; none for no points."""
    book = loyalty.books([account])[account]
    if points < 0 and active.programme.negative_balance is NegativeBalance.FORGIVE:
        points = max(points, -book.available)
    if points == 0:
        return []
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=account,
        business_date=sale.business_date,
        occurred_at=sale.occurred_at,
        kind=EntryKind.RERATE,
        points=points,
        expires_on=loyalty_rules.last_day(sale.business_date, active.programme) if points > 0 else None,
        sale_id=sale.id,
        actor=recorded_by,
    )
    return [book.credit(entry) if points > 0 else book.debit(entry, first_of=[sale.id])]


def _write(actor: Actor, sale: SaleView, posting: records.Posting, note: str) -> None:
    known = posting.outcome.known
    if known.customer_id != sale.books_customer_id:
        records.move(sale.id, sale.books_customer_id, sale.business_date, known.customer_id)
    records.restate(posting)
    refunds = queries.refunds(sale)
    for refund in refunds:
        records.restate_products(refund.id, refund.customer_id, refund.business_date, posting.outcome.lines)
    records.insert_awards([posting])
    loyalty_records.append_entries(posting.outcome.entries)
    _recount(sale, known)
    if posting.outcome.flags:
        Repair.objects.filter(sale_id=sale.id).update(
            flags=[str(flag) for flag in posting.outcome.flags], customer_id=known.customer_id
        )
    else:
        _close(actor, sale, note, customer_id=known.customer_id)
    given = write_coupons([posting], coupons.live_templates())
    publish(
        [
            *given,
            SaleRepaired(
                customer_id=known.customer_id,
                occurred_at=sale.occurred_at,
                sale_id=sale.id,
                station_id=sale.station_id,
                business_date=sale.business_date,
                previous_customer_id=sale.books_customer_id,
                points=sum(entry.points for entry in posting.outcome.entries),
            ),
            *[_refund_restated(sale, refund) for refund in refunds],
        ]
    )
    audit.record(
        actor,
        "sale.repair",
        f"sale:{sale.id}",
        customer_id=known.customer_id if known.is_member else None,
        station_id=sale.station_id,
        reason=note,
    )


def _refund_restated(sale: SaleView, refund: queries.RefundRow) -> SaleRepaired:
    return SaleRepaired(
        customer_id=refund.customer_id,
        occurred_at=sale.occurred_at,
        sale_id=refund.id,
        station_id=sale.station_id,
        business_date=refund.business_date,
        previous_customer_id=refund.customer_id,
        points=0,
    )


def _close(actor: Actor, sale: SaleView, note: str, customer_id: int | None = None) -> None:
    Repair.objects.filter(sale_id=sale.id).update(
        closed_at=clock.now(),
        closed_by=actor.label,
        note=note,
        customer_id=customer_id if customer_id is not None else sale.books_customer_id,
    )
