"""The draft handed in for review, and what a second person decides."""

from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.kernel.values import Outcome
from forecourt.loyalty import permissions, queries, words
from forecourt.loyalty.models import ProgrammeDraft, ProgrammeReview
from forecourt.loyalty.services.checking import check_submission, require_everywhere
from forecourt.loyalty.services.programme import put_in_force
from forecourt.loyalty.values import Programme
from forecourt.organisation import queries as organisation

LONGEST_TEXT = 1000


@transaction.atomic(durable=True)
def submit_programme(
    actor: Actor, note: str = "", valid_from: datetime | None = None, *, revision: int | None = None
) -> int:
    """Hand the draft in for review, to take effect from `valid_from` or as soon as it is approved; returns the review's id.

    What is handed in stays as it is, however the draft is edited afterwards. Invalid with every fault of the draft;
    Conflict when a review is open, when the draft changes nothing, or when it is not the `revision` the caller saw.
    """
    require_everywhere(actor, permissions.EDIT_PROGRAMME)
    # one at a time: the draft's row is what those who hand in wait for
    row = ProgrammeDraft.objects.select_for_update().filter(pk=1).first()
    if row is None:
        raise NotFound(_("There is no draft of the programme; write one first."))
    if revision is not None and revision != row.revision:
        raise Conflict(_("The draft was saved again since you looked at it; look once more, then hand it in."))
    now = clock.now()
    if valid_from is not None and valid_from <= now:
        raise Invalid.field(
            "valid_from",
            _("%(at)s is past; give a time to come, or none for as soon as it is approved") % {"at": valid_from},
        )
    note = _text("note", note)
    _none_open()
    programme = msgspec.convert(row.body, Programme)
    check_submission(programme)
    before = queries.programme_at(valid_from or now)
    if before.version and not words.differences(before, programme):
        raise Conflict(
            _("The draft says what version %(version)s says; change something first.") % {"version": before.version}
        )
    review = ProgrammeReview.objects.create(
        body=row.body, note=note, valid_from=valid_from, submitted_at=now, submitted_by=actor.label
    )
    audit.record(actor, "programme.submit", f"review:{review.pk}", reason=note)
    return review.pk


@transaction.atomic(durable=True)
def approve_programme(actor: Actor, review_id: int) -> int:
    """Publish a programme that was handed in; returns its version. It begins when it was meant to, at the earliest now.

    NotAllowed for who handed it in themselves, unless the company lets one person do both.
    """
    require_everywhere(actor, permissions.APPROVE_PROGRAMME)
    review = _open(review_id)
    if review.submitted_by == actor.label and not organisation.company().solo_approval:
        raise NotAllowed(
            _(
                "%(name)s handed this programme in, so somebody else has to approve it. Where one person does both, "
                "head office can allow that in the company's settings."
            )
            % {"name": actor.name}
        )
    programme = msgspec.convert(review.body, Programme)
    check_submission(programme)
    now = clock.now()
    version = put_in_force(actor, programme, max(review.valid_from or now, now))
    review.version = version
    _decide(review, actor, Outcome.APPROVED, now)
    audit.record(actor, "programme.approve", f"review:{review.pk}", detail={"version": version})
    return version


@transaction.atomic(durable=True)
def refuse_programme(actor: Actor, review_id: int, reason: str) -> None:
    """Send a programme back to who handed it in, saying why."""
    require_everywhere(actor, permissions.APPROVE_PROGRAMME)
    reason = _text("reason", reason)
    if not reason:
        raise Invalid.field("reason", _("is empty; say what has to change, who handed it in reads it"))
    review = _open(review_id)
    review.reason = reason
    _decide(review, actor, Outcome.REFUSED, clock.now())
    audit.record(actor, "programme.refuse", f"review:{review.pk}", reason=reason)


@transaction.atomic(durable=True)
def withdraw_programme(actor: Actor, review_id: int) -> None:
    """Take a programme back that was handed in and is not decided yet."""
    require_everywhere(actor, permissions.EDIT_PROGRAMME)
    review = _open(review_id)
    _decide(review, actor, Outcome.WITHDRAWN, clock.now())
    audit.record(actor, "programme.withdraw", f"review:{review.pk}")


def _open(review_id: int) -> ProgrammeReview:
    """The review, locked; NotFound when there is none, Conflict when it is decided."""
    review = ProgrammeReview.objects.select_for_update().filter(pk=review_id).first()
    if review is None:
        raise NotFound(_("There is no review %(id)s of the programme.") % {"id": review_id})
    if review.decided_at is not None:
        raise Conflict(
            _("This programme was %(outcome)s already by %(who)s; nothing was changed.")
            % {"outcome": review.get_outcome_display(), "who": review.decided_by.partition(":")[2]}
        )
    return review


def _decide(review: ProgrammeReview, actor: Actor, outcome: Outcome, at: datetime) -> None:
    review.outcome = outcome
    review.decided_at, review.decided_by = at, actor.label
    review.save()


def _none_open() -> None:
    review = ProgrammeReview.objects.filter(decided_at__isnull=True).first()
    if review is not None:
        raise Conflict(
            _("A programme that %(who)s handed in waits for its review; withdraw that one first, or wait.")
            % {"who": review.submitted_by.partition(":")[2]}
        )


def _text(path: str, text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise Invalid.field(
            path,
            _("has %(count)s characters; at most %(longest)s are kept") % {"count": len(text), "longest": LONGEST_TEXT},
        )
    return text
