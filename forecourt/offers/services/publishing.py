"""Offers put in force, paused, resumed and ended."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict
from forecourt.offers import permissions, records
from forecourt.offers.events import OfferPublished
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.services.subjects import locked, new_row, offer_of, require_state, stored
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
    known = {row.code: row for row in OfferRow.objects.select_for_update().filter(code__in=[o.code for o in offers])}
    fresh = OfferRow.objects.bulk_create([new_row(actor, offer) for offer in offers if offer.code not in known])
    known |= {row.code: row for row in fresh}
    versions = put_in_force(actor, [(known[offer.code], offer) for offer in offers], valid_from or now)
    audit.record(actor, "offers.publish", f"offers:{len(offers)}", detail={"codes": [o.code for o in offers[:50]]})
    return versions


def put_in_force(
    actor: Actor, offers: Sequence[tuple[OfferRow, Offer]], valid_from: datetime, note: str = ""
) -> list[int]:
    """Add a version of each of these locked offers from that time on; a fixed number of statements for any list."""
    now = clock.now()
    numbers = _next_numbers([row for row, _ in offers])
    versions = [
        OfferVersion(
            offer=row,
            number=numbers[row.pk],
            valid_from=valid_from,
            body=stored(offer),
            published_at=now,
            published_by=actor.label,
            note=note,
        )
        for row, offer in offers
    ]
    OfferVersion.objects.bulk_create(versions)
    for row, offer in offers:
        row.state, row.name, row.draft = OfferState.LIVE, offer.name, stored(offer)
        if numbers[row.pk] > 1:
            limits = {f"{row.pk}:{budget.measure}:{budget.per}": budget.limit for budget in offer.budgets}
            records.resize(row.pk, limits)
    OfferRow.objects.bulk_update([row for row, _ in offers], ["state", "name", "draft"])
    stamps.bump("offers")
    publish(
        [OfferPublished(occurred_at=now, offer_id=row.pk, version=numbers[row.pk], is_live=True) for row, _ in offers]
    )
    return [version.number for version in versions]


def _next_numbers(rows: Sequence[OfferRow]) -> dict[int, int]:
    latest: dict[int, int] = {}
    for offer_id, number in OfferVersion.objects.filter(offer__in=rows).values_list("offer_id", "number"):
        latest[offer_id] = max(latest.get(offer_id, 0), number)
    return {row.pk: latest.get(row.pk, 0) + 1 for row in rows}


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
    """Take an offer out of force for good."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.LIVE, OfferState.PAUSED)
    _stop(actor, row, OfferState.ENDED, note)
    audit.record(actor, "offer.end", f"offer:{code}", reason=note)


def _stop(actor: Actor, row: OfferRow, state: OfferState, note: str) -> None:
    now = clock.now()
    number = _next_numbers([row])[row.pk]
    # versions that have not begun yet never will
    begin = OfferVersion.objects.filter(offer=row, valid_from__gt=now).order_by("valid_from").values_list("valid_from")
    for at in sorted({now, *[start for (start,) in begin]}):
        OfferVersion.objects.create(
            offer=row, number=number, valid_from=at, body=None, published_at=now, published_by=actor.label, note=note
        )
        number += 1
    row.state = state
    row.save(update_fields=["state"])
    stamps.bump("offers")
    publish([OfferPublished(occurred_at=now, offer_id=row.pk, version=number - 1, is_live=False)])


@transaction.atomic(durable=True)
def resume_offer(actor: Actor, code: str) -> int:
    """Put a paused offer in force again as it was; returns the version."""
    actor.require_everywhere(permissions.EDIT_OFFERS)
    row = locked(code)
    require_state(row, OfferState.PAUSED)
    last = OfferVersion.objects.filter(offer=row).exclude(body=None).order_by("-number").first()
    if last is None:
        raise Conflict(_("Offer %(code)s was never in force; hand it in for review.") % {"code": code})
    draft = row.draft
    (version,) = put_in_force(actor, [(row, offer_of(last.body))], clock.now())
    row.draft = draft
    row.save(update_fields=["draft"])
    audit.record(actor, "offer.resume", f"offer:{code}", detail={"version": version})
    return version
