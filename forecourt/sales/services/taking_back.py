"""What a refund takes back of a sale as it was rated: lines, what offers gave, points. Refunds and simulations share it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from forecourt.coupons.values import Coupon
from forecourt.kernel.money import ZERO
from forecourt.loyalty import rules as loyalty_rules
from forecourt.loyalty.queries import Rules
from forecourt.sales import rules
from forecourt.sales.rules import undoing
from forecourt.sales.rules.undoing import OfferOf
from forecourt.sales.values import Award, NewTender, RatedLine, RefundLine


class Basket(NamedTuple):
    """A sale as it was rated: its lines with their products, its refunds' lines, points so far, and its rules.

    `tier`, `station` and `tenders` are those that it was rated by; `awards` what offers gave, less what refunds took back;
    `points_spent` pay for it still: those that refunds gave back are taken off.
    """

    lines: Sequence[RatedLine]
    refunded: Sequence[Sequence[RatedLine]]
    points_so_far: int
    refund_ids: Sequence[UUID]
    rules: Rules
    awards: Sequence[Award]
    tier: str
    station: str
    tenders: Sequence[NewTender]
    points_spent: int = 0


class Taken(NamedTuple):
    """What a refund takes, all of it negative: lines, rows of what offers gave, points; `rest` is what stays of the sale.

    `coupons` are those that the sale used and that come back, with all it used of `templates`; those that the offers of the
    codes `undone` gave become void.
    """

    lines: list[RatedLine]
    awards: list[Award]
    points: int
    rest: list[RatedLine]
    coupons: set[UUID]
    undone: set[str]
    templates: set[str]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left of the sale."""
        return not self.rest

    def gives_back(self, coupon: Coupon) -> bool:
        """Whether a coupon that the sale used comes back."""
        return self.is_whole or coupon.id in self.coupons or coupon.template in self.templates


def take_back(
    basket: Basket, wanted: Sequence[RefundLine] | None, digits: int, offer_of: OfferOf, *, earns: bool
) -> Taken:
    """What a refund of these lines takes, of all that is left where none are named; no points unless the buyer `earns`.

    Points go back as they came: what the rest of the sale would have earned stays. Invalid when less is left than asked for.
    """
    remaining = rules.Remaining(basket.lines, basket.refunded)
    lines = remaining.refund(wanted, digits)
    rest = remaining.after(lines)
    ended = undoing.ended_offers(basket.awards, rest)
    awards = _awards(basket, remaining, lines, rest, ended, digits)
    points = 0
    if earns:
        bonus = sum(award.points for award in basket.awards)
        bonus_after = bonus + sum(award.points for award in awards)
        points = _points_after(basket, rest, bonus) + bonus_after - basket.points_so_far
    off: dict[int, Decimal] = {}
    for award in (*basket.awards, *awards):
        off[award.line] = off.get(award.line, ZERO) + award.discount
    undone = {award.offer for award in basket.awards if award.offer_id in ended}
    undone |= undoing.unearned_offers(basket.awards, rest, off, offer_of)
    return Taken(
        lines,
        awards,
        points,
        rest,
        undoing.coupons_of(basket.awards, ended),
        undone,
        undoing.templates_of(basket.awards, ended, offer_of),
    )


def price_of(lines: Iterable[RatedLine]) -> Decimal:
    """What these lines come to after discounts."""
    return sum((line.amount - line.discount for line in lines), ZERO)


def points_of_basket(basket: Basket, lines: Sequence[RatedLine]) -> int:
    """What lines earn under the rules and the tier that the sale was rated by."""
    return loyalty_rules.points_earned(
        lines,
        basket.rules.rates,
        station=basket.station,
        tender=loyalty_rules.sole_tender([tender.kind for tender in basket.tenders]),
        multiplier_percent=loyalty_rules.multiplier_of(basket.rules.programme, basket.tier),
    ).points


def _awards(
    basket: Basket,
    remaining: rules.Remaining,
    lines: Sequence[RatedLine],
    rest: Sequence[RatedLine],
    ended: set[int],
    digits: int,
) -> list[Award]:
    """What the refund takes back of what offers gave: all that ended ones did."""
    if not rest:
        return rules.returned_whole(basket.awards)
    stays = price_of(rest)
    stayed = stays - price_of(lines)
    kept = [award for award in basket.awards if award.offer_id not in ended]
    gone = [award for award in basket.awards if award.offer_id in ended]
    share = stays / stayed if stayed else ZERO
    return rules.returned(kept, remaining.parts(lines), share, digits) + rules.returned_whole(gone)


def _points_after(basket: Basket, rest: Sequence[RatedLine], bonus: int) -> int:
    """What the rest of the sale earns beside offers' points (`bonus` of those so far): never more than the whole did, none
    for no rest."""
    if not rest:
        return 0
    earned = points_of_basket(basket, rest)
    so_far = basket.points_so_far - bonus
    return min(earned, so_far) if so_far >= 0 else max(earned, so_far)
