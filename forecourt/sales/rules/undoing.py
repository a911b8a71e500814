"""Which offers a refund undoes: their lines are gone, or what stays would not have earned their coupons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.conditions import All, CouponUsed
from forecourt.offers.rules.facts import Facts, Place, items_of
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import NEVER, walk
from forecourt.offers.rules.terms import About
from forecourt.sales.values import Award, RatedLine

OfferOf = Callable[[Award], Offer | None]
"""What an offer said in the version that gave an award; None for a tier's own."""
_NOWHERE: Final = Place("", (), None, NEVER, date.min)
"""Conditions on the basket ask neither where nor when."""


def ended_offers(awards: Iterable[Award], rest: Iterable[RatedLine]) -> set[int]:
    """The offers whose money fell on lines of which nothing stays; never those that took no money off."""
    stays = {line.number for line in rest}
    lines: dict[int, set[int]] = {}
    for award in awards:
        lines.setdefault(award.offer_id, set()).add(award.line)
    return {offer_id for offer_id, on in lines.items() if 0 not in on and on.isdisjoint(stays)}


def coupons_of(awards: Iterable[Award], ended: set[int]) -> set[UUID]:
    """The coupons that only these offers used."""
    back: set[UUID] = set()
    kept: set[UUID] = set()
    for award in awards:
        if award.coupon_id is not None:
            (back if award.offer_id in ended else kept).add(award.coupon_id)
    return back - kept


def templates_of(awards: Iterable[Award], ended: set[int], offer_of: OfferOf) -> set[str]:
    """The templates whose coupons only these offers used: an offer may ask for several, and its awards name the first."""
    back: set[str] = set()
    kept: set[str] = set()
    for award in awards:
        offer = offer_of(award) if award.coupon_id is not None else None
        if offer is not None:
            asked = {inner.template for inner in walk(offer.when) if isinstance(inner, CouponUsed)}
            (back if award.offer_id in ended else kept).update(asked)
    return back - kept


def unearned_offers(
    awards: Iterable[Award], rest: Sequence[RatedLine], off: Mapping[int, Decimal], offer_of: OfferOf
) -> set[str]:
    """The offers that gave coupons for next time and whose conditions on the basket the rest of it does not meet, by code.

    `off` is what offers still take off each line. A condition that asks for something beside the basket counts as met.
    """
    found = set()
    facts = Facts(
        items_of(
            [
                (line.product, line.quantity, line.amount - line.discount + off.get(line.number, ZERO), line.unit_price)
                for line in rest
            ]
        ),
        _NOWHERE,
    )
    for award in awards:
        offer = offer_of(award)
        if offer is not None and any(effect.issues() for effect in offer.then) and not _holds(offer, facts):
            found.add(award.offer)
    return found


def _holds(offer: Offer, facts: Facts) -> bool:
    when = offer.when
    for condition in when.of if isinstance(when, All) else (when,):
        abouts = {inner.about for inner in walk(condition)} - {About.LOGIC}
        if abouts == {About.BASKET} and condition.test(facts) is not None:
            return False
    return True
