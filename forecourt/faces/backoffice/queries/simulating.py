"""What a simulation can be asked of: the first few of any number of offers and stations, found by a part of code or name."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from forecourt.kernel import sql

MOST: Final = 30
"""How many are shown of those that are found."""

_DRAFTS: Final = """
SELECT code, name FROM offers_offer
WHERE state <> 'ended' AND (code ILIKE %(like)s OR name ILIKE %(like)s) ORDER BY code LIMIT %(limit)s
"""
_CHANGED: Final = """
WITH said AS (
    SELECT DISTINCT ON (offer_id) offer_id, body FROM offers_offerversion WHERE body IS NOT NULL
    ORDER BY offer_id, number DESC
)
SELECT offer.code, offer.name FROM offers_offer AS offer LEFT JOIN said ON said.offer_id = offer.id
WHERE offer.state <> 'ended' AND (offer.state <> 'live' OR said.body IS DISTINCT FROM offer.draft)
ORDER BY offer.code LIMIT %(limit)s
"""
_LIVE: Final = """
SELECT code, name FROM offers_offer
WHERE state = 'live' AND (code ILIKE %(like)s OR name ILIKE %(like)s) ORDER BY code LIMIT %(limit)s
"""
_BY_CODE: Final = "SELECT code, name FROM offers_offer WHERE code = ANY(%(codes)s::text[]) ORDER BY code"
_REVIEWED: Final = """
SELECT offer.code, review.body ->> 'name'
FROM offers_offerreview AS review JOIN offers_offer AS offer ON offer.id = review.offer_id
WHERE review.decided_at IS NULL
"""
_REVIEWED_FOUND: Final = f"""{_REVIEWED}
  AND (offer.code ILIKE %(like)s OR review.body ->> 'name' ILIKE %(like)s) ORDER BY offer.code LIMIT %(limit)s
"""
_REVIEWED_BY_CODE: Final = f"{_REVIEWED} AND offer.code = ANY(%(codes)s::text[]) ORDER BY offer.code"
_STATIONS: Final = """
SELECT code, name FROM organisation_station
WHERE (%(stations)s::bigint[] IS NULL OR id = ANY(%(stations)s::bigint[]))
"""
_STATIONS_FOUND: Final = f"""{_STATIONS}
  AND (code ILIKE %(like)s OR name ILIKE %(like)s) ORDER BY code LIMIT %(limit)s
"""
_STATIONS_BY_CODE: Final = f"{_STATIONS} AND code = ANY(%(codes)s::text[]) ORDER BY code"

_FOUND: Final = {"offers": _DRAFTS, "reviewed": _REVIEWED_FOUND, "without": _LIVE, "stations": _STATIONS_FOUND}
_CHOSEN: Final = {
    "offers": _BY_CODE,
    "reviewed": _REVIEWED_BY_CODE,
    "without": _BY_CODE,
    "stations": _STATIONS_BY_CODE,
}


class Choice(NamedTuple):
    """Something that can be chosen, and whether it is."""

    code: str
    name: str
    is_chosen: bool = False


class Choices(NamedTuple):
    """Those that are chosen and then the first that are found; whether there are more."""

    rows: list[Choice]
    has_more: bool


def choices(kind: str, text: str, chosen: Collection[str], stations: Sequence[int] | None) -> Choices:
    """What can be chosen of a kind: "offers" (drafts of offers that have not ended; without a text those that say other than
    what is in force), "reviewed" (what was handed in), "without" (offers in force), "stations" (of these, None: of all).

    What is chosen is there whatever the text, unless it is unknown. Two statements at most.
    """
    like = f"%{sql.like(text)}%"
    parameters: dict[str, Any] = {"like": like, "limit": MOST + 1 + len(chosen), "stations": stations}
    found = sql.rows(_CHANGED if kind == "offers" and not text else _FOUND[kind], parameters)
    kept = sql.rows(_CHOSEN[kind], {**parameters, "codes": sorted(chosen)}) if chosen else []
    known = {code for code, _name in kept}
    others = [Choice(code, name) for code, name in found if code not in known]
    return Choices([*(Choice(code, name, True) for code, name in kept), *others[:MOST]], len(others) > MOST)
