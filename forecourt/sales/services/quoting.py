"""Quoting and simulating: load and rate, and write nothing."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec.structs import replace

from forecourt.coupons.rules import minted
from forecourt.customers import queries as customers
from forecourt.kernel import stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.loyalty.rules import Rates
from forecourt.loyalty.values import Programme, Standing
from forecourt.offers.rules import language
from forecourt.offers.rules.conditions import All, Any, CouponUsed, HoldsCoupon, Not
from forecourt.offers.rules.language import Offer
from forecourt.offers.rules.matching import EVER, NEVER, Book, Live
from forecourt.offers.rules.terms import Condition
from forecourt.sales import permissions, rules
from forecourt.sales.rules import Known, State
from forecourt.sales.services import engine
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.loading import Depth, Submission, admitted, know
from forecourt.sales.services.paying import NOTHING, Payable, available_to, payable, refusal
from forecourt.sales.services.reservations import promised
from forecourt.sales.values import KnownSale, NewSale, Outcome, Points, Quote


def quote_sales(actor: Actor, sales: Sequence[NewSale | Problem], depth: Depth = Depth.FIRST) -> list[Quote | Problem]:
    """What sales would come to if they were posted now, each by itself. Records nothing."""
    actor.require(permissions.POST)
    return quote_together([Submission(actor, sale, depth) for sale in sales])


def quote_together(submissions: Sequence[Submission]) -> list[Quote | Problem]:
    """Quote sales of several senders in one go, each under its own sender's permission and scope.

    Points to pay with that may not, or not so many, are refused as a reservation's are. One that names its reservation is
    worked out with what that holds, as if it were posted.
    """
    seen = stamps.read()
    known = _promised(know(admitted(submissions), seen))
    in_force = engine.in_force(seen)
    known = [item if isinstance(item, Problem) else _payable_or_not(item, in_force) for item in known]
    good = [item for item in known if not isinstance(item, Problem)]
    state = _state(good, in_force)
    available = available_to(good, state.standings, in_force)
    return [
        item if isinstance(item, Problem) else _quoted(item, in_force, state, available, submission.depth)
        for item, submission in zip(known, submissions, strict=True)
    ]


def _promised(known: Sequence[KnownSale | Problem]) -> list[KnownSale | Problem]:
    asking = iter(promised([item for item in known if not isinstance(item, Problem)]))
    return [item if isinstance(item, Problem) else next(asking) for item in known]


def _payable_or_not(known: KnownSale, in_force: InForce) -> KnownSale | Problem:
    return refusal(known, in_force.at(known.rated_at).programme) or known


def _quoted(known: KnownSale, in_force: InForce, state: State, available: dict[int, int], depth: Depth) -> Quote:
    rulings = in_force.at(known.rated_at)
    whole: Sequence[Live] | None = None if depth is Depth.FIRST else ()
    if depth is Depth.EVERY:
        whole = [live for live in rulings.book.offers if live.since <= known.rated_at < live.until]
    outcome = rules.rate(known, rulings, state, whole=whole)
    return quote_of(outcome, state, payable(outcome, available, in_force))


def _state(known: Sequence[KnownSale], in_force: InForce) -> State:
    """The state that sales would meet; members without a balance as posting would open it."""
    state, _limits = engine.load(known, in_force, lock=False)
    return state


def quote_of(outcome: Outcome, state: State, payable: Payable = NOTHING) -> Quote:
    """What an outcome promises, and how many points may pay it."""
    known = outcome.known
    standing: Standing | None = state.standings.get(known.customer_id) if known.is_member else None
    balance = (standing.points if standing else 0) + outcome.points_earned if known.is_member else None
    if balance is not None and known.promise is not None and known.promise.points:
        balance += known.promise.points - outcome.points_tendered
    return Quote(
        customer_id=known.customer_id if known.is_member else None,
        totals=outcome.totals,
        points=Points(earned=outcome.points_earned, balance=balance),
        tier=outcome.tier or None,
        flags=tuple(map(str, outcome.flags)),
        offers=rules.offers_given(outcome.explanation),
        explanation=outcome.explanation,
        points_payable=payable.points,
        payable_worth=payable.worth,
    )


def try_offer(actor: Actor, sale: NewSale, offer: Offer) -> Quote:
    """What a sale would come to if this offer were in force beside those that are, in place of the one of its code.

    Coupons that the offer asks for, but for those it must not find, count as held and good, and what each customer may have as
    untouched. Of every offer that was missed each thing that was missing is told, of this one in any case. Records nothing.
    """
    actor.require(permissions.SIMULATE)
    language.check(offer)
    seen = stamps.read()
    (known,) = know([Submission(actor, replace(sale, pricing=sale.pricing or "offers"))], seen)
    if isinstance(known, Problem):
        raise known
    in_force = engine.in_force(seen)
    moment = known.sale.occurred_at
    others = [live for live in in_force.offers.lives if live.code != offer.code]
    state = _state([known], in_force)
    state.buyers |= customers.buyers([known.customer_id]) if known.is_member else {}
    own = tuple([budget for budget in offer.budgets if budget.is_customers_own])
    tried = Live(-1, 0, replace(offer, starts=None, ends=None, budgets=own), NEVER, EVER)
    rulings = in_force.at(moment)._replace(book=Book([*others, tried]))
    for number, condition in enumerate(_asked_for(offer.when) if known.is_member else (), 1):
        if not isinstance(condition, CouponUsed | HoldsCoupon):
            continue
        template = condition.template
        if template in rulings.templates:
            known_template = rulings.templates[template]
            is_used = isinstance(condition, CouponUsed) or known_template.template.is_automatic
            held = replace(known_template.template, is_automatic=is_used)
            rulings = rulings._replace(templates={**rulings.templates, template: Known(known_template.id, held)})
            coupon = minted(
                UUID(int=number), f"TRY{number}", held, known_template.id, known.customer_id, known.business_date
            )
            state.hold(replace(coupon, active_from=known.business_date, expires_on=None))
    return quote_of(rules.rate(known, rulings, state, whole=(tried,)), state)


def _asked_for(condition: Condition) -> Iterator[Condition]:
    """A condition and all within it that help it hold: nothing that stands under "not"."""
    if isinstance(condition, Not):
        return
    if isinstance(condition, All | Any):
        for one in condition.of:
            yield from _asked_for(one)
    else:
        yield condition


def simulate_sales(actor: Actor, sales: Sequence[NewSale], programme: Programme) -> list[Outcome | Problem]:
    """Rate sales under a programme that is not in force, each by itself. Records nothing."""
    actor.require(permissions.SIMULATE)
    seen = stamps.read()
    known = know([Submission(actor, sale) for sale in sales], seen)
    good = [item for item in known if not isinstance(item, Problem)]
    in_force = engine.in_force(seen)
    state = _state(good, in_force)
    rates = Rates(programme.rates)

    def rated(item: KnownSale) -> Outcome:
        return rules.rate(item, engine.under(programme, rates, in_force.at(item.rated_at)), state)

    return [item if isinstance(item, Problem) else rated(item) for item in known]
