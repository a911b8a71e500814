"""A recorded sale rated anew, as if all that is known now had been known at once.

What it cost stands, and so does what offers gave when it was sold: goods were handed over. Where they gave nothing, and
something that they look at is known only now, it gets the points and coupons that it would have had, and no goods any more.
"""

from typing import Final

from msgspec.structs import replace

from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Standing
from forecourt.offers.rules.matching import Book
from forecourt.sales import queries, rules, wire
from forecourt.sales.queries import SaleView
from forecourt.sales.rules import State
from forecourt.sales.services import engine
from forecourt.sales.services.baskets import as_sold
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.taking_back import Basket
from forecourt.sales.values import Flag, KnownSale, Outcome, Reason, Verdict

_OF_OFFERS: Final = ("offer.", "coupon.")
_KEPT: Final = Reason(code="offers.kept", verdict=Verdict.INFO)


def rate_anew(
    sale: SaleView, known: KnownSale, account: int, basket: Basket, in_force: InForce, *, moves: bool
) -> Outcome:
    """The sale rated as that of `account`, who is locked, where it `moves` another's before: by the rules in force when it
    was promised, else when it occurred, in the tier and after the visits of then.
    """
    rated = replace(known, customer_id=account, is_over=True)
    standings = {account: _standing_then(sale, account, moves=moves)} if known.is_member else {}
    plain = _without_offers(rated, standings, in_force)
    rest = _rest_of(rated, basket)
    is_news = _is_news(sale, known, moves=moves)
    if basket.awards or rest is None or not is_news:
        outcome = _as_given(sale, plain, basket, tells=is_news and bool(basket.awards))
    else:
        state, limits = engine.load([rest], in_force, lock=True, standings=standings)
        outcome = engine.rate_and_take([rest], in_force, state, limits)[0]
        if basket.refunded:
            outcome = _with_offers(plain, outcome)
    return replace(outcome, known=known)


def _standing_then(sale: SaleView, account: int, *, moves: bool) -> Standing:
    """Where a member stood when the sale occurred: before it, and before all that came later."""
    standing = loyalty.balance(account)
    ((_account, visits, last_sale_at),) = queries.visits([account], before=(sale.occurred_at, sale.id))
    tier = loyalty.tier_on(account, sale.business_date, standing.tier) if moves else sale.tier
    return replace(standing, tier=tier, sales=visits, last_sale_at=last_sale_at)


def _is_news(sale: SaleView, known: KnownSale, *, moves: bool) -> bool:
    """Whether something that offers look at is known only now: whose it is, whether they are blocked, a product."""
    recorded = [line.product_id for line in sale.lines]
    found = [product.id if product is not None else None for product in known.products]
    return moves or recorded != found or (Flag.BLOCKED_CUSTOMER in sale.flags) != (Flag.BLOCKED_CUSTOMER in known.flags)


def _rest_of(rated: KnownSale, basket: Basket) -> KnownSale | None:
    """What refunds have left of the sale: offers give for nothing else. None where nothing is left."""
    if not basket.refunded:
        return rated
    rest = rules.Remaining(basket.lines, basket.refunded).after([])
    if not rest:
        return None
    return replace(
        rated, sale=replace(rated.sale, lines=as_sold(rest)), products=tuple([line.product for line in rest])
    )


def _without_offers(rated: KnownSale, standings: dict[int, Standing], in_force: InForce) -> Outcome:
    rulings = in_force.at(rated.rated_at)._replace(book=Book(), tier_offers={})
    return rules.rate(rated, rulings, State(dict(standings)))


def _as_given(sale: SaleView, plain: Outcome, basket: Basket, *, tells: bool) -> Outcome:
    """What offers gave, and what was told of them, stays. Their points are a member's who may have any."""
    known = plain.known
    earns = known.is_member and Flag.BLOCKED_CUSTOMER not in known.flags
    bonus = sum(award.points for award in basket.awards) if earns else 0
    return replace(
        plain,
        points_earned=plain.points_earned + bonus,
        points_bonus=bonus,
        explanation=(
            *plain.explanation,
            *((_KEPT,) if tells else ()),
            *_of_offers(wire.decode_reasons(sale.explanation)),
        ),
    )


def _with_offers(plain: Outcome, given: Outcome) -> Outcome:
    """The whole sale, with what offers give to the rest of it."""
    return replace(
        plain,
        points_earned=plain.points_earned + given.points_bonus,
        points_bonus=given.points_bonus,
        awards=given.awards,
        used=given.used,
        issued=given.issued,
        spends=given.spends,
        explanation=(*plain.explanation, *_of_offers(given.explanation)),
    )


def _of_offers(reasons: tuple[Reason, ...]) -> list[Reason]:
    return [reason for reason in reasons if reason.code.startswith(_OF_OFFERS)]
