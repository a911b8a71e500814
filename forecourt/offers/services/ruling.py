"""What the rules of all offers have in common, how they combine and margin floors: their drafts, and from when they hold."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, reviews, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.offers.models import RulesDraft

LAST_MINUTE: Final = timedelta(minutes=1)
"""So long before it holds what was announced can be withdrawn: sales that are being rated know it already."""


def require_everywhere(actor: Actor, permission: str) -> None:
    """NotAllowed for who lacks the permission, or has it for some stations only."""
    actor.require(permission)
    if actor.stations is not None:
        raise NotAllowed(
            _("%(who)s may act for some stations only; the rules of all offers are the same at all.")
            % {"who": actor.name}
        )


def locked(subject: str) -> RulesDraft:
    """The draft about a subject, made when it is missing, locked until the transaction ends: one person acts at a time."""
    key = subject.partition(":")[2]
    RulesDraft.objects.bulk_create([RulesDraft(subject=key)], ignore_conflicts=True)
    return RulesDraft.objects.select_for_update().get(subject=key)


def keep(actor: Actor, subject: str, row: RulesDraft, body: Any) -> None:
    """Put this in the place of a locked draft; null throws it away. Conflict while it is in review."""
    reviews.require_none(subject)
    row.body, row.edited_at, row.edited_by = body, clock.now(), actor.label
    row.save()
    audit.record(actor, "offers.draft", subject, detail={} if body is not None else {"discarded": True})


def drafted(row: RulesDraft) -> Any:
    """What a locked draft holds; Conflict when it holds nothing."""
    if row.body is None:
        raise Conflict(_("Nothing is drafted; change something first."))
    return row.body


def take_up(row: RulesDraft) -> None:
    """What was drafted is in force or will be: the draft is empty again."""
    row.body = None
    row.save(update_fields=["body"])


def require_to_come(valid_from: datetime | None) -> None:
    """Invalid for a moment that is past: sales that were rated already would not be rated by what is meant for them."""
    if valid_from is not None and valid_from <= clock.now():
        raise Invalid.field(
            "valid_from",
            _("%(at)s is past; give a time to come, or none for as soon as it is approved") % {"at": valid_from},
        )


def call_off(actor: Actor, subject: str, valid_from: datetime, rows: QuerySet[Any, Model]) -> None:
    """Withdraw rows that were announced together for that moment, those that were not yet. Callers have locked the draft.

    Conflict where that was done, they hold or will within a minute, or something is in review that was read beside them.
    """
    now = clock.now()
    if valid_from <= now + LAST_MINUTE:
        raise Conflict(
            _("This holds since %(at)s, or will within a minute; hand in what is to hold instead.") % {"at": valid_from}
        )
    reviews.require_none(subject)
    if not rows.filter(withdrawn_at=None).update(withdrawn_at=now, withdrawn_by=actor.label):
        raise Conflict(_("This was withdrawn already."))
    stamps.bump("offers")
    audit.record(actor, "offers.withdraw_announced", subject, detail={"valid_from": valid_from.isoformat()})
