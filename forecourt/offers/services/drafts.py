"""Offers as they are edited. Nothing here takes effect until it is approved."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.offers import permissions
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.services.subjects import locked, new_row, offer_of, require_state, stored
from forecourt.offers.values import OfferState


@transaction.atomic(durable=True)
def make_offer(actor: Actor, offer: Offer) -> int:
    """Make a draft; returns the offer's id. Invalid with the place in the rule that cannot be; Conflict for a code taken."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    language.check(offer)
    return _insert(actor, offer)


def _insert(actor: Actor, offer: Offer) -> int:
    row = new_row(actor, offer)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            _("There is an offer %(code)s already; give this one another code.") % {"code": offer.code}
        ) from None
    audit.record(actor, "offer.make", f"offer:{offer.code}")
    return row.pk


@transaction.atomic(durable=True)
def change_offer(actor: Actor, code: str, offer: Offer) -> None:
    """Put this in the place of an offer's draft. What is in force stays until the draft is approved. The code stays too."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.DRAFT, OfferState.LIVE, OfferState.PAUSED)
    offer = replace(offer, code=code)
    language.check(offer)
    row.draft = stored(offer)
    row.name = offer.name
    row.edited_at = clock.now()
    row.edited_by = actor.label
    row.save()
    audit.record(actor, "offer.draft", f"offer:{code}")


@transaction.atomic(durable=True)
def copy_offer(actor: Actor, code: str, new_code: str) -> int:
    """Make a draft of its own from another offer's draft; returns its id."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = OfferRow.objects.filter(code=code).first()
    if row is None:
        raise NotFound(_("There is no offer %(code)s.") % {"code": code})
    offer = replace(offer_of(row.draft), code=new_code)
    language.check(offer)
    return _insert(actor, offer)


@transaction.atomic(durable=True)
def restore_draft(actor: Actor, code: str, version: int) -> None:
    """Put what an earlier version said into the draft."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.DRAFT, OfferState.LIVE, OfferState.PAUSED, OfferState.ENDED)
    earlier = OfferVersion.objects.filter(offer=row, number=version).exclude(body=None).first()
    if earlier is None:
        raise NotFound(_("Offer %(code)s has no version %(version)s.") % {"code": code, "version": version})
    row.draft = earlier.body
    row.edited_at = clock.now()
    row.edited_by = actor.label
    row.save()
    audit.record(actor, "offer.draft", f"offer:{code}", detail={"from_version": version})


@transaction.atomic(durable=True)
def discard_offer(actor: Actor, code: str) -> None:
    """Throw a draft away that was never in force."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.DRAFT)
    if OfferVersion.objects.filter(offer=row).exists():
        raise Conflict(_("Offer %(code)s was in force; end it instead.") % {"code": code})
    row.delete()
    audit.record(actor, "offer.discard", f"offer:{code}")
