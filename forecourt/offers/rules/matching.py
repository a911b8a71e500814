"""Which offers a sale has to look at: live ones, found by what they need, then tested."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.facts import Facts, Key
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import Condition, Gain

EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_RANK: Final = {
    "coupon": 0,
    "segment": 1,
    "tag": 1,
    "station": 2,
    "product": 3,
    "brand": 3,
    "category": 4,
    "tier": 5,
    "region": 5,
    "payee": 5,
    "tender": 6,
    "family": 6,
    "kind": 7,
    "member": 8,
}
"""How many sales a key finds, roughly: those that find few first."""


class Live:
    """A version of an offer with the time it is in force, from `since` until before `until`."""

    __slots__ = ("code", "id", "issues", "offer", "since", "until", "version")

    def __init__(self, id: int, version: int, offer: Offer, since: datetime, until: datetime) -> None:
        self.id = id
        self.version = version
        self.offer = offer
        self.code = offer.code
        self.since = max(since, offer.starts or NEVER)
        self.until = min(until, offer.ends or EVER)
        self.issues = tuple([template for effect in offer.then for template in effect.issues()])


class Looked(NamedTuple):
    """An offer that a sale looked at: what it would give, or what is missing."""

    live: Live
    gain: Gain | None
    miss: Miss | None


class Timeline:
    """The versions of one offer, by when they begin. A version without a rule says that the offer is not in force."""

    def __init__(self) -> None:
        self._versions: list[tuple[datetime, int, Offer | None]] = []

    def add(self, valid_from: datetime, number: int, offer: Offer | None) -> None:
        position = bisect_right([version[:2] for version in self._versions], (valid_from, number))
        self._versions.insert(position, (valid_from, number, offer))

    def version(self, number: int) -> Offer | None:
        """What the offer says in that version."""
        return next((offer for _, version, offer in self._versions if version == number), None)

    def latest(self) -> Offer | None:
        """What the offer said last."""
        return next((offer for _, _, offer in reversed(self._versions) if offer is not None), None)

    def live(self, id: int) -> list[Live]:
        """Its versions with the times they are in force; of those that begin at once the highest number."""
        found = []
        for position, (since, number, offer) in enumerate(self._versions):
            until = self._versions[position + 1][0] if position + 1 < len(self._versions) else EVER
            if offer is not None and since < until:
                found.append(Live(id, number, offer, since, until))
        return found


class Book:
    """All live offers, each filed under what it needs, so that one which cannot matter to a sale costs it nothing."""

    def __init__(self, offers: Iterable[Live] = ()) -> None:
        self._filed: dict[Key, list[Live]] = {}
        self._always: list[Live] = []
        self.size = 0
        self.offers: list[Live] = []
        self.asks_buyer = False
        self.has_limits = False
        for live in offers:
            self._file(live)

    def _file(self, live: Live) -> None:
        self.size += 1
        self.offers.append(live)
        self.asks_buyer = self.asks_buyer or any(condition.needs_buyer() for condition in walk(live.offer.when))
        self.has_limits = self.has_limits or bool(live.offer.budgets) or bool(live.issues)
        ways = ways_to(live.offer)
        if not ways:
            self._always.append(live)
            return
        for key in min(ways, key=self._cost):
            self._filed.setdefault(key, []).append(live)

    def _cost(self, keys: frozenset[Key]) -> tuple[int, int, int]:
        return (max((_RANK.get(kind, 9) for kind, _ in keys), default=0), len(keys), 0)

    def candidates(self, facts: Facts, moment: datetime) -> list[Live]:
        """The offers in force then that this sale may meet, by code."""
        found: dict[tuple[str, int], Live] = {}
        filed = self._filed
        for key in facts.keys():  # noqa: SIM118 - a method, not a dictionary's
            bucket = filed.get(key)
            if bucket is not None:
                for live in bucket:
                    if live.since <= moment < live.until:
                        found[live.code, live.id] = live
        for live in self._always:
            if live.since <= moment < live.until:
                found[live.code, live.id] = live
        return [found[name] for name in sorted(found)]

    def look(self, facts: Facts, moment: datetime) -> list[Looked]:
        """Test the offers this sale may meet, and work out what those that hold would give."""
        looked = []
        for live in self.candidates(facts, moment):
            miss = live.offer.when.test(facts)
            if miss is not None:
                looked.append(Looked(live, None, miss))
                continue
            gain = gain_of(live.offer, facts)
            looked.append(Looked(live, gain, None if gain else Miss("nothing")))
        return looked


def gain_of(offer: Offer, facts: Facts) -> Gain | None:
    """What all effects of an offer give together, None where they give nothing."""
    gains = [gain for effect in offer.then if (gain := effect.gain(facts))]
    if len(gains) < 2:
        return gains[0] if gains else None
    off = dict(gains[0].off)
    times = dict(gains[0].times)
    for gain in gains[1:]:
        for number, money in gain.off.items():
            off[number] = off[number] + money if number in off else money
        for number, percent in gain.times.items():
            times[number] = times[number] + percent if number in times else percent
    return Gain(
        off,
        max(gain.units for gain in gains),
        sum(gain.points for gain in gains),
        times,
        tuple([code for gain in gains for code in gain.coupons]),
        tuple([code for gain in gains for code in gain.gifts]),
    )


def ways_to(offer: Offer) -> list[frozenset[Key]]:
    """Sets of keys of each of which a sale must have one for the offer to give it anything; empty for any sale."""
    ways = _ways(offer.when)
    effects = [effect.keys() for effect in offer.then]
    known = [keys for keys in effects if keys is not None]
    if len(known) == len(effects):
        ways.append(frozenset().union(*known))
    return ways


def walk(condition: Condition) -> Iterator[Condition]:
    """A condition and all within it."""
    yield condition
    inner = getattr(condition, "of", ())
    for one in inner if isinstance(inner, tuple) else (inner,):
        if isinstance(one, Condition):
            yield from walk(one)


def _ways(condition: AnyCondition) -> list[frozenset[Key]]:
    if isinstance(condition, All):
        return [way for inner in condition.of for way in _ways(inner)]
    keys = condition.keys()
    return [] if keys is None else [keys]
