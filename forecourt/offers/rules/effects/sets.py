"""Effects on several pieces at once. They count whole pieces, at the average price of their item."""

from decimal import Decimal
from typing import Annotated, ClassVar, Final, NamedTuple

from msgspec import Meta

from forecourt.kernel.bounds import OfHundred, Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.values import Value
from forecourt.kernel.words import say as _
from forecourt.offers.rules.effects.discounts import Times
from forecourt.offers.rules.effects.filling import filled
from forecourt.offers.rules.effects.lacking import lacking_pieces
from forecourt.offers.rules.effects.spreading import Run, off_pieces, runs
from forecourt.offers.rules.facts import Facts, Key, Products
from forecourt.offers.rules.speaking import Input, Miss, Names, figure, gettext_noop, money, times
from forecourt.offers.rules.terms import About, Effect, Gain

Count = Annotated[int, Meta(ge=1, le=1_000)]


class BuyGet(Effect, tag="buy_get"):
    """Who buys so many of some products gets so many of others at so many percent off; 100 is free.

    Without `get` it is the same products: buying 2 and getting 1 is "3 for 2". Then pieces are grouped from the dearest down
    and the cheapest of each group are given, which is the best grouping for the customer. With other products the cheapest
    that can be given are. A last group that is bought and not wholly got gives what is there. At most `times` groups.
    """

    buy: Products
    buy_count: Count
    get_count: Count
    get: Products | None = None
    percent: OfHundred = Decimal(100)
    times: Times | None = None

    title: ClassVar = gettext_noop("Buy some, get some")
    about: ClassVar = About.SETS
    inputs: ClassVar = {
        "buy": Input(gettext_noop("Who buys"), "selection"),
        "buy_count": Input(gettext_noop("So many of them"), "whole"),
        "get": Input(gettext_noop("Gets"), "selection", gettext_noop("The same products unless given.")),
        "get_count": Input(gettext_noop("So many of these"), "whole"),
        "percent": Input(gettext_noop("At so many percent off"), "percent", gettext_noop("100 is free.")),
        "times": Input(gettext_noop("At most so often"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        bought = runs(facts, self.buy)
        if not bought:
            return None
        if self.get is None or self.get == self.buy:
            return off_pieces(facts, last_of_groups(bought, self.buy_count, self.get_count, self.times), self.percent)
        got = runs(facts, self.get)
        return off_pieces(facts, self._given(bought, got), self.percent) if got else None

    def lacks(self, facts: Facts) -> Miss | None:
        """The pieces that make up what must be bought and one that is got; a piece that counts for both makes up either."""
        bought = runs(facts, self.buy)
        got = bought if self.get is None else runs(facts, self.get)
        buys = {run.number for run in bought}
        count, gotten = _pieces(bought), _pieces(got)
        both = sum([run.pieces for run in got if run.number in buys])
        if both:
            more = max(self.buy_count - count, self.buy_count + 1 - (count + gotten - both))
        else:
            more = max(0, self.buy_count - count) + max(0, 1 - gotten)
        return lacking_pieces(more, self.buy_count + 1)

    def _given(self, bought: list[Run], got: list[Run]) -> list[tuple[int, int]]:
        """Which pieces are given, where what is bought and what is got are different products or overlap.

        Pieces that count for both are bought before they are got, so far as the groups need them.
        """
        buys = {run.number for run in bought}
        both = sum([run.pieces for run in got if run.number in buys])
        only_got = sum([run.pieces for run in got]) - both
        only_bought = sum([run.pieces for run in bought]) - both
        most = (only_bought + both) // self.buy_count
        if self.times is not None:
            most = min(most, self.times)
        whole = min(
            most,
            (only_got + both) // self.get_count,
            (only_got + both + only_bought) // (self.buy_count + self.get_count),
        )
        given, needed = 0, 0
        for groups in (whole, whole + 1):
            if groups > most:
                break
            of_both = max(0, groups * self.buy_count - only_bought)
            free = min(groups * self.get_count, only_got + both - of_both)
            if free > given:
                given, needed = free, of_both
        spare = both - needed
        found = []
        for run in reversed(got):
            count = min(run.pieces, given)
            if run.number in buys:
                count = min(count, spare)
                spare -= count
            given -= count
            found.append((run.number, count))
        return found

    def keys(self) -> frozenset[Key] | None:
        return self.buy.keys() or (self.get.keys() if self.get is not None else None)

    def discounted(self) -> tuple[Products, ...]:
        return (self.get or self.buy,)

    def words(self, names: Names) -> str:
        said = {
            "buy_count": self.buy_count,
            "get_count": self.get_count,
            "all_count": self.buy_count + self.get_count,
            "buy": self.buy.words(names, _("everything")),
            "get": (self.get or self.buy).words(names, _("everything")),
            "percent": figure(self.percent),
        }
        same = self.get is None or self.get == self.buy
        if same and self.percent == 100:
            words = _("%(all_count)s for the price of %(buy_count)s of %(buy)s, the cheapest free") % said
        elif same and self.percent == 50 and self.buy_count == 1 and self.get_count == 1:
            words = _("the second of %(buy)s at half price") % said
        elif same:
            words = _("with %(buy_count)s of %(buy)s another %(get_count)s at %(percent)s%% off") % said
        elif self.percent == 100:
            words = _("with %(buy_count)s of %(buy)s %(get_count)s of %(get)s free") % said
        else:
            words = _("with %(buy_count)s of %(buy)s %(get_count)s of %(get)s at %(percent)s%% off") % said
        return at_most(words, self.times)


class Cheapest(Effect, tag="cheapest"):
    """Of every so many pieces of these products the cheapest is free, or so many percent off; at most `times` groups.

    Pieces are grouped from the dearest down, which is the best grouping for the customer.
    """

    of: Products
    every: Annotated[int, Meta(ge=2, le=1_000)]
    percent: OfHundred = Decimal(100)
    times: Times | None = None

    title: ClassVar = gettext_noop("The cheapest of several")
    about: ClassVar = About.SETS
    inputs: ClassVar = {
        "of": Input(gettext_noop("Which products"), "selection"),
        "every": Input(gettext_noop("Of every so many"), "whole"),
        "percent": Input(gettext_noop("The cheapest at so many percent off"), "percent", gettext_noop("100 is free.")),
        "times": Input(gettext_noop("At most so often"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        return off_pieces(facts, last_of_groups(runs(facts, self.of), self.every - 1, 1, self.times), self.percent)

    def lacks(self, facts: Facts) -> Miss | None:
        return lacking_pieces(self.every - _pieces(runs(facts, self.of)), self.every)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys()

    def words(self, names: Names) -> str:
        said = {
            "every": self.every,
            "products": self.of.words(names, _("everything")),
            "percent": figure(self.percent),
        }
        if self.percent == 100:
            return at_most(_("of every %(every)s of %(products)s the cheapest free") % said, self.times)
        return at_most(_("of every %(every)s of %(products)s the cheapest at %(percent)s%% off") % said, self.times)


class Part(Value, forbid_unknown_fields=True):
    """What a set holds of some products: so many pieces."""

    of: Products
    count: Count = 1

    inputs: ClassVar[dict[str, Input]] = {
        "of": Input(gettext_noop("Which products"), "selection"),
        "count": Input(gettext_noop("Pieces"), "whole"),
    }


class Bundle(Effect, tag="bundle"):
    """Sets of several products for one price, as many as save something; at most `times` sets.

    The dearest pieces that make the sets go into them. A product that fits several parts goes where it leaves the others
    filled, so the customer gets what any filling of the sets could save at most.
    """

    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=10)]
    price: Positive
    times: Times | None = None

    title: ClassVar = gettext_noop("Set for a price")
    about: ClassVar = About.SETS
    inputs: ClassVar = {
        "parts": Input(gettext_noop("The set"), "rows"),
        "price": Input(gettext_noop("Price of the set"), "money"),
        "times": Input(gettext_noop("At most so often"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        fits, most = self._fits(facts)
        if not most:
            return None
        tried = {0: _Sets({}, ZERO)}

        def worth_one_more(sets: int) -> bool:
            """Whether so many sets save more than one less does. Each further set saves less than the one before it."""
            for count in (sets - 1, sets):
                if count not in tried:
                    tried[count] = self._sets(facts, fits, count)
            return tried[sets].saved > tried[sets - 1].saved

        low, high = 0, most
        while low < high:
            sets = (low + high + 1) // 2
            low, high = (sets, high) if worth_one_more(sets) else (low, sets - 1)
        best = tried[low]
        if not best.costs:
            return None
        cost = sum(best.costs.values(), ZERO)
        off = {number: money * best.saved / cost for number, money in best.costs.items()}
        return Gain(off, Decimal(low * sum([part.count for part in self.parts])))

    def lacks(self, facts: Facts) -> Miss | None:
        """The pieces that the parts lack; not told where a product fits several parts, which could fill either."""
        found = [runs(facts, part.of) for part in self.parts]
        numbers = [run.number for part in found for run in part]
        if len(set(numbers)) < len(numbers):
            return None
        more = sum([max(0, part.count - _pieces(there)) for part, there in zip(self.parts, found, strict=True)])
        return lacking_pieces(more, sum([part.count for part in self.parts]))

    def _fits(self, facts: Facts) -> tuple[list[tuple[Run, list[int]]], int]:
        """The runs that fit a part, the dearest first, each with its parts; and how many sets there can be at most."""
        found: dict[int, tuple[Run, list[int]]] = {}
        most = self.times if self.times is not None else _MANY
        for position, part in enumerate(self.parts):
            pieces = 0
            for run in runs(facts, part.of):
                pieces += run.pieces
                found.setdefault(run.number, (run, []))[1].append(position)
            most = min(most, pieces // part.count)
            if not most:
                return [], 0
        return sorted(found.values(), key=lambda fit: (-fit[0].price, fit[0].number)), most

    def _sets(self, facts: Facts, fits: list[tuple[Run, list[int]]], sets: int) -> "_Sets":
        """The dearest pieces that make so many sets, with what they save; without pieces where there are not so many."""
        taken = filled(fits, [part.count * sets for part in self.parts])
        if taken is None:
            return _Sets({}, -_NEVER)
        costs = {
            number: facts.items[number].amount * count / facts.items[number].quantity for number, count in taken.items()
        }
        return _Sets(costs, sum(costs.values(), ZERO) - self.price * sets)

    def keys(self) -> frozenset[Key] | None:
        found = [keys for part in self.parts if (keys := part.of.keys()) is not None]
        return min(found, key=len) if found else None

    def discounted(self) -> tuple[Products, ...]:
        return tuple([part.of for part in self.parts])

    def words(self, names: Names) -> str:
        parts = [
            _("%(count)s of %(products)s") % {"count": part.count, "products": part.of.words(names, _("any product"))}
            for part in self.parts
        ]
        return at_most(
            _("%(parts)s together for %(price)s")
            % {"parts": _(" plus ").join(parts), "price": money(names, self.price)},
            self.times,
        )


class _Sets(NamedTuple):
    """So many sets: what each item's pieces in them cost, and what they save together."""

    costs: dict[int, Decimal]
    saved: Decimal


_MANY: Final = 10**12
_NEVER: Final = Decimal("Infinity")


def _pieces(found: list[Run]) -> int:
    return sum([run.pieces for run in found])


def last_of_groups(pieces: list[Run], keep: int, give: int, most: int | None) -> list[tuple[int, int]]:
    """Of pieces in this order, grouped by `keep` and `give`, how many of each run are among those given."""
    size = keep + give
    found = []
    begin = 0
    for run in pieces:
        end = begin + run.pieces
        found.append((run.number, _given_below(end, keep, size, most) - _given_below(begin, keep, size, most)))
        begin = end
    return found


def _given_below(position: int, keep: int, size: int, most: int | None) -> int:
    """How many of the first so many pieces are given, where each group keeps its first ones."""
    groups, rest = divmod(position, size)
    if most is not None and groups >= most:
        return most * (size - keep)
    return groups * (size - keep) + max(0, rest - keep)


def at_most(words: str, most: int | None) -> str:
    """What an effect gives, with how often at most."""
    return words if most is None else _("%(words)s, at most %(times)s") % {"words": words, "times": times(most)}
