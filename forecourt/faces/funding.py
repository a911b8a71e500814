"""What each funder pays beside offers on sales: rewards that were handed over, and prizes of games that were given."""

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from forecourt.accounts.values import Cost, CostsDue
from forecourt.games import queries as games
from forecourt.organisation import queries as organisation
from forecourt.rewards import queries as rewards


def costs_due(funder: str, entity_id: int | None = None) -> CostsDue | None:
    """What a claim on a funder holds beside awards; None for one on the stations of a legal entity: these belong to none."""
    return partial(costs_of, funder) if entity_id is None else None


def costs_of(funder: str, since: date, until: date) -> list[Cost]:
    """What rewards and prizes of these days, both included, cost a funder: one cost a reward, or prize, and day."""
    last = min(until, organisation.company_day())
    return sorted((*_rewards(funder, since, last), *_prizes(funder, since, last)), key=lambda cost: cost.day)


def totals(since: date, until: date) -> dict[str, Cost]:
    """What rewards and prizes of these days cost, by funder."""
    found: dict[str, Cost] = {}
    paid = [(cost.funder, cost.cost, cost.pieces) for cost in rewards.costs(since, until)]
    paid += [(cost.funder, cost.cost, cost.prizes) for cost in games.costs_by_day(since, until)]
    for funder, amount, pieces in paid:
        known = found.get(funder)
        found[funder] = Cost(
            origin=funder,
            day=until,
            text=funder,
            amount=amount + (known.amount if known else 0),
            uses=pieces + (known.uses if known else 0),
        )
    return found


def _rewards(funder: str, since: date, until: date) -> Iterable[Cost]:
    for day, cost in rewards.costs_by_day(since, until):
        if cost.funder == funder and cost.cost:
            yield Cost(
                origin=f"reward:{cost.reward}:{funder}:{day}",
                day=day,
                text=_("Reward: %(name)s") % {"name": cost.reward_name},
                amount=cost.cost,
                uses=cost.pieces,
            )


def _prizes(funder: str, since: date, until: date) -> Iterable[Cost]:
    for cost in games.costs_by_day(since, until):
        if cost.funder == funder:
            yield Cost(
                origin=f"prize:{cost.game}:{cost.prize}:{funder}:{cost.day}",
                day=cost.day,
                text=_("Prize: %(name)s") % {"name": f"{cost.game_name} · {cost.prize_name}"},
                amount=cost.cost,
                uses=cost.prizes,
            )
