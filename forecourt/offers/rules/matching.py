"""Which offers a sale has to look at: live ones, found by what they need, then tested."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.facts import Facts, Key, SaleKind
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import Condition, Gain, Varies

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

    __slots__ = (
        "asks_buyer",
        "code",
        "has_limits",
        "id",
        "issues",
        "offer",
        "since",
        "until",
        "uses_coupons",
        "version",
        "way",
    )

    def __init__(self, id: int, version: int, offer: Offer, since: datetime, until: datetime) -> None:
        self.id = id
        self.version = version
        self.offer = offer
        self.code = offer.code
        self.since = max(since, offer.starts or NEVER)
        self.until = min(until, offer.ends or EVER)
        self.issues = tuple([template for effect in offer.then for template in effect.issues()])
        self.asks_buyer = any(condition.needs_buyer() for condition in walk(offer.when))
        self.has_limits = bool(offer.budgets or self.issues)
        self.uses_coupons = any(_uses_coupons(condition) for condition in walk(offer.when))
        self.way = min(ways_to(offer), key=_cost, default=None)


def _uses_coupons(condition: Condition) -> bool:
    """Whether it uses coupons up itself; those that are made of others do so only through them."""
    is_leaf = next(islice(walk(condition), 1, None), None) is None
    return is_leaf and type(condition).coupons is not Condition.coupons


def _cost(keys: frozenset[Key]) -> tuple[int, int]:
    return (max((_RANK.get(kind, 9) for kind, _ in keys), default=0), len(keys))


class Looked:
    """An offer that a sale looked at: what it would give, or what is missing. `said` is for who explains it, to say it once."""

    __slots__ = ("gain", "live", "miss", "said")

    def __init__(self, live: Live, gain: Gain | None, miss: Miss | None) -> None:
        self.live = live
        self.gain = gain
        self.miss = miss
        self.said: Any = None


class Timeline:
    """The versions of one offer, by when they begin. A version without a rule says that the offer is not in force."""

    def __init__(self) -> None:
        self._versions: list[tuple[datetime, int, Offer | None]] = []
        self._live: list[Live] | None = None

    def add(self, valid_from: datetime, number: int, offer: Offer | None) -> None:
        position = bisect_right([version[:2] for version in self._versions], (valid_from, number))
        self._versions.insert(position, (valid_from, number, offer))
        self._live = None

    def version(self, number: int) -> Offer | None:
        """What the offer says in that version."""
        return next((offer for _, version, offer in self._versions if version == number), None)

    def latest(self) -> Offer | None:
        """What the offer said last."""
        return next((offer for _, _, offer in reversed(self._versions) if offer is not None), None)

    def live(self, id: int) -> list[Live]:
        """Its versions with the times they are in force; of those that begin at once the highest number."""
        if self._live is None:
            found = []
            for position, (since, number, offer) in enumerate(self._versions):
                until = self._versions[position + 1][0] if position + 1 < len(self._versions) else EVER
                if offer is not None and since < until:
                    found.append(Live(id, number, offer, since, until))
            self._live = found
        return self._live


class Book:
    """All offers, arranged so that one which cannot matter to a sale costs it nothing.

    The offers in force at a moment stand on a shelf, each filed under what it needs. Sales of a kind find the same ones there,
    and what no sale of the kind can change is tested once for all of them. Used by several threads: what is remembered is
    put in place whole.
    """

    def __init__(self, offers: Iterable[Live] = ()) -> None:
        self.offers = list(offers)
        self.size = len(self.offers)
        self.asks_buyer = any(live.asks_buyer for live in self.offers)
        self.has_limits = any(live.has_limits for live in self.offers)
        self._edges = sorted({edge for live in self.offers for edge in (live.since, live.until)})
        self._shelves: dict[int, _Shelf] = {}
        self._minute = _Told(-1)

    def candidates(self, facts: Facts, moment: datetime) -> list[Live]:
        """The offers in force then that this sale may meet, by code."""
        return list(self._sight(facts, moment).lives)

    def look(self, facts: Facts, moment: datetime) -> list[Looked]:
        """Test the offers this sale may meet, and work out what those that hold would give. By code."""
        looked = []
        for live, known, steps in self._sight(facts, moment).now(facts, self._told(facts)):
            found = known
            for condition in steps:
                if (miss := condition.test(facts)) is not None:
                    found = Looked(live, None, miss)
                    break
            if found is None:
                gain = gain_of(live.offer, facts)
                found = Looked(live, gain, None if gain is not None else NOTHING)
            looked.append(found)
        return looked

    def _told(self, facts: Facts) -> "_Told":
        """What conditions on the clock have told in this minute."""
        told = self._minute
        if told.minute != (minute := facts.minute()):
            told = self._minute = _Told(minute)
        return told

    def _sight(self, facts: Facts, moment: datetime) -> "_Sight":
        number = bisect_right(self._edges, moment)
        shelf = self._shelves.get(number)
        if shelf is None:
            if len(self._shelves) >= _MOST_SHELVES:
                self._shelves = {}
            shelf = self._shelves[number] = _Shelf([live for live in self.offers if live.since <= moment < live.until])
        found: tuple[_Shelf, _Sight] | None = facts.sight
        if found is not None and found[0] is shelf:
            return found[1]
        sight = shelf.sight(facts)
        facts.places = sight.places
        facts.sight = (shelf, sight)
        return sight


_MOST_SHELVES: Final = 64
_MOST_SIGHTS: Final = 4096
NOTHING: Final = Miss("nothing")


class _Shelf:
    """Offers that are in force together, each filed under what it needs."""

    def __init__(self, offers: Iterable[Live]) -> None:
        self._filed: dict[Key, list[Live]] = {}
        self._always: list[Live] = []
        self._sights: dict[SaleKind, _Sight] = {}
        for live in offers:
            if live.way is None:
                self._always.append(live)
            else:
                for key in live.way:
                    self._filed.setdefault(key, []).append(live)

    def sight(self, facts: Facts) -> "_Sight":
        """What sales of this kind see. All kinds are forgotten when there are too many."""
        kind = facts.kind()
        sight = self._sights.get(kind)
        if sight is None:
            if len(self._sights) >= _MOST_SIGHTS:
                self._sights = {}
            sight = self._sights[kind] = _Sight(self._candidates(facts), facts)
        return sight

    def _candidates(self, facts: Facts) -> list[Live]:
        found = {(live.code, live.id): live for live in self._always}
        for key in facts.keys() & self._filed.keys():
            for live in self._filed[key]:
                found[live.code, live.id] = live
        return [found[name] for name in sorted(found)]


class _Told:
    """What the conditions that only the clock decides tell in one minute, by their identity."""

    __slots__ = ("minute", "misses")

    def __init__(self, minute: int) -> None:
        self.minute = minute
        self.misses: dict[int, Miss | None] = {}

    def of(self, condition: Condition, facts: Facts) -> Miss | None:
        key = id(condition)
        if key not in self.misses:
            self.misses[key] = condition.test(facts)
        return self.misses[key]


_Way = tuple[Live, Looked | None, tuple[Condition, ...]]
"""An offer as sales of a kind see it in a minute: what is known of it already, else the conditions left to test."""


class _Sight:
    """What all sales of a kind see of a shelf: the offers they may meet, which items selections pick."""

    __slots__ = ("_minute", "items", "lives", "places", "steps")

    def __init__(self, offers: Iterable[Live], facts: Facts) -> None:
        self.items = facts.items  # kept: kinds know products by identity
        self.lives = list(offers)
        self.steps = [_steps(live, facts) for live in self.lives]
        self.places = facts.places
        self._minute: tuple[_Told, list[_Way]] | None = None

    def now(self, facts: Facts, told: _Told) -> list[_Way]:
        """The offers as sales of this kind see them in this minute."""
        known = self._minute
        if known is None or known[0] is not told:
            ways = [_way(live, steps, facts, told) for live, steps in zip(self.lives, self.steps, strict=True)]
            known = self._minute = (told, ways)
        return known[1]


_Step = tuple[Condition, Varies, Looked | None]
"""A condition that is left to test, how it varies; or what the kind alone tells: that it never holds."""


def _steps(live: Live, facts: Facts) -> list[_Step]:
    """What sales of this kind must test of an offer, in the order of its conditions; after what never holds nothing."""
    found: list[_Step] = []
    when = live.offer.when
    for condition in when.of if isinstance(when, All) else (when,):
        varies = condition.varies(facts)
        if varies is not Varies.KIND:
            found.append((condition, varies, None))
        elif (miss := condition.test(facts)) is not None:
            found.append((condition, varies, Looked(live, None, miss)))
            break
    return found


def _way(live: Live, steps: Iterable[_Step], facts: Facts, told: _Told) -> _Way:
    """What is left to test once the minute is known: up to the first condition that kind or minute tell does not hold."""
    left: list[Condition] = []
    for condition, varies, never in steps:
        if never is not None:
            return (live, never, tuple(left))
        if varies is Varies.SALE:
            left.append(condition)
        elif (miss := told.of(condition, facts)) is not None:
            return (live, Looked(live, None, miss), tuple(left))
    return (live, None, tuple(left))


def gain_of(offer: Offer, facts: Facts) -> Gain | None:
    """What all effects of an offer give together, None where they give nothing."""
    if len(offer.then) == 1:
        return offer.then[0].gain(facts) or None
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
