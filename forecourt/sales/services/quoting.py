"""Quoting and simulating: load and rate, and write nothing."""

from collections.abc import Sequence

from forecourt.kernel import stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem
from forecourt.loyalty.rules import Rates
from forecourt.loyalty.values import Programme, Standing
from forecourt.sales import permissions, rules
from forecourt.sales.rules import State
from forecourt.sales.services import engine
from forecourt.sales.services.engine import InForce
from forecourt.sales.services.loading import Submission, admitted, know
from forecourt.sales.values import KnownSale, NewSale, Outcome, Points, Quote


def quote_sales(actor: Actor, sales: Sequence[NewSale | Problem]) -> list[Quote | Problem]:
    """What sales would come to if they were posted now, each by itself. Records nothing."""
    actor.require(permissions.POST)
    return quote_together([Submission(actor, sale) for sale in sales])


def quote_together(submissions: Sequence[Submission]) -> list[Quote | Problem]:
    """Quote sales of several senders in one go, each under its own sender's permission and scope."""
    seen = stamps.read()
    known = know(admitted(submissions), seen)
    good = [item for item in known if not isinstance(item, Problem)]
    in_force = InForce(seen)
    state = _state(good, in_force)
    quotes = iter([quote_of(rules.rate(item, in_force.at(item.rated_at), state), state) for item in good])
    return [item if isinstance(item, Problem) else next(quotes) for item in known]


def _state(known: Sequence[KnownSale], in_force: InForce) -> State:
    """The state that sales would meet; members without a balance as posting would open it."""
    state, _limits = engine.load(known, in_force, lock=False)
    return state


def quote_of(outcome: Outcome, state: State) -> Quote:
    """What an outcome promises."""
    known = outcome.known
    standing: Standing | None = state.standings.get(known.customer_id) if known.is_member else None
    balance = (standing.points if standing else 0) + outcome.points_earned if known.is_member else None
    return Quote(
        customer_id=known.customer_id if known.is_member else None,
        totals=outcome.totals,
        points=Points(earned=outcome.points_earned, balance=balance),
        tier=outcome.tier or None,
        flags=tuple(map(str, outcome.flags)),
        offers=rules.offers_given(outcome.explanation),
        explanation=outcome.explanation,
    )


def simulate_sales(actor: Actor, sales: Sequence[NewSale], programme: Programme) -> list[Outcome | Problem]:
    """Rate sales under a programme that is not in force, each by itself. Records nothing."""
    actor.require(permissions.SIMULATE)
    seen = stamps.read()
    known = know([Submission(actor, sale) for sale in sales], seen)
    good = [item for item in known if not isinstance(item, Problem)]
    in_force = InForce(seen)
    state = _state(good, in_force)
    rulings = engine.rulings_of(programme, Rates(programme.rates), in_force)
    return [item if isinstance(item, Problem) else rules.rate(item, rulings, state) for item in known]
