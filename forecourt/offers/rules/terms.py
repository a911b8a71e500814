"""The two kinds of terms that offers are made of: conditions, which hold or tell what is missing, and effects, which give.

A term is one small frozen class: its fields are its schema, `inputs` how a builder asks for them, `words` says it in the
reader's language. How to add one: docs/how-to/add-a-condition-or-effect.md.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple

from forecourt.kernel.money import ZERO
from forecourt.kernel.values import Value
from forecourt.offers.rules.facts import EVERYTHING, Facts, Key, Products
from forecourt.offers.rules.speaking import Input, Miss, Names, gettext_noop


class About(StrEnum):
    """What a term is about: how a builder groups them."""

    LOGIC = "logic"
    BASKET = "basket"
    PLACE = "place"
    TIME = "time"
    PAYMENT = "payment"
    CUSTOMER = "customer"
    HABIT = "habit"
    MONEY = "money"
    SETS = "sets"
    POINTS = "points"
    EXTRAS = "extras"
    CROSS = "cross"


ABOUT: dict[About, str] = {
    About.LOGIC: gettext_noop("Together"),
    About.BASKET: gettext_noop("What is bought"),
    About.PLACE: gettext_noop("Place"),
    About.TIME: gettext_noop("Time"),
    About.PAYMENT: gettext_noop("How it is paid"),
    About.CUSTOMER: gettext_noop("The customer"),
    About.HABIT: gettext_noop("What they did before"),
    About.MONEY: gettext_noop("Money off"),
    About.SETS: gettext_noop("Several pieces"),
    About.POINTS: gettext_noop("Points"),
    About.EXTRAS: gettext_noop("Gifts and coupons"),
    About.CROSS: gettext_noop("Fuel and shop"),
}
"""The groups' names, in the order a builder shows them."""


class Varies(IntEnum):
    """For which sales a condition may tell something else, the most alike first.

    KIND: the same for all sales of a kind, see `Facts.kind`. DAY and MINUTE: the same within one of the station's clock;
    CLOCK: the same at that minute of every day. SALE: perhaps something else for each.
    """

    KIND = 0
    DAY = 1
    CLOCK = 2
    MINUTE = 3
    SALE = 4


class Turns(IntEnum):
    """By what a condition may come to hold, or to hold no more, for somebody at a station who bought nothing yet.

    NOTHING: by nothing that is told to them. TIME: by waiting, or by coming again. TIER: by what they earn, which they keep.
    SALE: by what they buy and how they pay.
    """

    NOTHING = 0
    TIME = 1
    TIER = 2
    SALE = 3


_TURNS = {About.BASKET: Turns.SALE, About.PAYMENT: Turns.SALE, About.TIME: Turns.TIME}


class Condition(Value, tag_field="is", forbid_unknown_fields=True, omit_defaults=True):
    """Something that holds for a sale or does not.

    `title` names the kind of condition, `about` is its group, `inputs` tells how a builder asks for each field.
    """

    title: ClassVar[str]
    about: ClassVar[About]
    inputs: ClassVar[dict[str, Input]] = {}

    def check(self, path: str) -> None:
        """Refuse what the types alone allow and makes no sense: Invalid, naming the field below `path`."""

    def test(self, facts: Facts) -> Miss | None:
        """None where it holds, else what is missing."""
        raise NotImplementedError

    def varies(self, facts: Facts) -> Varies:
        """For which sales beside this one `test` may tell something else, so that what never varies is tested once."""
        return Varies.SALE

    def turns(self, facts: Facts) -> Turns:
        """By what it may turn for those of whom `facts` tell; unless a condition says otherwise, by what it is about."""
        return _TURNS.get(self.about, Turns.NOTHING)

    def keys(self) -> frozenset[Key] | None:
        """Keys of which a sale must have one for this to hold; None where it may hold for any sale."""
        return None

    def needs_buyer(self) -> bool:
        """Whether it asks what is known of the member beyond tier and visits: tags, birthday, vehicles, kind, joining."""
        return False

    def asks_held(self) -> tuple[str, ...]:
        """Templates of which it asks whether the member holds a coupon, which is looked up only then."""
        return ()

    def coupons(self, facts: Facts) -> tuple[str, ...]:
        """Templates of which this sale uses up a coupon because this holds."""
        return ()

    def words(self, names: Names) -> str:
        """The condition in words, to stand after "when"."""
        raise NotImplementedError

    @classmethod
    def missing(cls, values: Mapping[str, str], names: Names) -> str:
        """What was missing, in words for the customer, from the figures of a miss."""
        raise NotImplementedError


class Gain(NamedTuple):
    """What effects give to a sale, before budgets, limits and other offers.

    `off` is money off each item, by its number, unrounded; `units` how much of it is discounted. `points` are whole, and
    `times` extra points of items in percent of what they earn. `coupons` and `gifts` are given when the sale is posted.
    """

    off: Mapping[int, Decimal] = {}
    units: Decimal = ZERO
    points: int = 0
    times: Mapping[int, Decimal] = {}
    coupons: tuple[str, ...] = ()
    gifts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.off or self.points or self.times or self.coupons or self.gifts)


class Effect(Value, tag_field="give", forbid_unknown_fields=True, omit_defaults=True):
    """Something that an offer gives. `title`, `about` and `inputs` as for conditions.

    `gives` names what budgets can count of it: "money", "volume", "points". `for_members`: to nobody else it gives anything.
    """

    title: ClassVar[str]
    about: ClassVar[About]
    inputs: ClassVar[dict[str, Input]] = {}
    gives: ClassVar[frozenset[str]] = frozenset({"money", "volume"})
    for_members: ClassVar[bool] = False

    def check(self, path: str) -> None:
        """Refuse what the types alone allow and makes no sense: Invalid, naming the field below `path`."""

    def gain(self, facts: Facts) -> Gain | None:
        """What it gives to this sale, None where it gives nothing."""
        raise NotImplementedError

    def lacks(self, facts: Facts) -> Miss | None:
        """Where it gives this sale nothing: how much more would have it give something, None where that is not so."""
        return None

    def keys(self) -> frozenset[Key] | None:
        """Keys of which a sale must have one to be given anything; None where any sale may be."""
        return None

    def discounted(self) -> tuple[Products, ...]:
        """Which products it may take money off: those of its field `of` unless it says otherwise; none where it gives none."""
        return (getattr(self, "of", EVERYTHING),) if "money" in self.gives else ()

    def issues(self) -> tuple[str, ...]:
        """Templates of which it may give a coupon."""
        return ()

    def words(self, names: Names) -> str:
        """The effect in words, to stand after "then"."""
        raise NotImplementedError
