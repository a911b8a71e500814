"""The offers in force, arranged for use, remembered by each process under the stamp "offers"."""

import threading
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from forecourt.kernel import sql
from forecourt.offers.rules import language
from forecourt.offers.rules.language import Offer, Policy
from forecourt.offers.rules.matching import Book, Timeline

STAMP: Final = "offers"
_NEW_VERSIONS: Final = (
    "SELECT id, offer_id, number, valid_from, body::text FROM offers_offerversion WHERE id > %(last)s ORDER BY id"
)
_POLICIES: Final = (
    "SELECT valid_from, id, body::text FROM offers_policyversion WHERE withdrawn_at IS NULL ORDER BY valid_from, id"
)


class Offers:
    """Every published version of every offer, and how they combine, as of any moment."""

    def __init__(self, timelines: dict[int, Timeline], policies: Sequence[tuple[datetime, Policy]]) -> None:
        self.lives = [live for number, timeline in timelines.items() for live in timeline.live(number)]
        self.book = Book(self.lives)
        self._timelines = timelines
        self._policies = [policy for _, policy in policies]
        self.policy_starts = [start for start, _ in policies]
        self._changing_limits = {
            f"{number}:{name}": steps
            for number, timeline in timelines.items()
            for name, steps in timeline.limits().items()
            if len({limit for _, limit in steps}) > 1
        }

    def limits_at(self, limits: dict[str, Decimal], moment: datetime) -> dict[str, Decimal]:
        """The limits at a moment of these budgets of everybody, which are given by their names with those of any version.

        A budget's limit is what the last version of its offer says that has begun by then and has such a budget.
        """
        if not self._changing_limits:
            return limits
        found = dict(limits)
        for budget in limits:
            steps = self._changing_limits.get(":".join(budget.split(":", 3)[:3]), ())
            begun = [limit for since, limit in steps if since <= moment]
            if begun:
                found[budget] = begun[-1]
        return found

    def version(self, offer_id: int, number: int) -> Offer | None:
        """What an offer said in one of its versions."""
        timeline = self._timelines.get(offer_id)
        return timeline.version(number) if timeline else None

    def names(self) -> dict[str, str]:
        """What each offer is called now, by code; those that ended too."""
        return {
            offer.code: offer.name for timeline in self._timelines.values() if (offer := timeline.latest()) is not None
        }

    def policy_at(self, moment: datetime) -> Policy:
        """How offers combine at that moment; anything goes before the first policy."""
        position = bisect_right(self.policy_starts, moment)
        return self._policies[position - 1] if position else _ANYTHING


_ANYTHING: Final = Policy()
_guard = threading.Lock()
_timelines: dict[int, Timeline] = {}
_last = 0
_offers = Offers({}, ())
_stamp: int | None = None


def offers(stamp: int | None = None) -> Offers:
    """The offers as published. Versions never change, so a process reads each once and asks only for newer ones.

    With the stamp "offers", which every publication moves on, it asks only when that has moved.
    """
    global _offers, _stamp, _last  # noqa: PLW0603 - one cache a process, of rows that never change
    if stamp is not None and stamp == _stamp:
        return _offers
    with _guard:
        found = sql.rows(_NEW_VERSIONS, {"last": _last})
        for number, offer_id, version, valid_from, body in found:
            offer = language.decode(body) if body is not None and body != "null" else None
            _timelines.setdefault(offer_id, Timeline()).add(valid_from, version, offer)
            _last = number
        policies = [(row[0], msgspec.json.decode(row[2], type=Policy)) for row in sql.rows(_POLICIES)]
        _offers = Offers(_timelines, policies)
        _stamp = stamp
        return _offers


def forget() -> None:
    """Forget what was read (after a database was replaced)."""
    global _offers, _stamp, _last  # noqa: PLW0603
    with _guard:
        _timelines.clear()
        _last = 0
        _offers = Offers({}, ())
        _stamp = None
