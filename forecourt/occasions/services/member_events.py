"""Member events: made, changed, cancelled, over. What announces them stands in `event_reviews`."""

from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.customers import rules as customer_rules
from forecourt.kernel import audit, clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from forecourt.occasions import permissions, records, rules
from forecourt.occasions.events import MemberEventCancelled, Missed, PlacesFreed
from forecourt.occasions.models import MemberEvent, SignUp
from forecourt.occasions.values import EventState, NewMemberEvent, SignUpState
from forecourt.organisation import queries as organisation

_ATTEMPTS: Final = 3
_HOLDING: Final = ("going", "attended", "absent")


@transaction.atomic(durable=True)
def make_event(actor: Actor, new: NewMemberEvent) -> int:
    """Prepare an event; returns its id. Members see it once it is announced."""
    actor.require(permissions.EDIT_EVENTS)
    fields = _fields(actor, new)
    check_template(fields["template"])
    row = MemberEvent.objects.create(**fields, made_at=clock.now(), made_by=actor.label)
    audit.record(actor, "event.make", f"event:{row.pk}", station_id=row.station_id)
    return int(row.pk)


@transaction.atomic(durable=True)
def change_event(actor: Actor, event_id: int, new: NewMemberEvent) -> None:
    """Say everything about an event anew; Conflict while it is in review.

    Once announced, its cost stands, its coupon can only be taken off, and its places can only fall to those taken. More places
    go to those who wait.
    """
    actor.require(permissions.EDIT_EVENTS)
    row = locked_event(event_id)
    require_here(actor, row)
    fields = _fields(actor, new)
    if row.state in {EventState.OVER, EventState.CANCELLED}:
        raise Conflict(_("Event %(id)s is over or cancelled and stays as it is.") % {"id": event_id})
    reviews.require_none(subject_of(event_id))
    if row.state == EventState.OPEN:
        _check_announced(row, fields)
    if fields["template"] != row.template:
        check_template(fields["template"])
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)
        audit.record(actor, "event.change", f"event:{event_id}", station_id=row.station_id, detail={"fields": changed})
    if "places" in changed and row.state == EventState.OPEN:
        publish([PlacesFreed(occurred_at=clock.now(), event_id=event_id)])


def _check_announced(row: MemberEvent, fields: dict[str, Any]) -> None:
    if fields["cost"] != row.cost:
        raise Invalid.field("cost", _("cannot change any more: members signed up for %(cost)s") % {"cost": row.cost})
    if fields["points"] != row.points:
        text = _("cannot change any more: %(points)s were approved; call the event off and make another")
        raise Invalid.field("points", text % {"points": row.points})
    if fields["template"] not in {row.template, ""}:
        text = _("cannot change any more, for members signed up for it; take it off, or make another event")
        raise Invalid.field("template", text)
    taken = SignUp.objects.filter(event=row, state__in=_HOLDING).count()
    if fields["places"] and fields["places"] < taken:
        raise Invalid.field(
            "places", _("%(count)s are taken already; give as many or more, or 0 for no limit") % {"count": taken}
        )


@transaction.atomic(durable=True)
def cancel_event(actor: Actor, event_id: int, reason: str) -> int:
    """Call an event off: all sign-ups end, and what they cost is given back; returns how many there were.

    One that is in review is withdrawn. Conflict when somebody was checked in already.
    """
    actor.require(permissions.EDIT_EVENTS)
    why = customer_rules.normal_text("reason", reason, limit=200)
    today, row = _locked_with_customers(actor, event_id)
    require_here(actor, row)
    if row.state in {EventState.OVER, EventState.CANCELLED}:
        raise Conflict(_("Event %(id)s is over or cancelled and stays as it is.") % {"id": event_id})
    if SignUp.objects.filter(event=row, state=SignUpState.ATTENDED).exists():
        raise Conflict(_("Members were checked in already, so event %(id)s takes place.") % {"id": event_id})
    now = clock.now()
    ended = list(
        SignUp.objects.select_related("event").filter(event=row, state__in=["going", "waiting"]).order_by("id")
    )
    row.state, row.cancelled_at, row.reason = EventState.CANCELLED.value, now, why
    row.save(update_fields=["state", "cancelled_at", "reason"])
    records.end_sign_ups(ended, today, "event", actor.label)
    publish([MemberEventCancelled(occurred_at=now, event_id=event_id)])
    reviews.let_drop(actor, subject_of(event_id), _("The event was called off."))
    audit.record(
        actor, "event.cancel", f"event:{event_id}", station_id=row.station_id, reason=why, detail={"count": len(ended)}
    )
    return len(ended)


def _locked_with_customers(actor: Actor, event_id: int) -> tuple[dict[int, int], MemberEvent]:
    """Lock everybody who signed up, as they are today, and who paid for them, then the event; who signs up meanwhile is
    locked in another try.
    """
    for _attempt in range(_ATTEMPTS):
        wanted = _signed_up(event_id)
        today = records.lock_payers({one.customer_id for one in wanted}, records.costs_of(wanted, actor.label))
        row = locked_event(event_id)
        if {one.pk for one in _signed_up(event_id)} <= {one.pk for one in wanted}:
            return today, row
    raise Unavailable(_("Members are signing up just now; send it again."))


def _signed_up(event_id: int) -> list[SignUp]:
    return list(SignUp.objects.filter(event_id=event_id, state__in=["going", "waiting"]))


def close_events(actor: Actor) -> int:
    """End events a day after they were: who had a place and was not checked in did not come. Returns how many ended."""
    actor.require(permissions.EDIT_EVENTS)
    past = MemberEvent.objects.filter(state=EventState.OPEN.value, ends_at__lt=clock.now() - rules.LATE)
    return sum(_close(event_id) for event_id in list(past.values_list("id", flat=True)))


@transaction.atomic(durable=True)
def _close(event_id: int) -> int:
    row = locked_event(event_id)
    now = clock.now()
    if row.state != EventState.OPEN or row.ends_at >= now - rules.LATE:
        return 0
    absent = list(SignUp.objects.select_for_update().filter(event=row, state=SignUpState.GOING.value).order_by("id"))
    SignUp.objects.filter(id__in=[one.pk for one in absent]).update(state=SignUpState.ABSENT.value, ended_at=now)
    SignUp.objects.filter(event=row, state=SignUpState.WAITING.value).update(
        state=SignUpState.CANCELLED.value, ended_at=now, reason="over"
    )
    row.state = EventState.OVER.value
    row.save(update_fields=["state"])
    publish(
        [Missed(customer_id=one.customer_id, occurred_at=now, event_id=event_id, title=row.title) for one in absent]
    )
    return 1


def subject_of(event_id: int) -> str:
    """How the audit trail and reviews name an event."""
    return f"event:{event_id}"


def check_template(code: str, day: date | None = None) -> None:
    """Invalid where an event is to give a coupon that is not issued one by one, or would never be good if issued that day."""
    if not code:
        return
    found = coupons.templates({code}).get(code)
    if found is not None and found.is_issued and day is not None and not found.can_be_issued(day):
        text = _("%(code)r would never be good if it is issued on %(day)s; change its days")
        raise Invalid.field("template", text % {"code": code, "day": day})
    if found is None or not found.is_issued:
        raise Invalid.field(
            "template", _("%(code)r is not a coupon template that is issued one by one; make it first") % {"code": code}
        )


def locked_event(event_id: int) -> MemberEvent:
    """The event, locked; NotFound when there is none. Callers lock customers before."""
    row = MemberEvent.objects.select_for_update().filter(id=event_id).first()
    if row is None:
        raise NotFound(_("There is no event %(id)s.") % {"id": event_id})
    return row


def require_here(actor: Actor, row: MemberEvent) -> None:
    """NotAllowed unless the event is at a station in scope; one that is at no station is head office's."""
    if row.station_id is not None:
        actor.require_station(row.station_id)
    elif actor.stations is not None:
        raise NotAllowed(_("This event is at no station; ask somebody who works for all of them."))


def _fields(actor: Actor, new: NewMemberEvent) -> dict[str, Any]:
    """The event's columns; Invalid and NotAllowed as for the command."""
    ready = rules.checked_event(new)
    rules.station_or_place(ready)
    station_id = None
    if ready.station:
        found = organisation.station_facts({ready.station}).get(ready.station)
        if found is None:
            raise Invalid.field(
                "station", _("there is no station %(code)s; open it first, or name a place") % {"code": ready.station}
            )
        actor.require_station(found.id, found.code)
        station_id = found.id
    elif actor.stations is not None:
        raise NotAllowed(_("This event is at no station; ask somebody who works for all of them."))
    names = ("title", "text", "place", "starts_at", "ends_at", "opens_at", "closes_at", "places", "has_waiting_list")
    fields = {name: getattr(ready, name) for name in (*names, "points", "cost")}
    tags = list(customer_rules.normal_tags(ready.tags))
    fields["template"] = ready.template
    return fields | {"station_id": station_id, "tiers": list(ready.tiers), "tags": tags}
