"""Which offers a sale has to look at: live ones, found by what they need, then tested."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.facts import Facts, Key, SaleKind
from forecourt.offers.rules.language import COMPANY, Offer
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import Condition, Gain, Varies
from forecourt.offers.values import Budget

EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_COMPANY_ALONE: Final = [(COMPANY, Decimal(100))]
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
    """A version of an offer with the time it is in force, from `since` until before `until`.

    `budgets` are those of everybody; `payers` who pays so many percent; of offers with the same `slot` a sale gets one.
    """

    __slots__ = (
        "_keys",
        "asks_buyer",
        "budgets",
        "code",
        "has_limits",
        "id",
        "issues",
        "limits_customers",
        "offer",
        "payers",
        "since",
        "slot",
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
        self.budgets = tuple([budget for budget in offer.budgets if not budget.is_customers_own])
        self._keys: dict[tuple[int, date], tuple[tuple[str, Budget], ...]] = {}
        self.limits_customers = len(self.budgets) < len(offer.budgets)
        self.payers = [(funding.funder, funding.percent) for funding in offer.funding] or _COMPANY_ALONE
        self.slot = f"group {offer.group}" if offer.group else f"offer {id}"
        self.uses_coupons = any(_uses_coupons(condition) for condition in walk(offer.when))
        self.way = min(ways_to(offer), key=_cost, default=None)

    def budgets_at(self, station_id: int, day: date) -> tuple[tuple[str, Budget], ...]:
        """The budgets that a sale at this station on this trading day spends from, with their names; a customer's own have
        none.
        """
        keys = self._keys.get((station_id, day))
        if keys is None:
            if len(self._keys) >= _MOST_KEYS:
                self._keys = {}
            keys = tuple(
                [
                    ("" if budget.is_customers_own else budget.key(self.id, station_id, day), budget)
                    for budget in self.offer.budgets
                ]
            )
            self._keys[station_id, day] = keys
        return keys


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
        self.limited_ids = frozenset([live.id for live in self.offers if live.limits_customers])
        self._edges = sorted({edge for live in self.offers for edge in (live.since, live.until)})
        self._shelves: dict[int, _Shelf] = {}

    def limited(self, facts: Facts, moment: datetime) -> tuple[Live, ...]:
        """Of the offers in force then that this sale may meet, those with budgets or coupons to give, by code."""
        return self._sight(facts, moment).limited

    def look(self, facts: Facts, moment: datetime) -> list[Looked]:
        """Test the offers this sale may meet, and work out what those that hold would give. By code."""
        sight = self._sight(facts, moment)
        looked: list[Looked] = sight.told.copy()
        minute = facts.minute()
        for position, live, known, steps in sight.left:
            found = known
            for condition, timed in steps:
                if timed is not None:
                    if (missed := timed.told(facts, minute)) is not None:
                        found = missed
                        break
                elif (miss := condition.test(facts)) is not None:
                    found = Looked(live, None, miss)
                    break
            if found is None:
                gain = gain_of(live.offer, facts)
                found = Looked(live, gain, None if gain is not None else NOTHING)
            looked[position] = found
        return looked

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
_MOST_KEYS: Final = 4096
_MOST_SIGHTS: Final = 16_384
NOTHING: Final = Miss("nothing")


class _Shelf:
    """Offers that are in force together, each filed under what it needs."""

    def __init__(self, offers: Iterable[Live]) -> None:
        self._filed: dict[Key, list[Live]] = {}
        self._always: list[Live] = []
        self._sights: dict[SaleKind, _Sight] = {}
        self._timed: dict[tuple[int, int], _Timed] = {}
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
            sight = self._sights[kind] = _Sight(self, self._candidates(facts), facts)
        return sight

    def timed(self, live: Live, condition: Condition, varies: Varies) -> "_Timed":
        """What such a condition of an offer tells, for sales of all kinds."""
        key = (id(live), id(condition))
        timed = self._timed.get(key)
        if timed is None:
            timed = self._timed[key] = _Timed(live, condition, 1440 if varies is Varies.DAY else 1)
        return timed

    def _candidates(self, facts: Facts) -> list[Live]:
        found = {(live.code, live.id): live for live in self._always}
        for key in facts.keys() & self._filed.keys():
            for live in self._filed[key]:
                found[live.code, live.id] = live
        return [found[name] for name in sorted(found)]


class _Timed:
    """A condition that only the station's clock decides, tested once in so many minutes."""

    __slots__ = ("_condition", "_live", "_minutes", "_told")

    def __init__(self, live: Live, condition: Condition, minutes: int) -> None:
        self._live = live
        self._condition = condition
        self._minutes = minutes
        self._told: tuple[int, Looked | None] = (-1, None)

    def told(self, facts: Facts, minute: int) -> Looked | None:
        """None where it holds in this minute, else what is missing."""
        moment = minute // self._minutes
        told = self._told
        if told[0] != moment:
            miss = self._condition.test(facts)
            told = self._told = (moment, None if miss is None else Looked(self._live, None, miss))
        return told[1]


_Step = tuple[Condition, _Timed | None]
"""A condition that is left to test: for every sale, or by the clock."""
_Way = tuple[Live, Looked | None, tuple[_Step, ...]]
"""An offer as sales of a kind see it: the conditions left to test, and what is known of it already if they hold."""


class _Sight:
    """What all sales of a kind see of a shelf: the offers they may meet, which items selections pick.

    `told` is what is known of each offer if nothing else is against it, `left` those of which something is left to find out,
    by their position.
    """

    __slots__ = ("items", "left", "limited", "places", "told")

    def __init__(self, shelf: _Shelf, offers: Sequence[Live], facts: Facts) -> None:
        self.items = facts.items  # kept: kinds know products by identity
        ways = [_way(shelf, live, facts) for live in offers]
        self.told: list[Any] = [known for _live, known, _steps in ways]
        self.left = [(position, *way) for position, way in enumerate(ways) if way[1] is None or way[2]]
        self.limited = tuple([live for live in offers if live.has_limits])
        self.places = facts.places


def _way(shelf: _Shelf, live: Live, facts: Facts) -> _Way:
    """What sales of this kind must test of an offer, in the order of its conditions; after what never holds nothing."""
    left: list[_Step] = []
    when = live.offer.when
    for condition in when.of if isinstance(when, All) else (when,):
        match condition.varies(facts):
            case Varies.SALE:
                left.append((condition, None))
            case Varies.KIND:
                if (miss := condition.test(facts)) is not None:
                    return (live, Looked(live, None, miss), tuple(left))
            case varies:
                left.append((condition, shelf.timed(live, condition, varies)))
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
