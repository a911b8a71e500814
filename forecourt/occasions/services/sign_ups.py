"""Signing up for events, cancelling, and being checked in at the door.

Customers are locked first, with everybody who pays or paid for them, then the event: its places are counted under its
lock, so the last one is given once.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customers
from forecourt.customers.values import CustomerClaim
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import Return, Spending
from forecourt.occasions import permissions, queries, records, rules
from forecourt.occasions.events import Attended, SignedUp
from forecourt.occasions.models import MemberEvent, SignUp
from forecourt.occasions.queries.member_events import sign_ups_by_id
from forecourt.occasions.services.member_events import locked_event
from forecourt.occasions.values import CheckedIn, EventState, Grant, SignUpState, SignUpView

_HOLDING: Final = ("going", "attended", "absent")


@transaction.atomic(durable=True)
def sign_up(actor: Actor, event_id: int, customer_id: int) -> SignUpView:
    """Sign a member up, or put it on the waiting list where no place is left; who is signed up already stays so.

    Conflict when the member may not, nothing is left, or it has too few points for what that costs.
    """
    actor.require(permissions.SIGN_UP)
    survivor = _lock(customer_id)
    event = locked_event(event_id)
    family = customers.family_ids(survivor)
    known = SignUp.objects.filter(event=event, customer_id__in=family).exclude(state=SignUpState.CANCELLED).first()
    if known is not None:
        return sign_ups_by_id([known.pk])[known.pk]
    _require_may(event_id, survivor)
    is_waiting = _must_wait(event)
    now = clock.now()
    row = SignUp.objects.create(
        event=event,
        customer_id=survivor,
        state=(SignUpState.WAITING if is_waiting else SignUpState.GOING).value,
        code=rules.new_code(),
        signed_at=now,
        signed_by=actor.label,
    )
    if event.cost and not is_waiting:
        _pay(actor, event, row)
    publish(
        [SignedUp(customer_id=survivor, occurred_at=now, event_id=event_id, title=event.title, is_waiting=is_waiting)]
    )
    return sign_ups_by_id([row.pk])[row.pk]


def _lock(customer_id: int, wanted: Sequence[Return] = ()) -> int:
    """Lock the customer and everybody who may pay for it, or paid for what is to be given back; who it is today."""
    survivor = records.lock_payers([customer_id], wanted).get(customer_id)
    if survivor is None:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    return survivor


def _require_may(event_id: int, customer_id: int) -> None:
    """Conflict, saying why, unless this member may sign up now."""
    facts = customers.buyers([customer_id])[customer_id]
    (known,) = customers.resolve([CustomerClaim(id=customer_id)])
    refusal = rules.refusal(
        queries.member_event(event_id),
        now=clock.now(),
        tier=loyalty.balance(customer_id).tier,
        tags=facts.tags,
        is_blocked=known is not None and known.is_blocked,
    )
    if refusal:
        raise Conflict(refusal)


def _must_wait(event: MemberEvent) -> bool:
    """Whether no place is left for who comes now: those who wait already, and are not blocked, come first.

    Conflict without a waiting list.
    """
    if not event.places:
        return False
    taken = SignUp.objects.filter(event=event, state__in=_HOLDING).count()
    if taken < event.places:
        line = SignUp.objects.filter(event=event, state=SignUpState.WAITING).values_list("customer_id", flat=True)
        waiting = set(queries.survivor_ids(list(line)).values())
        if waiting <= customers.blocked(waiting):
            return False
    if not event.has_waiting_list:
        raise Conflict(_("All %(count)s places are taken.") % {"count": event.places})
    return True


def _pay(actor: Actor, event: MemberEvent, row: SignUp) -> None:
    answers, entries = loyalty_records.spend(
        [
            Spending(
                customer_id=row.customer_id,
                points=event.cost,
                origin=records.origin_of(row.pk),
                reason=_("Event: %(title)s") % {"title": event.title},
                actor=actor.label,
            )
        ]
    )
    if not answers[0].is_paid:
        raise Conflict(
            _("Signing up costs %(cost)s points; %(available)s can be spent.")
            % {"cost": event.cost, "available": answers[0].available}
        )
    publish(loyalty_events.moved(entries))
    row.cost, row.payer_id = event.cost, row.customer_id
    row.save(update_fields=["cost", "payer_id"])


@transaction.atomic(durable=True)
def cancel_sign_up(actor: Actor, event_id: int, customer_id: int) -> None:
    """End a member's sign-up before the event begins and give back what it cost; who waits moves up.

    Cancelling twice changes nothing. NotFound when the member never signed up; Conflict once the event has begun.
    """
    actor.require(permissions.SIGN_UP)
    known = SignUp.objects.filter(event_id=event_id, customer_id__in=customers.family_ids(customer_id))
    survivor = _lock(customer_id, records.costs_of(known, actor.label))
    event = locked_event(event_id)
    family = customers.family_ids(survivor)
    rows = list(SignUp.objects.select_related("event").filter(event=event, customer_id__in=family).order_by("-id"))
    if not rows:
        raise NotFound(
            _("Customer %(customer)s is not signed up for event %(event)s.")
            % {"customer": customer_id, "event": event_id}
        )
    open_ones = [row for row in rows if row.state in {SignUpState.GOING, SignUpState.WAITING}]
    if not open_ones:
        if rows[0].state == SignUpState.CANCELLED:
            return
        raise Conflict(_("The event has taken place; a sign-up for it stays as it is."))
    if clock.now() >= event.starts_at:
        raise Conflict(_("The event has begun; a sign-up cannot be cancelled any more."))
    records.end_sign_ups(open_ones, {row.customer_id: survivor for row in open_ones}, "member", actor.label)


@transaction.atomic(durable=True)
def check_in(actor: Actor, event_id: int, text: str) -> CheckedIn:
    """Check somebody in at the event, by the code of the sign-up, a telephone number, plate, card or customer number.

    Gives the points and the coupon for attending, once. NotFound when nobody who signed up has that; Conflict outside the time
    of the event, for who is blocked, waits for a place, cancelled or was noted absent, or where the coupon's limit is reached;
    Invalid where the coupon is not issued any more.
    """
    actor.require(permissions.CHECK_IN)
    event = MemberEvent.objects.filter(id=event_id).first()
    if event is None:
        raise NotFound(_("There is no event %(id)s.") % {"id": event_id})
    if event.station_id is not None:
        actor.require_station(event.station_id)
    _require_time(event)
    sign_up_id = _found(event_id, text)
    customer_id = SignUp.objects.values_list("customer_id", flat=True).get(id=sign_up_id)
    survivor = _lock(customer_id)
    row = SignUp.objects.select_for_update().get(id=sign_up_id)
    family = customers.family_ids(survivor)
    there = SignUp.objects.filter(event=event, customer_id__in=family, state=SignUpState.ATTENDED).first()
    if there is not None:
        return CheckedIn(sign_up=sign_ups_by_id([there.pk])[there.pk], points=0, was_there=True)
    if row.state == SignUpState.WAITING:
        raise Conflict(_("This member is on the waiting list and has no place."))
    if row.state == SignUpState.ABSENT:
        raise Conflict(_("This member was noted as absent when the event was closed."))
    if row.state != SignUpState.GOING:
        raise Conflict(_("This sign-up was cancelled."))
    if customers.blocked([survivor]):
        raise Conflict(_("This member is blocked."))
    now = clock.now()
    row.state, row.attended_at, row.ended_at = SignUpState.ATTENDED.value, now, now
    row.points, row.template = event.points, event.template
    row.paid_id = survivor if event.points or event.template else None
    row.save(update_fields=["state", "attended_at", "ended_at", "points", "template", "paid_id"])
    reason = _("Event: %(title)s") % {"title": event.title}
    given: dict[str, Any] = {"points": event.points, "template": event.template}
    records.grant([Grant(customer_id=survivor, origin=f"event:{event_id}", reason=reason, actor=actor.label, **given)])
    publish([Attended(customer_id=survivor, occurred_at=now, event_id=event_id, title=event.title, **given)])
    audit.record(actor, "event.check_in", f"event:{event_id}", customer_id=survivor, station_id=event.station_id)
    return CheckedIn(sign_up=sign_ups_by_id([row.pk])[row.pk], was_there=False, **given)


def _require_time(event: MemberEvent) -> None:
    now = clock.now()
    if event.state != EventState.OPEN:
        raise Conflict(_("Nobody can be checked in: the event is not announced, over or cancelled."))
    if now < event.starts_at - rules.EARLY:
        raise Conflict(_("It is too early: people can be checked in from 12 hours before the event."))


def _found(event_id: int, text: str) -> int:
    """The sign-up that a code, or anything else a member is known by, leads to; NotFound when there is none."""
    said = text.strip()
    if not said or len(said) > 64:
        raise Invalid.field("code", _("is empty or too long; scan or type the code of the sign-up"))
    by_code = queries.sign_ups_by_code(event_id, said)
    if by_code is not None:
        return by_code
    claims = [CustomerClaim(phone=said), CustomerClaim(plate=said), CustomerClaim(card=said), CustomerClaim(app=said)]
    number = said.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 19 and int(number) > 0:
        claims.append(CustomerClaim(id=int(number)))
    owners = [found.customer_id for found in customers.resolve(claims) if found is not None]
    family = {one for owner in owners for one in customers.family_ids(owner)}
    rows = SignUp.objects.filter(event_id=event_id, customer_id__in=family)
    best = sorted(rows, key=lambda row: (_ORDER.index(row.state), row.pk))
    if not best:
        raise NotFound(_("Nobody who signed up for this event has that code, phone, plate or card."))
    return int(best[0].pk)


_ORDER: Final = ["attended", "going", "absent", "waiting", "cancelled"]
