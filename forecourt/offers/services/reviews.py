"""Drafts handed in for review, and what a second person decides."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.offers import permissions
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferReview, OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.services.publishing import put_in_force
from forecourt.offers.services.subjects import (
    decide,
    locked,
    note_of,
    offer_of,
    open_review,
    require_not_stopped_since,
    require_state,
)
from forecourt.offers.values import OfferState
from forecourt.organisation import queries as organisation


@transaction.atomic(durable=True)
def submit_offer(actor: Actor, code: str, note: str = "", *, valid_from: datetime | None = None) -> int:
    """Hand an offer's draft in for review, to begin at `valid_from` or as soon as it is approved; returns the review's id.

    What is handed in cannot be edited until it is decided or withdrawn.
    """
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.DRAFT, OfferState.LIVE, OfferState.PAUSED, OfferState.ENDED)
    offer = offer_of(row.draft)
    language.check(offer)
    now = clock.now()
    if valid_from is not None and valid_from <= now:
        raise Invalid.field("valid_from", _("%(at)s is past; give a time to come, or none") % {"at": valid_from})
    if offer.ends is not None and offer.ends <= (valid_from or now):
        raise Invalid.field("ends", _("%(at)s is before it would begin; give a later end") % {"at": offer.ends})
    if open_review(row) is not None:
        raise Conflict(_("Offer %(code)s is in review already.") % {"code": code})
    review = OfferReview.objects.create(
        offer=row,
        body=row.draft,
        valid_from=valid_from,
        note=note_of(note),
        submitted_at=now,
        submitted_by=actor.label,
    )
    if row.state == OfferState.DRAFT:
        row.state = OfferState.REVIEW
        row.save(update_fields=["state"])
    audit.record(actor, "offer.submit", f"offer:{code}", reason=review.note)
    return review.pk


@transaction.atomic(durable=True)
def approve_offer(actor: Actor, code: str) -> int:
    """Put an offer in force that was handed in; returns its version.

    A draft that was edited since it was handed in stays. NotAllowed for who handed it in themselves, unless the company lets
    one person do both; Conflict where the offer was paused or ended since.
    """
    actor.require_everywhere(permissions.APPROVE_OFFERS)
    row, review = _open(code)
    if review.submitted_by == actor.label and not organisation.company().solo_approval:
        raise NotAllowed(
            _(
                "%(name)s handed this offer in, so somebody else has to approve it. Where one person does both, head "
                "office can allow that in the company's settings."
            )
            % {"name": actor.name}
        )
    require_not_stopped_since(row, review)
    now, offer = clock.now(), offer_of(review.body)
    if row.draft == review.body:
        row.name = offer.name
    (version,) = put_in_force(actor, [(row, offer)], max(review.valid_from or now, now), review.note)
    decide(review, actor, is_approved=True)
    audit.record(actor, "offer.approve", f"offer:{code}", detail={"version": version})
    return version


@transaction.atomic(durable=True)
def refuse_offer(actor: Actor, code: str, reason: str) -> None:
    """Send an offer back to who handed it in, saying why."""
    actor.require_everywhere(permissions.APPROVE_OFFERS)
    reason = note_of(reason, "reason")
    if not reason:
        raise Invalid.field("reason", _("is empty; say what has to change, who handed it in reads it"))
    row, review = _open(code)
    decide(review, actor, is_approved=False, answer=reason)
    _back(row)
    audit.record(actor, "offer.refuse", f"offer:{code}", reason=reason)


@transaction.atomic(durable=True)
def withdraw_offer(actor: Actor, code: str) -> None:
    """Take an offer back that was handed in and is not decided yet."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row, review = _open(code)
    decide(review, actor, is_approved=False, answer=_("withdrawn"))
    _back(row)
    audit.record(actor, "offer.withdraw", f"offer:{code}")


def _open(code: str) -> tuple[OfferRow, OfferReview]:
    row = locked(code)
    review = open_review(row)
    if review is None:
        raise Conflict(_("Offer %(code)s is not in review; somebody may have decided already.") % {"code": code})
    return row, review


def _back(row: OfferRow) -> None:
    """An offer that is not in force is a draft again."""
    if row.state == OfferState.REVIEW:
        row.state = OfferState.DRAFT if not OfferVersion.objects.filter(offer=row).exists() else OfferState.PAUSED
        row.save(update_fields=["state"])
