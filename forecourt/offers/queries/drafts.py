"""Offers as they are being edited, and as they were handed in."""

from collections.abc import Collection

import msgspec

from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.models import OfferReview
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer


def drafts(codes: Collection[str]) -> dict[str, tuple[int, Offer]]:
    """The drafts of these offers with the offers' ids, by code; unknown ones are missing. One statement."""
    if not codes:
        return {}
    found = OfferRow.objects.filter(code__in=list(codes)).values_list("code", "id", "draft")
    return {code: (id, language.decode(msgspec.json.encode(body))) for code, id, body in found}


def in_review(codes: Collection[str]) -> dict[str, tuple[int, Offer]]:
    """What was handed in of these offers and is not decided yet, with the offers' ids, by code; the others are missing. It
    stays what it was, however the draft is edited meanwhile. One statement.
    """
    if not codes:
        return {}
    found = OfferReview.objects.filter(offer__code__in=list(codes), decided_at=None)
    rows = found.values_list("offer__code", "offer_id", "body")
    return {code: (id, language.decode(msgspec.json.encode(body))) for code, id, body in rows}
