"""Quoting and simulating: load and rate, and write nothing."""

from collections.abc import Sequence

from forecourt.kernel import clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.money import ZERO
from forecourt.kernel.problems import Problem
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.rules import Rates, tier_for
from forecourt.loyalty.values import Programme, Standing
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, rules
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
    standings = _standings(good)
    outcomes = iter(rate_all(good, standings, seen))
    return [item if isinstance(item, Problem) else _quote(next(outcomes), standings) for item in known]


def _standings(known: Sequence[KnownSale]) -> dict[int, Standing]:
    """Where the members stand; those whose balance is not opened yet, in the entry tier, as posting would open it."""
    members = {item.customer_id for item in known if item.is_member}
    standings = loyalty.standings(members)
    missing = members - standings.keys()
    if missing:
        tier = tier_for(loyalty.programme_at(clock.now()).tiers, ZERO)
        standings |= {customer_id: Standing(customer_id=customer_id, tier=tier) for customer_id in missing}
    return standings


def rate_all(known: Sequence[KnownSale], standings: dict[int, Standing], seen: stamps.Stamps) -> list[Outcome]:
    """Rate sales under the rules in force when each occurred."""
    digits = organisation.company().digits
    rulebooks = loyalty.rulebooks(seen.get("loyalty", 0))
    outcomes = []
    for item in known:
        active = rulebooks.at(item.sale.occurred_at)
        standing = standings.get(item.customer_id)
        outcomes.append(
            rules.rate(item, standing.tier if standing else "", active.programme, active.rates, digits=digits)
        )
    return outcomes


def _quote(outcome: Outcome, standings: dict[int, Standing]) -> Quote:
    known = outcome.known
    standing = standings.get(known.customer_id)
    balance = (standing.points if standing else 0) + outcome.points_earned if known.is_member else None
    return Quote(
        customer_id=known.customer_id if known.is_member else None,
        totals=outcome.totals,
        points=Points(earned=outcome.points_earned, balance=balance),
        tier=outcome.tier or None,
        flags=tuple(map(str, outcome.flags)),
        explanation=outcome.explanation,
    )


def simulate_sales(actor: Actor, sales: Sequence[NewSale], programme: Programme) -> list[Outcome | Problem]:
    """Rate sales under a programme that is not in force, each by itself. Records nothing."""
    actor.require(permissions.SIMULATE)
    known = know([Submission(actor, sale) for sale in sales], stamps.read())
    good = [item for item in known if not isinstance(item, Problem)]
    standings = _standings(good)
    digits = organisation.company().digits
    rates = Rates(programme.rates)
    result: list[Outcome | Problem] = []
    for item in known:
        if isinstance(item, Problem):
            result.append(item)
            continue
        standing = standings.get(item.customer_id)
        result.append(rules.rate(item, standing.tier if standing else "", programme, rates, digits=digits))
    return result
