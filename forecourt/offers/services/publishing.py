"""Offers put in force, paused, resumed and ended.

Whoever adds versions moves the stamp on first: others who add some wait for it, so that no version is ever seen by a process
that has read one with a higher id already (`queries.live`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict
from forecourt.offers import permissions
from forecourt.offers.events import OfferPublished
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.services.subjects import decide, locked, new_row, offer_of, open_review, require_state, stored
from forecourt.offers.values import OfferState


@transaction.atomic(durable=True)
def publish_offers(actor: Actor, offers: Sequence[Offer], *, valid_from: datetime | None = None) -> list[int]:
    """Put offers in force without a review, for imports and for those who may approve; returns their versions.

    Offers that are there already get a new version. From now on, or from `valid_from`, which may lie in the past for
    offers that were never in force.
    """
    actor.require_everywhere(permissions.APPROVE_OFFERS)
    for offer in offers:
        language.check(offer)
    now = clock.now()
    wanted = OfferRow.objects.select_for_update().filter(code__in=[offer.code for offer in offers]).order_by("pk")
    known = {row.code: row for row in wanted}
    fresh = OfferRow.objects.bulk_create([new_row(actor, offer) for offer in offers if offer.code not in known])
    known |= {row.code: row for row in fresh}
    for offer in offers:
        known[offer.code].name, known[offer.code].draft = offer.name, stored(offer)
    versions = put_in_force(actor, [(known[offer.code], offer) for offer in offers], valid_from or now)
    audit.record(actor, "offers.publish", f"offers:{len(offers)}", detail={"codes": [o.code for o in offers[:50]]})
    return versions


def put_in_force(
    actor: Actor, offers: Sequence[tuple[OfferRow, Offer]], valid_from: datetime, note: str = ""
) -> list[int]:
    """Add a version of each of these locked offers from that time on; a fixed number of statements for any list.

    An offer that was paused or ended holds beyond the moments at which it would have changed, had it not been. Drafts stay.
    """
    stamps.bump("offers")
    stopped = {row.pk: (row, offer) for row, offer in offers if row.state in (OfferState.PAUSED, OfferState.ENDED)}
    later = OfferVersion.objects.filter(offer__in=stopped, valid_from__gt=valid_from).values_list("offer", "valid_from")
    starts = [(row, offer, valid_from) for row, offer in offers]
    again = [(*stopped[offer_id], at) for offer_id, at in sorted(set(later))] if stopped else []
    numbers = _announce(actor, [*starts, *again], note)[: len(starts)]
    rows = [row for row, _offer in offers]
    for row in rows:
        row.state = OfferState.LIVE
    OfferRow.objects.bulk_update(rows, ["state", "name", "draft"])
    return numbers


def _announce(actor: Actor, starts: Sequence[tuple[OfferRow, Offer, datetime]], note: str = "") -> list[int]:
    """Add versions of locked offers, each from its time on; returns their numbers."""
    now = clock.now()
    numbers = _numbered([row for row, _, _ in starts])
    OfferVersion.objects.bulk_create(
        [
            OfferVersion(
                offer=row,
                number=number,
                valid_from=valid_from,
                body=stored(offer),
                published_at=now,
                published_by=actor.label,
                note=note,
            )
            for (row, offer, valid_from), number in zip(starts, numbers, strict=True)
        ]
    )
    publish(
        [
            OfferPublished(occurred_at=now, offer_id=row.pk, version=number, is_live=True)
            for (row, _, _), number in zip(starts, numbers, strict=True)
        ]
    )
    return numbers


def _numbered(rows: Iterable[OfferRow]) -> list[int]:
    """The numbers of new versions of these offers, in their order; an offer may stand there more than once."""
    rows = list(rows)
    latest = Counter[int]()
    for offer_id, number in OfferVersion.objects.filter(offer__in=rows).values_list("offer_id", "number"):
        latest[offer_id] = max(latest[offer_id], number)
    numbers = []
    for row in rows:
        latest[row.pk] += 1
        numbers.append(latest[row.pk])
    return numbers


@transaction.atomic(durable=True)
def pause_offer(actor: Actor, code: str, note: str = "") -> None:
    """Take an offer out of force from now on, to be resumed. Sales that occurred before keep it."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.LIVE)
    _stop(actor, row, OfferState.PAUSED, note)
    audit.record(actor, "offer.pause", f"offer:{code}", reason=note)


@transaction.atomic(durable=True)
def end_offer(actor: Actor, code: str, note: str = "") -> None:
    """Take an offer out of force for good. A change of it that is in review is withdrawn: its draft stays."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.LIVE, OfferState.PAUSED)
    _stop(actor, row, OfferState.ENDED, note)
    review = open_review(row)
    if review is not None:
        decide(review, actor, is_approved=False, answer=_("The offer was ended."))
        audit.record(actor, "offer.withdraw", f"offer:{code}", reason=review.answer)
    audit.record(actor, "offer.end", f"offer:{code}", reason=note)


def _stop(actor: Actor, row: OfferRow, state: OfferState, note: str) -> None:
    stamps.bump("offers")
    now = clock.now()
    # versions that have not begun yet never will
    later = OfferVersion.objects.filter(offer=row, valid_from__gt=now).values_list("valid_from", flat=True)
    starts = sorted({now, *later})
    numbers = _numbered([row] * len(starts))
    OfferVersion.objects.bulk_create(
        [
            OfferVersion(offer=row, number=number, valid_from=at, published_at=now, published_by=actor.label, note=note)
            for at, number in zip(starts, numbers, strict=True)
        ]
    )
    row.state = state
    row.save(update_fields=["state"])
    publish([OfferPublished(occurred_at=now, offer_id=row.pk, version=numbers[-1], is_live=False)])


@transaction.atomic(durable=True)
def resume_offer(actor: Actor, code: str) -> int:
    """Put a paused offer in force again as it would be by now; returns the version. What was to come is announced anew."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.PAUSED)
    now = clock.now()
    starts = _before_the_pause(row, now)
    if not starts:
        raise Conflict(_("Offer %(code)s was never in force; hand it in for review.") % {"code": code})
    stamps.bump("offers")
    version = _announce(actor, [(row, offer, at) for at, offer in starts])[0]
    row.state = OfferState.LIVE
    row.save(update_fields=["state"])
    audit.record(actor, "offer.resume", f"offer:{code}", detail={"version": version})
    return version


def _before_the_pause(row: OfferRow, now: datetime) -> list[tuple[datetime, Offer]]:
    """What a paused offer would say from now on, and from when, had it not been paused."""
    found = OfferVersion.objects.filter(offer=row).order_by("number")
    versions = list(found.values_list("valid_from", "body", "published_at"))
    paused_at = versions[-1][2] if versions else now
    bodies = {at: body for at, body, published_at in versions if body is not None or published_at != paused_at}
    begun = [at for at in bodies if at <= now]
    held = bodies[max(begun)] if begun else None
    starts = [(now, held)]
    for at in sorted(bodies.keys() - set(begun)):
        # a null to come is of an earlier stop, which was lifted
        held = held if bodies[at] is None else bodies[at]
        starts.append((at, held))
    return [(at, offer_of(body)) for at, body in starts if body is not None]
