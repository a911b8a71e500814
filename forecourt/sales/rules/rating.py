"""Rating: what a sale comes to, what it earns, and why."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from forecourt.catalogue.values import Kind
from forecourt.coupons.values import Coupon
from forecourt.kernel.money import ZERO, rounded
from forecourt.loyalty.rules import Earned, multiplier_of, points_earned, sole_tender
from forecourt.offers.rules.matching import Live
from forecourt.sales.rules import offering
from forecourt.sales.rules.explaining import (
    explained,
    explained_offers,
    explained_shortage,
    explained_unused,
    told_whole,
)
from forecourt.sales.rules.offering import Offered
from forecourt.sales.rules.paying import points_tendered
from forecourt.sales.rules.state import Rulings, State
from forecourt.sales.values import Flag, Issue, KnownSale, Outcome, RatedLine, Totals

LARGEST_POINTS: Final = 1_000_000_000
"""A sale that would earn more earns nothing and is flagged: a figure must be wrong, and the ledger could not hold it."""

Mint = Callable[[str, KnownSale], Coupon | None]
"""Makes the coupon of a template that a sale gives; None where the template is not issued any more."""


def paid_in_full(known: KnownSale) -> bool:
    """Whether the payments come to the full amounts: no discount was given."""
    sale = known.sale
    asked = sum([line.amount for line in sale.lines], ZERO)
    return bool(sale.tenders) and sum([tender.amount for tender in sale.tenders], ZERO) == asked


def rate(
    known: KnownSale,
    rulings: Rulings,
    state: State,
    *,
    mint: Mint | None = None,
    watch: Callable[[Offered], None] | None = None,
    whole: Sequence[Live] | None = None,
    stood: Callable[[KnownSale], bool] = paid_in_full,
) -> Outcome:
    """Rate one sale: its offers, its totals, its points and why. With `watch`, which is told of the offers, unexplained.
    With `whole` everything that was missing is told of each offer, also of these which the sale did not look at.
    `stood` says of a sale that does not say its pricing, and off which offers would take money, whether the price stood.

    The tier is the member's as last reviewed, so that sales of one day rate the same in any order. A line of an unknown
    product gets no offers and earns nothing until it is mended. Amounts of lines come without the till's own discounts,
    which are kept for the record; totals say what was asked before (gross) and what is to be paid (net).
    """
    sale = known.sale
    given: Offered | None = None
    if rulings.has_offers or sale.coupons:
        found, looked = offering.offered(known, rulings, state)
        is_final = sale.pricing == "final" or known.is_over
        given = offering.given(known, rulings, state, found, looked, is_final=is_final)
        if not sale.pricing and any(item.off for item in given.applied) and stood(known):
            given = offering.given(known, rulings, state, found, looked, is_final=True)
    if watch is not None and given is not None:
        watch(given)
    return _rated(known, rulings, state, given, mint, explains=watch is None, whole=whole)


def _rated(
    known: KnownSale,
    rulings: Rulings,
    state: State,
    given: Offered | None,
    mint: Mint | None,
    *,
    explains: bool,
    whole: Sequence[Live] | None,
) -> Outcome:
    sale, digits = known.sale, rulings.digits
    applied = given.applied if given else []
    by_offer = offering.on_lines(known, given.facts, applied, digits) if given and applied else []
    lines, totals, fuel_quantity, fuel_amount = _lines(known, by_offer, digits)
    flags = _flags(known, totals.net)
    standing = state.standing_of(known) if known.is_member else None
    tier = standing.tier if standing else ""
    earned = _earned(known, lines, tier, rulings)
    bonuses = _bonuses(given, earned) if given else []
    points = (earned.points if earned else 0) + sum(bonuses)
    if abs(points) > LARGEST_POINTS:
        earned, bonuses, points = None, [0] * len(applied), 0
        if Flag.AMOUNT_MISMATCH not in flags:
            flags = (*flags, Flag.AMOUNT_MISMATCH)
    gifts = [offering.cost_of_gifts(item, known, rulings) if item.gifts else ZERO for item in applied]
    used: tuple[Coupon, ...] = ()
    issued: tuple[Issue, ...] = ()
    reasons = explained(known, flags, tier, rulings.programme, earned) if explains else ()
    if given:
        used = _used(given)
        issued = _issued(given, known, mint) if mint is not None else ()
    if given and explains:
        reasons += explained_offers(given, by_offer, bonuses, issued, used, earns=earned is not None)
        if sale.coupons:
            reasons += explained_unused(known, given, used, rulings)
        if mint is not None:
            reasons += explained_shortage(given, issued)
        if whole is not None:
            reasons = told_whole(reasons, given, whole)
    return Outcome(
        known=known,
        lines=lines,
        totals=totals,
        fuel_quantity=fuel_quantity,
        fuel_amount=fuel_amount,
        points_earned=points,
        tier=tier,
        rulebook=rulings.programme.version,
        flags=flags,
        explanation=reasons,
        awards=(
            offering.awards_of(applied, bonuses, by_offer, given.coupons, given.facts, digits, gifts)
            if given and applied
            else ()
        ),
        used=used,
        issued=issued,
        spends=offering.spends_of(applied, bonuses, known) if applied or known.promise else {},
        points_tendered=points_tendered(sale, rulings.programme, totals.net),
        points_bonus=sum(bonuses),
    )


def _lines(
    known: KnownSale, by_offer: Sequence[dict[int, Decimal]], digits: int
) -> tuple[tuple[RatedLine, ...], Totals, Decimal, Decimal]:
    """The lines as they will stand in the books, with their sums."""
    lines = []
    net = discount = fuel_quantity = fuel_amount = ZERO
    for number, line in enumerate(known.sale.lines, 1):
        product = known.products[number - 1]
        off = line.discount
        for money in by_offer:
            if number in money:
                off += money[number]
        gross = line.amount + line.discount
        net += gross - off
        discount += off
        if product is not None and product.kind is Kind.FUEL:
            fuel_quantity += line.quantity
            fuel_amount += gross - off
        lines.append(RatedLine(number, product, line.product, line.quantity, line.unit_price, gross, off))
    totals = Totals(gross=rounded(net + discount, digits), discount=rounded(discount, digits), net=rounded(net, digits))
    return tuple(lines), totals, fuel_quantity, fuel_amount


def _flags(known: KnownSale, net: Decimal) -> tuple[Flag, ...]:
    """The sale's flags, with that of payments that do not come to what was to be paid."""
    tenders = known.sale.tenders
    flags = known.flags
    if tenders and Flag.TENDER_MISMATCH not in flags and sum([tender.amount for tender in tenders], ZERO) != net:
        flags = (*flags, Flag.TENDER_MISMATCH)
    return flags


def _earned(known: KnownSale, lines: Sequence[RatedLine], tier: str, rulings: Rulings) -> Earned | None:
    if not known.is_member or Flag.BLOCKED_CUSTOMER in known.flags:
        return None
    return points_earned(
        lines,
        rulings.rates,
        station=known.station.code,
        tender=sole_tender([tender.kind for tender in known.sale.tenders]),
        multiplier_percent=multiplier_of(rulings.programme, tier),
    )


def _bonuses(given: Offered, earned: Earned | None) -> list[int]:
    """Whole points that each offer gives; none to somebody who earns none."""
    if earned is None:
        return [0] * len(given.applied)
    if not any([item.times for item in given.applied]):
        return [item.points for item in given.applied]
    off: dict[int, Decimal] = {}
    for item in given.applied:
        for number, money in item.off.items():
            off[number] = off.get(number, ZERO) + money
    return [offering.points_bonus(item, given.facts, off) if item.points or item.times else 0 for item in given.applied]


def _used(given: Offered) -> tuple[Coupon, ...]:
    """The coupons that the offers this sale got use up, each once."""
    templates = {
        template: None
        for item in given.applied
        if item.live.uses_coupons
        for template in item.live.offer.when.coupons(given.facts)
    }
    return tuple([given.coupons[template][0] for template in templates])


def _issued(given: Offered, known: KnownSale, mint: Mint) -> tuple[Issue, ...]:
    """The coupons for next time, as many as each offer says."""
    issued: list[Issue] = []
    for item in given.applied:
        for template in item.coupons:
            if (coupon := mint(template, known)) is not None:
                issued.append(Issue(coupon=coupon, offer=item.live.code))
    return tuple(issued)


def take(state: State, outcome: Outcome) -> None:
    """Carry what a sale changes into the state, for the sales after it."""
    known = outcome.known
    state.spend(outcome.spends)
    for coupon in outcome.used:
        state.use(coupon, known.customer_id, known.sale.occurred_at, known.promise)
    for issue in outcome.issued:
        state.hold(issue.coupon)
    if not known.is_member or known.customer_id not in state.standings:
        return
    if outcome.totals.net >= 0:
        state.visit(known.customer_id, known.sale.occurred_at, outcome.points_earned)
    state.gave(known.customer_id, known.business_date, outcome.awards)
    if known.promise is not None:
        state.let_go(known.promise)
