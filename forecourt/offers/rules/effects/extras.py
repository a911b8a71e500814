"""Effects that give something else than money: gifts, points, coupons for next time."""

from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.kernel.bounds import Positive
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.rules.effects.discounts import Counted, steps_in
from forecourt.offers.rules.effects.lacking import lacking_money, lacking_quantity
from forecourt.offers.rules.effects.spreading import dearest_first, off_pieces
from forecourt.offers.rules.facts import EVERYTHING, Facts, Key, Name, Products, unit_of
from forecourt.offers.rules.speaking import Input, Miss, Names, figure, gettext_noop, measured, money, points
from forecourt.offers.rules.terms import About, Effect, Gain

_MEMBERS: frozenset[Key] = frozenset({("member", "")})
_HUNDRED = Decimal(100)


class Gift(Effect, tag="gift"):
    """A product for nothing: pieces of it in the basket are free, the others are handed over."""

    product: Name
    count: Annotated[int, Meta(ge=1, le=20)] = 1

    title: ClassVar = gettext_noop("Product as a gift")
    about: ClassVar = About.EXTRAS
    inputs: ClassVar = {
        "product": Input(gettext_noop("Product"), "product"),
        "count": Input(gettext_noop("Pieces"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        left = self.count
        free = []
        there = [number for number, item in enumerate(facts.items) if item.product.code == self.product]
        for number in dearest_first(facts, there):
            pieces = min(left, int(facts.items[number].quantity))
            free.append((number, pieces))
            left -= pieces
        found = off_pieces(facts, free, _HUNDRED) or Gain()
        return found._replace(gifts=(self.product,) * left)

    def discounted(self) -> tuple[Products, ...]:
        return (Products(products=frozenset({self.product})),)

    def words(self, names: Names) -> str:
        product = names.name("product", self.product)
        if self.count == 1:
            return _("%(product)s as a gift") % {"product": product}
        return _("%(count)s of %(product)s as a gift") % {"product": product, "count": self.count}


class Points(Effect, tag="points"):
    """Bonus points for a member: once, or for every so much that is spent on these products or taken of them."""

    points: Annotated[int, Meta(ge=1, le=1_000_000)]
    every: Positive | None = None
    by: Counted = Counted.AMOUNT
    of: Products = EVERYTHING
    at_most: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None

    title: ClassVar = gettext_noop("Bonus points")
    about: ClassVar = About.POINTS
    gives: ClassVar = frozenset({"points"})
    for_members: ClassVar = True
    inputs: ClassVar = {
        "points": Input(gettext_noop("Points"), "whole"),
        "every": Input(gettext_noop("For every"), "number", gettext_noop("Once for the sale unless given.")),
        "by": Input(gettext_noop("Counted by"), "choice", choices="counted"),
        "of": Input(gettext_noop("Of which products"), "selection"),
        "at_most": Input(gettext_noop("At most in all"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        if facts.person is None:
            return None
        picked = facts.pick(self.of)
        if not picked.items:
            return None
        given = self.points
        if self.every is not None:
            counted = picked.amount if self.by == Counted.AMOUNT else picked.quantity
            given *= steps_in(counted, self.every, None)
        if self.at_most is not None:
            given = min(given, self.at_most)
        return Gain(points=given) if given else None

    def lacks(self, facts: Facts) -> Miss | None:
        if facts.person is None or self.every is None:
            return None
        picked = facts.pick(self.of)
        by_amount = self.by == Counted.AMOUNT
        return lacking_money(picked, self.every) if by_amount else lacking_quantity(facts, picked, self.every)

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys() or _MEMBERS

    def words(self, names: Names) -> str:
        said = {"points": points(self.points), "products": self.of.words(names, _("everything"))}
        if self.every is None:
            words = _("%(points)s more") % said
        elif self.by == Counted.AMOUNT:
            words = _("%(points)s more for every %(every)s spent on %(products)s") % {
                **said,
                "every": money(names, self.every),
            }
        else:
            words = _("%(points)s more for every %(every)s of %(products)s") % {
                **said,
                "every": measured(names, self.every, unit_of(self.of, names)),
            }
        if self.at_most is None:
            return words
        return _("%(words)s, at most %(most)s") % {"words": words, "most": points(self.at_most)}


class TimesPoints(Effect, tag="times_points"):
    """So many times the points that these products earn, by the member's tier too: 2 is double."""

    times: Positive
    of: Products = EVERYTHING

    title: ClassVar = gettext_noop("Points multiplied")
    about: ClassVar = About.POINTS
    gives: ClassVar = frozenset({"points"})
    for_members: ClassVar = True
    inputs: ClassVar = {
        "times": Input(gettext_noop("So many times"), "number"),
        "of": Input(gettext_noop("On which products"), "selection"),
    }

    def check(self, path: str) -> None:
        if not 1 < self.times <= 100:
            raise Invalid.field(
                f"{path}.times", _("%(times)s is not above 1 and at most 100") % {"times": str(self.times)}
            )

    def gain(self, facts: Facts) -> Gain | None:
        if facts.person is None:
            return None
        extra = (self.times - 1) * 100
        earning = {number: extra for number in facts.pick(self.of).items if facts.points_on(facts.items[number]) > ZERO}
        return Gain(times=earning) if earning else None

    def keys(self) -> frozenset[Key] | None:
        return self.of.keys() or _MEMBERS

    def words(self, names: Names) -> str:
        said = {"times": figure(self.times), "products": self.of.words(names, _("everything"))}
        if self.times == 2:
            return _("double points on %(products)s") % said
        return _("%(times)s times the points on %(products)s") % said


class NextCoupon(Effect, tag="coupon"):
    """Coupons of a template, for a member's next time."""

    template: Name
    count: Annotated[int, Meta(ge=1, le=20)] = 1

    title: ClassVar = gettext_noop("Coupon for next time")
    about: ClassVar = About.EXTRAS
    gives: ClassVar = frozenset()
    for_members: ClassVar = True
    inputs: ClassVar = {
        "template": Input(gettext_noop("Kind of coupon"), "template"),
        "count": Input(gettext_noop("So many"), "whole"),
    }

    def gain(self, facts: Facts) -> Gain | None:
        if facts.person is None:
            return None
        return Gain(coupons=(self.template,) * self.count)

    def issues(self) -> tuple[str, ...]:
        return (self.template,)

    def words(self, names: Names) -> str:
        said = {"coupon": names.name("template", self.template), "count": self.count}
        if self.count == 1:
            return _("a coupon “%(coupon)s” for next time") % said
        return _("%(count)s coupons “%(coupon)s” for next time") % said
