"""Reviews: what one person hands in, a second one lets or sends back, whatever it is about.

A subject is named as in the audit trail, such as "reward:MUG". Callers lock what it is about first, check it, and put in
force what `approve` gives them; here stands who may decide, what was decided, and that both are audited.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import ReviewRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.kernel.values import Outcome, Review

LONGEST_TEXT: Final = 1000


def hand_in(
    actor: Actor,
    subject: str,
    body: Any,
    note: str = "",
    *,
    before: Any = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Keep what is handed in until it is decided; returns the review's id. Conflict when one is open already."""
    require_none(subject)
    row = ReviewRow.objects.create(
        subject=subject,
        body=body,
        before=before,
        note=plain_text("note", note),
        submitted_at=clock.now(),
        submitted_by=actor.label,
    )
    audit.record(actor, f"{_kind(subject)}.submit", subject, reason=row.note, detail=detail)
    return int(row.pk)


def approve(actor: Actor, subject: str, *, is_alone: bool, detail: Mapping[str, Any] | None = None) -> Review:
    """Let what was handed in pass; the caller puts it in force. NotAllowed for who handed it in, unless `is_alone`."""
    row = _open(subject)
    if not may_approve(actor, _review(row), is_alone=is_alone):
        raise NotAllowed(
            _(
                "%(name)s handed this in, so somebody else has to approve it. Where one person does both, head office "
                "can allow that in the company's settings."
            )
            % {"name": actor.name}
        )
    return _decide(actor, row, Outcome.APPROVED, "approve", detail=detail)


def refuse(actor: Actor, subject: str, reason: str) -> None:
    """Send it back to who handed it in, saying why."""
    reason = plain_text("reason", reason)
    if not reason:
        raise Invalid.field("reason", _("is empty; say what has to change, who handed it in reads it"))
    _decide(actor, _open(subject), Outcome.REFUSED, "refuse", reason)


def withdraw(actor: Actor, subject: str) -> None:
    """Take it back before it is decided."""
    _decide(actor, _open(subject), Outcome.WITHDRAWN, "withdraw")


def let_drop(actor: Actor, subject: str, answer: str) -> None:
    """Withdraw what is in review about it, if anything is, since what it would change is over; `answer` says so."""
    row = _locked(subject)
    if row is not None:
        _decide(actor, row, Outcome.WITHDRAWN, "withdraw", answer)


def may_approve(actor: Actor, review: Review, *, is_alone: bool) -> bool:
    """Whether this is for somebody else than who handed it in, or one person does both."""
    return is_alone or review.submitted_by != actor.label


def require_none(subject: str) -> None:
    """Conflict while something about it is in review."""
    review = open_review(subject)
    if review is not None:
        raise Conflict(
            _("%(who)s handed it in and it is in review; withdraw it first, or wait for the decision.")
            % {"who": review.submitted_by.partition(":")[2]}
        )


def open_review(subject: str) -> Review | None:
    """What is in review about it."""
    return next((_review(row) for row in ReviewRow.objects.filter(subject=subject, outcome=Outcome.OPEN)), None)


def open_reviews(kind: str) -> list[Review]:
    """All that waits for a decision about things of a kind, such as "reward"; what waits longest first."""
    found = ReviewRow.objects.filter(subject__startswith=f"{kind}:", outcome=Outcome.OPEN)
    return [_review(row) for row in found.order_by("id")]


def latest(subject: str) -> Review | None:
    """What was handed in about it last, decided or not."""
    return next((_review(row) for row in ReviewRow.objects.filter(subject=subject).order_by("-id")[:1]), None)


def decided(subject: str, limit: int = 50) -> list[Review]:
    """What was decided about it, the latest first."""
    found = ReviewRow.objects.filter(subject=subject).exclude(outcome=Outcome.OPEN)
    return [_review(row) for row in found.order_by("-id")[:limit]]


def _locked(subject: str) -> ReviewRow | None:
    return ReviewRow.objects.select_for_update().filter(subject=subject, outcome=Outcome.OPEN).first()


def _open(subject: str) -> ReviewRow:
    row = _locked(subject)
    if row is None:
        raise Conflict(_("This is not in review; somebody may have decided already."))
    return row


def _decide(
    actor: Actor,
    row: ReviewRow,
    outcome: Outcome,
    verb: str,
    answer: str = "",
    *,
    detail: Mapping[str, Any] | None = None,
) -> Review:
    row.outcome, row.answer = outcome, answer
    row.decided_at, row.decided_by = clock.now(), actor.label
    row.save(update_fields=["outcome", "answer", "decided_at", "decided_by"])
    audit.record(actor, f"{_kind(row.subject)}.{verb}", row.subject, reason=answer, detail=detail)
    return _review(row)


def _kind(subject: str) -> str:
    return subject.partition(":")[0]


def plain_text(path: str, text: str) -> str:
    """A note or reason without blanks around it; Invalid, naming `path`, where it is too long to keep."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise Invalid.field(path, _("has more than %(most)s characters; say it shorter") % {"most": LONGEST_TEXT})
    if "\0" in text:
        raise Invalid.field(path, _("holds a NUL character; leave it out"))
    return text


def _review(row: ReviewRow) -> Review:
    return Review(
        id=row.pk,
        subject=row.subject,
        body=row.body,
        before=row.before,
        note=row.note,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        outcome=Outcome(row.outcome),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        answer=row.answer,
    )
