"""Offers as they are being edited."""

from collections.abc import Collection

import msgspec

from forecourt.offers.models import Offer as OfferRow
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer


def drafts(codes: Collection[str]) -> dict[str, tuple[int, Offer]]:
    """The drafts of these offers with the offers' ids, by code; unknown ones are missing. One statement."""
    if not codes:
        return {}
    found = OfferRow.objects.filter(code__in=list(codes)).values_list("code", "id", "draft")
    return {code: (id, language.decode(msgspec.json.encode(body))) for code, id, body in found}
