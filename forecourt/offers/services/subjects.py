"""What commands of offers look up first."""

import msgspec
from django.utils.translation import gettext as _

from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferReview, OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import OfferState

LONGEST_TEXT = 1000


def locked(code: str) -> OfferRow:
    """The offer of that code, locked until the transaction ends; NotFound when there is none."""
    row = OfferRow.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound(_("There is no offer %(code)s.") % {"code": code})
    return row


def offer_of(body: object) -> Offer:
    """An offer from its stored form."""
    return language.decode(msgspec.json.encode(body))


def stored(offer: Offer) -> object:
    """An offer as it is stored: plain JSON, keys in a fixed order."""
    return msgspec.json.decode(language.encode(offer))


def new_row(actor: Actor, offer: Offer) -> OfferRow:
    """The row of an offer that is new, not yet stored: a draft by whoever acts."""
    now = clock.now()
    return OfferRow(
        code=offer.code,
        name=offer.name,
        draft=stored(offer),
        created_at=now,
        created_by=actor.label,
        edited_at=now,
        edited_by=actor.label,
    )


def require_state(row: OfferRow, *states: OfferState) -> None:
    """Conflict, saying what it is, unless the offer is in one of these states."""
    if row.state not in states:
        raise Conflict(
            _("Offer %(code)s is %(state)s; that cannot be done with it now.")
            % {"code": row.code, "state": row.get_state_display()}
        )


def open_review(row: OfferRow) -> OfferReview | None:
    """What is in review of this offer."""
    return OfferReview.objects.filter(offer=row, decided_at=None).first()


def decide(review: OfferReview, actor: Actor, *, is_approved: bool, answer: str = "") -> None:
    """Close a review."""
    review.decided_at = clock.now()
    review.decided_by = actor.label
    review.is_approved = is_approved
    review.answer = answer
    review.save()


def require_not_stopped_since(row: OfferRow, review: OfferReview) -> None:
    """Conflict where the offer was paused or ended after this was handed in: whoever did so has not seen it come back."""
    if row.state not in (OfferState.PAUSED, OfferState.ENDED):
        return
    last = OfferVersion.objects.filter(offer=row).order_by("-number").first()
    if last is not None and last.published_at > review.submitted_at:
        raise Conflict(
            _(
                "Offer %(code)s is %(state)s since this was handed in. Resume it first, or withdraw this and hand it in "
                "again to put it in force."
            )
            % {"code": row.code, "state": row.get_state_display()}
        )


def note_of(text: str, path: str = "note") -> str:
    """A note, stripped; Invalid when it is too long or holds a NUL."""
    text = text.strip()
    if "\0" in text or len(text) > LONGEST_TEXT:
        raise Invalid.field(path, _("has more than %(most)s characters; say it shorter") % {"most": LONGEST_TEXT})
    return text
