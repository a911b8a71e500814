"""Which offers a sale has to look at: live ones, found by what they need, then tested."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final, NamedTuple

from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.conditions.people import NO_MEMBER
from forecourt.offers.rules.facts import Facts, Key, SaleKind
from forecourt.offers.rules.language import COMPANY, Offer
from forecourt.offers.rules.nearing import Nearness, nearness
from forecourt.offers.rules.speaking import Miss
from forecourt.offers.rules.terms import Condition, Gain, Varies
from forecourt.offers.values import Budget

EVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_COMPANY_ALONE: Final = [(COMPANY, Decimal(100))]
_RANK: Final = {
    "coupon": 0,
    "holder": 0,
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
    `members_only`: nothing of what it gives can be a stranger's.
    """

    __slots__ = (
        "_keys",
        "asks_buyer",
        "asks_held",
        "budgets",
        "code",
        "has_limits",
        "id",
        "issues",
        "limits_customers",
        "members_only",
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
        self.asks_held = frozenset([code for condition in walk(offer.when) for code in condition.asks_held()])
        self.has_limits = bool(offer.budgets or self.issues)
        self.budgets = tuple([budget for budget in offer.budgets if not budget.is_customers_own])
        self._keys: dict[tuple[int, date], tuple[tuple[str, Budget], ...]] = {}
        self.limits_customers = len(self.budgets) < len(offer.budgets)
        self.members_only = bool(offer.then) and all(effect.for_members for effect in offer.then)
        self.payers = [(funding.funder, funding.percent) for funding in offer.funding] or _COMPANY_ALONE
        self.slot = f"group {offer.group}" if offer.group else f"offer {id}"
        self.uses_coupons = any(_uses_coupons(condition) for condition in walk(offer.when))
        self.way = way_to(offer)

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


class Missed:
    """An offer that a sale looked at and does not get: what is missing. `said` is for who explains it, to say it once."""

    __slots__ = ("live", "miss", "said")

    def __init__(self, live: Live, miss: Miss) -> None:
        self.live = live
        self.miss = miss
        self.said: Any = None


def nearness_of(missed: Missed) -> Nearness:
    """How near the sale came to it: less is nearer."""
    return nearness(missed.miss.condition, missed.miss.values)


class Looked(NamedTuple):
    """What a sale finds of offers: those that hold, with what each would give; those that miss something in this sale; and
    those that miss what no sale of its kind has. Each by code; the last, the nearest first, are the same for all sales of
    the kind.
    """

    holding: list[tuple[Live, Gain]]
    missed: list[Missed]
    never: tuple[Missed, ...] = ()


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

    def limits(self) -> dict[str, list[tuple[datetime, Decimal]]]:
        """What its versions say of each budget of everybody ("money:day"), and from when on, in their order."""
        found: dict[str, list[tuple[datetime, Decimal]]] = {}
        for since, _, offer in self._versions:
            for budget in offer.budgets if offer is not None else ():
                if not budget.is_customers_own:
                    found.setdefault(f"{budget.measure}:{budget.per}", []).append((since, budget.limit))
        return found

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
        self.asks_held = frozenset[str]().union(*[live.asks_held for live in self.offers])
        self.has_limits = any(live.has_limits for live in self.offers)
        self.limited_ids = frozenset([live.id for live in self.offers if live.limits_customers])
        self._edges = sorted({edge for live in self.offers for edge in (live.since, live.until)})
        self._shelves: dict[int, _Shelf] = {}

    def limited(self, facts: Facts, moment: datetime) -> tuple[Live, ...]:
        """Of the offers in force then that this sale may meet, those with budgets or coupons to give, by code."""
        return self._sight(facts, moment).limited

    def limited_by_coupons(self, templates: Iterable[str], moment: datetime) -> list[Live]:
        """Of the offers in force then those with budgets or coupons to give that coupons of these templates lead to."""
        return self._shelf(moment).limited_by_coupons(templates)

    def look(self, facts: Facts, moment: datetime) -> Looked:
        """Test the offers this sale may meet, and work out what those that hold would give.

        Of several things that are missing the one that changes least is told: who lacks the tier would not have had it with
        more litres either.
        """
        sight = self._sight(facts, moment)
        holding: list[tuple[Live, Gain]] = []
        missed: list[Missed] = []
        minute = facts.minute()
        for live, clocks, conditions in sight.open:
            for clock in clocks:
                if (told := clock.told(facts, minute)) is not None:
                    missed.append(told)
                    break
            else:
                for condition in conditions:
                    if (miss := condition.test(facts)) is not None:
                        missed.append(Missed(live, miss))
                        break
                else:
                    gain = gain_of(live.offer, facts)
                    if gain is not None:
                        holding.append((live, gain))
                    else:
                        missed.append(Missed(live, NOTHING))
        return Looked(holding, missed, sight.never)

    def _shelf(self, moment: datetime) -> "_Shelf":
        number = bisect_right(self._edges, moment)
        shelf = self._shelves.get(number)
        if shelf is None:
            if len(self._shelves) >= _MOST_SHELVES:
                self._shelves = {}
            shelf = self._shelves[number] = _Shelf([live for live in self.offers if live.since <= moment < live.until])
        return shelf

    def _sight(self, facts: Facts, moment: datetime) -> "_Sight":
        shelf = self._shelf(moment)
        found: tuple[_Shelf, _Sight] | None = facts.sight
        if found is not None and found[0] is shelf:
            return found[1]
        sight = shelf.sight(facts)
        facts.places = sight.places
        facts.sight = (shelf, sight)
        return sight


_DAY: Final = 24 * 60
_NO_ROUND: Final = 1 << 40
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

    def limited_by_coupons(self, templates: Iterable[str]) -> list[Live]:
        """Those with budgets or coupons to give that are filed under coupons of these templates, used or held."""
        keys = [(kind, template) for template in templates for kind in ("coupon", "holder")]
        return [live for key in keys for live in self._filed.get(key, ()) if live.has_limits]

    def timed(self, live: Live, condition: Condition, varies: Varies) -> "_Timed":
        """What such a condition of an offer tells, for sales of all kinds."""
        key = (id(live), id(condition))
        timed = self._timed.get(key)
        if timed is None:
            timed = self._timed[key] = _Timed(live, condition, varies)
        return timed

    def _candidates(self, facts: Facts) -> list[Live]:
        found = {(live.code, live.id): live for live in self._always}
        for key in facts.keys() & self._filed.keys():
            for live in self._filed[key]:
                found[live.code, live.id] = live
        return [found[name] for name in sorted(found)]


class _Timed:
    """A condition that only the station's clock decides, tested once for a day, a minute of any day, a minute."""

    __slots__ = ("_condition", "_live", "_minutes", "_round", "_told")

    def __init__(self, live: Live, condition: Condition, varies: Varies) -> None:
        self._live = live
        self._condition = condition
        self._minutes = _DAY if varies is Varies.DAY else 1
        self._round = _DAY if varies is Varies.CLOCK else _NO_ROUND
        self._told: dict[int, Missed | None] = {}

    def told(self, facts: Facts, minute: int) -> Missed | None:
        """None where it holds in this minute, else what is missing."""
        moment = minute // self._minutes % self._round
        told = self._told
        if moment not in told:
            if len(told) >= _DAY:
                told = self._told = {}
            miss = self._condition.test(facts)
            told[moment] = None if miss is None else Missed(self._live, miss)
        return told[moment]


_Open = tuple[Live, tuple[_Timed, ...], tuple[Condition, ...]]
"""An offer that sales of a kind may get: what the clock decides, and the conditions to test for every sale."""


class _Sight:
    """What all sales of a kind see of a shelf: the offers that they may get, by code; those that none of them does, the
    nearest first.
    """

    __slots__ = ("items", "limited", "never", "open", "places")

    def __init__(self, shelf: _Shelf, offers: Sequence[Live], facts: Facts) -> None:
        self.items = facts.items  # kept: kinds know products by identity
        ways = [_way(shelf, live, facts) for live in offers]
        self.open = [way for way in ways if not isinstance(way, Missed)]
        self.never = tuple(sorted([way for way in ways if isinstance(way, Missed)], key=nearness_of))
        self.limited = tuple([live for live in offers if live.has_limits])
        self.places = facts.places


def _way(shelf: _Shelf, live: Live, facts: Facts) -> _Open | Missed:
    """What sales of this kind must test of an offer, in the order of its conditions; or what none of them has."""
    clocks: list[_Timed] = []
    conditions: list[Condition] = []
    when = live.offer.when
    for condition in when.of if isinstance(when, All) else (when,):
        match condition.varies(facts):
            case Varies.SALE:
                conditions.append(condition)
            case Varies.KIND:
                if (miss := condition.test(facts)) is not None:
                    return Missed(live, miss)
            case varies:
                clocks.append(shelf.timed(live, condition, varies))
    if live.members_only and facts.person is None:
        return Missed(live, NO_MEMBER)
    return (live, tuple(clocks), tuple(conditions))


def nothing_for(live: Live, facts: Facts) -> Miss:
    """What is missing where an offer gives this sale nothing although nothing else is missing."""
    return NO_MEMBER if live.members_only and facts.person is None else lacking(live.offer, facts)


def lacking(offer: Offer, facts: Facts) -> Miss:
    """How much more would have an offer give something of which all conditions hold, else that nothing is there for it."""
    return next((miss for effect in offer.then if (miss := effect.lacks(facts)) is not None), NOTHING)


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


def way_to(offer: Offer) -> frozenset[Key] | None:
    """The keys by which sales find an offer; None where each looks at it."""
    return min(ways_to(offer), key=_cost, default=None)


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
