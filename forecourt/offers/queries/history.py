"""What offers said at a moment of the past, as far as it was known to a sale that was recorded then."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from forecourt.kernel import sql
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer

_VERSIONS: Final = """
SELECT offer.code, version.published_at, version.body::text
FROM offers_offerversion AS version
JOIN offers_offer AS offer ON offer.id = version.offer_id
WHERE (%(codes)s::text[] IS NULL OR offer.code = ANY(%(codes)s::text[])) AND version.valid_from <= %(at)s
ORDER BY version.valid_from, version.number
"""
_AT_ONCE: Final = timedelta(minutes=1)


def offers_then(codes: Collection[str] | None, at: datetime, recorded_at: datetime) -> dict[str, Offer]:
    """What these offers, all where none are named, said at a moment to a sale recorded then or later, by code.

    What was published later for that moment was not known to it. Left out are offers that were not in force, and those of
    which a version was published while the sale was recorded: nobody can tell which one it met. One statement.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    for code, published_at, body in sql.rows(_VERSIONS, {"codes": None if codes is None else sorted(codes), "at": at}):
        if published_at <= recorded_at - _AT_ONCE:
            before[code] = body
        if published_at <= recorded_at + _AT_ONCE:
            after[code] = body
    return {
        code: language.decode(body)
        for code, body in before.items()
        if body is not None and body != "null" and after[code] == body
    }
