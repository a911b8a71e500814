"""What a basket earns."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from forecourt.catalogue.values import ProductFacts
from forecourt.kernel.money import ZERO, whole
from forecourt.loyalty.rules.tiers import tier_of
from forecourt.loyalty.values import EarnRate, Per, Programme


class BasketLine(Protocol):
    """A line as earning sees it: a product that is known, or None; a quantity; what is paid for it."""

    @property
    def product(self) -> ProductFacts | None: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...


class Earning(NamedTuple):
    """What one rate brought: points before rounding, for so much of what it counts."""

    rate: EarnRate
    counted: Decimal
    points: Decimal


class Earned(NamedTuple):
    """Whole points of a basket, with the steps that led there and the numbers of the lines that no rate covers."""

    points: int
    steps: list[Earning]
    multiplier_percent: int
    uncovered: list[int]


class Rates:
    """A programme's earn rates, arranged so that a line finds its rate at once.

    The most specific rate that matches a line wins: a product's before a category's (the nearest category first), a
    family's and a kind's; then one for a tender, then one for stations; then the one that gives more.
    """

    def __init__(self, rates: Sequence[EarnRate]) -> None:
        self._rates = sorted(rates, key=_rank)
        self._by_product: dict[int, tuple[ProductFacts, list[EarnRate]]] = {}

    def of(self, product: ProductFacts, station: str, tender: str) -> EarnRate | None:
        """The rate for a product at a station (by code), paid wholly by `tender` ("" when mixed or unknown)."""
        known = self._by_product.get(product.id)
        if known is None or known[0] is not product:  # facts change: a product moves to another category
            known = self._by_product[product.id] = (product, self._candidates(product))
        for rate in known[1]:
            if (not rate.tender or rate.tender == tender) and (not rate.stations or station in rate.stations):
                return rate
        return None

    def _candidates(self, product: ProductFacts) -> list[EarnRate]:
        """The rates that may serve a product, the most specific first, up to the first that always does."""
        matching = [rate for rate in self._rates if _covers(rate, product)]
        candidates = []
        for rate in sorted(matching, key=lambda rate: _distance(rate, product)):
            candidates.append(rate)
            if not rate.tender and not rate.stations:
                break
        return candidates


def _rank(rate: EarnRate) -> tuple[bool, bool, Decimal, str]:
    return (not rate.tender, not rate.stations, -rate.points, rate.code)


def _distance(rate: EarnRate, product: ProductFacts) -> int:
    """How far a rate is from a product: the product itself, its categories from the nearest up, family, kind, all."""
    if rate.product:
        return 0
    if rate.category:
        return 1 + product.categories.index(rate.category)
    if rate.family:
        return 1000
    return 1001 if rate.kind else 1002


def _covers(rate: EarnRate, product: ProductFacts) -> bool:
    return (
        (not rate.product or rate.product == product.code)
        and (not rate.category or rate.category in product.categories)
        and (not rate.kind or rate.kind == product.kind)
        and (not rate.family or rate.family == product.family)
    )


def points_earned(
    lines: Iterable[BasketLine], rates: Rates, *, station: str, tender: str, multiplier_percent: int = 100
) -> Earned:
    """Whole points a basket earns.

    A line earns on its quantity, or on what is paid for it: its amount less its discount. Rounded once, at the end and
    towards zero, so that splitting a line or ordering lines otherwise never changes the result, and a basket of
    returned goods loses just what it would have earned.
    """
    counted: dict[str, Decimal] = {}
    used: dict[str, EarnRate] = {}
    uncovered: list[int] = []
    for number, line in enumerate(lines, 1):
        product = line.product
        rate = rates.of(product, station, tender) if product is not None else None
        if rate is None:
            uncovered.append(number)
            continue
        base = line.quantity if rate.per is Per.UNIT else line.amount - line.discount
        code = rate.code
        if code in counted:
            counted[code] += base
        else:
            counted[code] = base
            used[code] = rate
    steps = [Earning(rate, counted[code], counted[code] * rate.points) for code, rate in used.items()]
    if len(steps) > 1:
        steps.sort(key=lambda step: step.rate.code)
    total = ZERO
    for step in steps:
        total += step.points
    return Earned(whole(total * multiplier_percent / 100), steps, multiplier_percent, uncovered)


def sole_tender(kinds: Sequence[str]) -> str:
    """The tender that paid for everything, or "" when there were several or none."""
    if len(kinds) < 2:
        return kinds[0] if kinds else ""
    return kinds[0] if len(set(kinds)) == 1 else ""


def multiplier_of(programme: Programme, tier: str) -> int:
    """The multiplier of a tier by its code, in percent; 100 for a tier the programme does not know."""
    known = tier_of(programme, tier)
    return known.multiplier_percent if known is not None else 100
