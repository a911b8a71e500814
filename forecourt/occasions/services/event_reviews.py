"""Events handed in for review, and what a second person decides: with that members see them and may sign up."""

from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.loyalty import queries as loyalty
from forecourt.occasions import permissions
from forecourt.occasions.events import MemberEventOpened
from forecourt.occasions.models import MemberEvent
from forecourt.occasions.services.member_events import check_template, locked_event, require_here, subject_of
from forecourt.occasions.values import EventState, NewMemberEvent
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def submit_event(actor: Actor, event_id: int, note: str = "") -> int:
    """Hand an event that is being prepared in for review; returns the review's id. It cannot be edited until that is decided.

    Conflict when it is in review already, or was announced; Invalid when it is over, its coupon is not issued or would not be
    good on its day, or it is for a tier that there is not.
    """
    actor.require(permissions.EDIT_EVENTS)
    row = _draft(actor, event_id)
    _check(row)
    return reviews.hand_in(actor, subject_of(event_id), _said(row), note)


@transaction.atomic(durable=True)
def approve_event(actor: Actor, event_id: int) -> None:
    """Announce what was handed in: members see it and may sign up.

    NotAllowed for who handed it in themselves, unless the company lets one person do both; Invalid as for handing it in.
    """
    actor.require(permissions.APPROVE_EVENTS)
    row = _draft(actor, event_id)
    reviews.approve(actor, subject_of(event_id), is_alone=organisation.company().solo_approval)
    _check(row)
    row.state = EventState.OPEN.value
    row.save(update_fields=["state"])
    publish([MemberEventOpened(occurred_at=clock.now(), event_id=event_id)])


@transaction.atomic(durable=True)
def refuse_event(actor: Actor, event_id: int, reason: str) -> None:
    """Send it back to who handed it in, saying why; it can be edited again."""
    actor.require(permissions.APPROVE_EVENTS)
    _draft(actor, event_id)
    reviews.refuse(actor, subject_of(event_id), reason)


@transaction.atomic(durable=True)
def withdraw_event(actor: Actor, event_id: int) -> None:
    """Take it back before it is decided; it can be edited again."""
    actor.require(permissions.EDIT_EVENTS)
    _draft(actor, event_id)
    reviews.withdraw(actor, subject_of(event_id))


def _draft(actor: Actor, event_id: int) -> MemberEvent:
    """The event, locked, in scope and not announced yet."""
    row = locked_event(event_id)
    require_here(actor, row)
    if row.state == EventState.OPEN:
        raise Conflict(_("Event %(id)s is announced already.") % {"id": event_id})
    if row.state != EventState.DRAFT:
        raise Conflict(_("Event %(id)s is over or cancelled; make a new one.") % {"id": event_id})
    return row


def _check(row: MemberEvent) -> None:
    if row.ends_at <= clock.now():
        raise Invalid.field("ends_at", _("lies in the past; an event that was cannot be announced"))
    check_template(row.template, organisation.company_day(row.starts_at))
    if strange := sorted(set(row.tiers) - loyalty.tier_codes()):
        raise Invalid.field(
            "tiers", _("the programme in force has no tier %(tier)r; take it off") % {"tier": strange[0]}
        )


def _said(row: MemberEvent) -> dict[str, Any]:
    """What the event says, as reviews keep it; `station` is a code, "" for none."""
    fields = {name: getattr(row, name) for name in NewMemberEvent.__struct_fields__ if name != "station"}
    found = organisation.stations_by_id([row.station_id]).get(row.station_id) if row.station_id is not None else None
    said: dict[str, Any] = msgspec.to_builtins(fields)
    return said | {"station": found.code if found else ""}
