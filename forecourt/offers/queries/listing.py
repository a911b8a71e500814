"""Offers as screens and the API show them."""

import json
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.offers import permissions
from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferReview, OfferVersion
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer
from forecourt.offers.values import OfferState


class ReviewView(Value):
    """A draft handed in: by whom, to begin when, and what was decided, null while it is open."""

    id: int
    offer: Offer
    valid_from: datetime | None
    note: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None
    decided_by: str
    is_approved: bool | None
    answer: str


class VersionView(Value):
    """What an offer says from `valid_from` on; null: not in force."""

    number: int
    valid_from: datetime
    offer: Offer | None
    published_at: datetime
    published_by: str
    note: str


class OfferView(Value):
    """An offer: its draft, and where it stands. `is_changed`: the draft says other than what was published last.

    `advice` is filled in where it is asked for; see `queries.advice`.
    """

    id: int
    code: str
    name: str
    state: OfferState
    draft: Offer
    edited_at: datetime
    edited_by: str
    version: int
    is_changed: bool
    review: ReviewView | None = None
    advice: tuple[str, ...] = ()


def list_offers(actor: Actor, *, text: str = "", state: str = "", after: str = "", limit: int = 50) -> list[OfferView]:
    """Offers in the order of their codes, from the one after `after`; `text` in code or name."""
    actor.require(permissions.VIEW_OFFERS)
    if "\0" in text + after:
        return []
    found = OfferRow.objects.filter(code__gt=after)
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text))
    if state:
        found = found.filter(state=state)
    return _views(list(found.order_by("code")[:limit]))


def offers_with_template(actor: Actor, template: str, *, limit: int = 50) -> list[OfferView]:
    """Offers whose draft asks for a coupon of this template or gives one, in the order of their codes."""
    actor.require(permissions.VIEW_OFFERS)
    found = sql.rows(_WITH_TEMPLATE, {"template": json.dumps({"template": template}), "limit": limit})
    return _views(list(OfferRow.objects.filter(pk__in=[row[0] for row in found]).order_by("code")))


_WITH_TEMPLATE: Final = """
SELECT id FROM offers_offer
WHERE jsonb_path_exists(draft, '$.**.template ? (@ == $template)', %(template)s::jsonb) ORDER BY code LIMIT %(limit)s
"""


def count_offers() -> dict[str, int]:
    """How many offers there are in each state."""
    return dict(sql.rows("SELECT state, count(*) FROM offers_offer GROUP BY state"))


def offer(actor: Actor, code: str) -> OfferView:
    """The offer of that code; NotFound when there is none."""
    actor.require(permissions.VIEW_OFFERS)
    rows = [] if "\0" in code else list(OfferRow.objects.filter(code=code))
    if not rows:
        raise NotFound(_("There is no offer %(code)s.") % {"code": code})
    return _views(rows)[0]


def versions(actor: Actor, code: str, *, before: int | None = None, limit: int = 50) -> list[VersionView]:
    """Versions of an offer, the newest first, older than the one with number `before`."""
    actor.require(permissions.VIEW_OFFERS)
    found = OfferVersion.objects.filter(offer__code=code)
    if before is not None:
        found = found.filter(number__lt=before)
    return [_version(row) for row in found.order_by("-number")[:limit]]


def said_before(actor: Actor, code: str, number: int) -> Offer | None:
    """What an offer said last before this version of it; None where it had said nothing."""
    actor.require(permissions.VIEW_OFFERS)
    found = OfferVersion.objects.filter(offer__code=code, number__lt=number, body__isnull=False).order_by("-number")
    body = found.values_list("body", flat=True).first()
    return language.convert(body) if body is not None else None


def version(actor: Actor, code: str, number: int) -> VersionView:
    """One version of an offer; NotFound when there is none."""
    actor.require(permissions.VIEW_OFFERS)
    row = None if "\0" in code else OfferVersion.objects.filter(offer__code=code, number=number).first()
    if row is None:
        raise NotFound(_("Offer %(code)s has no version %(version)s.") % {"code": code, "version": number})
    return _version(row)


def open_reviews(actor: Actor) -> list[OfferView]:
    """Offers that wait for a decision, those that wait longest first."""
    actor.require(permissions.VIEW_OFFERS)
    waiting = OfferReview.objects.filter(decided_at=None).order_by("submitted_at").values_list("offer_id", flat=True)
    rows = OfferRow.objects.in_bulk(list(waiting))
    return _views([rows[number] for number in waiting if number in rows])


def _views(rows: list[OfferRow]) -> list[OfferView]:
    """Two statements more for any number of offers."""
    reviews = {
        review.offer_id: _review(review) for review in OfferReview.objects.filter(offer__in=rows, decided_at=None)
    }
    latest: dict[int, tuple[int, Any]] = {}
    for offer_id, number, body in (
        OfferVersion.objects.filter(offer__in=rows).order_by("number").values_list("offer_id", "number", "body")
    ):
        latest[offer_id] = (number, body if body is not None else latest.get(offer_id, (0, None))[1])
    return [
        OfferView(
            id=row.pk,
            code=row.code,
            name=row.name,
            state=OfferState(row.state),
            draft=language.convert(row.draft),
            edited_at=row.edited_at,
            edited_by=row.edited_by,
            version=latest.get(row.pk, (0, None))[0],
            is_changed=row.pk in latest and latest[row.pk][1] != row.draft,
            review=reviews.get(row.pk),
        )
        for row in rows
    ]


def _version(row: OfferVersion) -> VersionView:
    return VersionView(
        number=row.number,
        valid_from=row.valid_from,
        offer=language.convert(row.body) if row.body is not None else None,
        published_at=row.published_at,
        published_by=row.published_by,
        note=row.note,
    )


def _review(row: OfferReview) -> ReviewView:
    return ReviewView(
        id=row.pk,
        offer=language.convert(row.body),
        valid_from=row.valid_from,
        note=row.note,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        is_approved=row.is_approved,
        answer=row.answer,
    )
