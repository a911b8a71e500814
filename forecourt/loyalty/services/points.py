"""Points given and taken by hand; beyond the programme's limit only once a second person approved."""

from datetime import datetime, time
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import asdict

from forecourt import loyalty
from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.kernel import audit, clock, ids, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import permissions, queries, records, rules
from forecourt.loyalty.events import AdjustmentAsked, AdjustmentRefused, PointsAdjusted
from forecourt.loyalty.models import Adjustment
from forecourt.loyalty.values import Adjusted, AdjustmentView, EntryKind, PointsEntry, Programme
from forecourt.organisation import queries as organisation

LARGEST_ADJUSTMENT = 10_000_000
ADJUSTED_SINCE: Final = sql.load(loyalty.__file__, "adjusted_since")
_ONE_BY_ONE: Final = "SELECT pg_advisory_xact_lock(hashtext('loyalty.adjust'), hashtext(%(actor)s))"


@transaction.atomic(durable=True)
def adjust_points(actor: Actor, customer_id: int, points: int, reason: str) -> Adjusted:
    """Give points (positive) or take them (negative), with the reason; returns where the customer stands then.

    Beyond the programme's limit nothing moves yet: the answer names the adjustment that waits for a second person. What a
    customer was given, or had taken, within a day counts together, and so does what a member of staff gave or took.
    Taking more than there is follows the programme's policy: the balance goes below zero, or the command is refused.
    """
    actor.require(permissions.ADJUST_POINTS)
    if points == 0 or abs(points) > LARGEST_ADJUSTMENT:
        raise Invalid.field(
            "points",
            _("%(points)s must be other than 0 and at most %(most)s either way")
            % {"points": points, "most": LARGEST_ADJUSTMENT},
        )
    reason = reason.strip()
    if not reason:
        raise Invalid.field("reason", _("is empty; say why, it stands in the ledger and in the audit trail"))
    customer_id = _locked(customer_id)
    now = clock.now()
    programme = queries.programme_at(now)
    waiting = None
    if _is_beyond_limit(actor, customer_id, points, programme, now):
        _require_enough(customer_id, points, programme)
        waiting = _ask(actor, customer_id, points, reason, now)
    else:
        _move(actor.label, customer_id, points, reason, now, programme)
    action = "points.adjust" if waiting is None else "points.ask_adjustment"
    _audit(actor, action, customer_id, reason, {"points": points} | ({"adjustment": waiting} if waiting else {}))
    return Adjusted(**asdict(queries.balance(customer_id)), adjustment_id=waiting)


@transaction.atomic(durable=True)
def approve_adjustment(actor: Actor, adjustment_id: int, note: str = "") -> AdjustmentView:
    """Carry out an adjustment that somebody else asked for, or the same person where the company lets one do both.

    Conflict when it was decided already.
    """
    row = _to_decide(actor, adjustment_id)
    now = clock.now()
    customer_id = customer_queries.survivor_of(row.customer_id)
    _move(
        row.asked_by, customer_id, row.points, row.reason, now, queries.programme_at(now), f"adjustment:{adjustment_id}"
    )
    return _decided(actor, row, now, note, is_approved=True)


@transaction.atomic(durable=True)
def refuse_adjustment(actor: Actor, adjustment_id: int, note: str) -> AdjustmentView:
    """Turn down an adjustment, saying why; nothing moves. By whom it may be approved; Conflict when it was decided."""
    if not note.strip():
        raise Invalid.field("note", _("is empty; say why, whoever asked will read it"))
    row = _to_decide(actor, adjustment_id)
    now = clock.now()
    publish(
        [
            AdjustmentRefused(
                customer_id=row.customer_id,
                occurred_at=now,
                adjustment_id=row.pk,
                points=row.points,
                note=note.strip(),
                actor=actor.label,
            )
        ]
    )
    return _decided(actor, row, now, note, is_approved=False)


def _locked(customer_id: int) -> int:
    """Lock a customer, the survivor of a merged one; NotFound when there is none."""
    customer_id = customer_queries.survivor_of(customer_id)
    locked = customer_records.lock([customer_id])
    if customer_id not in locked:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    survivor = locked[customer_id]
    if survivor is not None:  # merged while this waited
        customer_records.lock([survivor])
    return survivor or customer_id


def _is_beyond_limit(actor: Actor, customer_id: int, points: int, programme: Programme, now: datetime) -> bool:
    """Whether an adjustment wants a second person: with what the same customer or the same member of staff was given, or
    took, alone since the company's day began. Two of a person's at once are looked at one after the other.
    """
    limit = programme.adjust_limit
    if not limit or abs(points) > limit:
        return bool(limit)
    sql.rows(_ONE_BY_ONE, {"actor": actor.label})
    zone = organisation.company_zone()
    so_far = sql.rows(
        ADJUSTED_SINCE,
        {
            "customer_ids": customer_queries.family_ids(customer_id),
            "actor": actor.label if actor.kind == "staff" else "",
            "since": datetime.combine(organisation.company_day(now), time(0), tzinfo=zone),
            "points": points,
        },
    )[0]
    return any(abs(points) + abs(moved) > limit for moved in so_far)


def _require_enough(customer_id: int, points: int, programme: Programme) -> None:
    """Invalid where more is to be taken than there is and the programme lets nobody owe."""
    if points >= 0 or programme.negative_balance != "forgive":
        return
    available = queries.books([customer_id])[customer_id].available
    if -points > available:
        raise Invalid.field(
            "points",
            _("%(points)s is more than the %(available)s there are; take at most those")
            % {"points": -points, "available": available},
        )


def _move(
    label: str, customer_id: int, points: int, reason: str, now: datetime, programme: Programme, origin: str = ""
) -> None:
    """Book an adjustment and tell of it."""
    _require_enough(customer_id, points, programme)
    records.open_missing([customer_id], programme)
    book = queries.books([customer_id])[customer_id]
    today = organisation.company_day()
    entry = PointsEntry(
        id=ids.uuid7(),
        customer_id=customer_id,
        business_date=today,
        occurred_at=now,
        kind=EntryKind.ADJUST,
        points=points,
        expires_on=rules.last_day(today, programme) if points > 0 else None,
        origin=origin,
        reason=reason,
        actor=label,
    )
    records.append_entries([book.credit(entry) if points > 0 else book.debit(entry)])
    publish([PointsAdjusted(customer_id=customer_id, occurred_at=now, points=points, reason=reason, actor=label)])


def _ask(actor: Actor, customer_id: int, points: int, reason: str, now: datetime) -> int:
    """File an adjustment for a second person; returns its id."""
    row = Adjustment.objects.create(
        customer_id=customer_id, points=points, reason=reason, asked_at=now, asked_by=actor.label
    )
    adjustment_id: int = row.pk
    publish(
        [
            AdjustmentAsked(
                customer_id=customer_id,
                occurred_at=now,
                adjustment_id=adjustment_id,
                points=points,
                reason=reason,
                actor=actor.label,
            )
        ]
    )
    return adjustment_id


def _to_decide(actor: Actor, adjustment_id: int) -> Adjustment:
    """An adjustment that waits, with its customer locked and then itself: of two who decide, one finds it decided."""
    actor.require(permissions.APPROVE_ADJUSTMENT)
    row = Adjustment.objects.filter(pk=adjustment_id).first()
    if row is None:
        raise NotFound(_("There is no adjustment %(id)s.") % {"id": adjustment_id})
    _locked(row.customer_id)
    row = Adjustment.objects.select_for_update().get(pk=adjustment_id)
    if row.decided_at is not None:
        raise Conflict(
            _("Adjustment %(id)s was decided already, by %(who)s.")
            % {"id": adjustment_id, "who": row.decided_by.partition(":")[2] or row.decided_by}
        )
    if row.asked_by == actor.label and not organisation.company().solo_approval:
        raise NotAllowed(
            _("%(name)s asked for this adjustment; a second person must decide about it.") % {"name": actor.name}
        )
    return row


def _decided(actor: Actor, row: Adjustment, now: datetime, note: str, *, is_approved: bool) -> AdjustmentView:
    row.decided_at, row.decided_by, row.is_approved, row.note = now, actor.label, is_approved, note.strip()
    row.save(update_fields=["decided_at", "decided_by", "is_approved", "note"])
    action = "points.approve_adjustment" if is_approved else "points.refuse_adjustment"
    detail = {"adjustment": row.pk, "points": row.points, "asked_by": row.asked_by}
    _audit(actor, action, row.customer_id, note.strip() or row.reason, detail)
    return queries.adjustment_view(row)


def _audit(actor: Actor, action: str, customer_id: int, reason: str, detail: dict[str, Any]) -> None:
    audit.record(actor, action, f"customer:{customer_id}", customer_id=customer_id, reason=reason, detail=detail)
