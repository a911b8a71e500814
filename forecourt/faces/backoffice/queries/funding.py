"""What each funder pays beside offers on sales: rewards that were handed over."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from forecourt.accounts.values import Cost
from forecourt.rewards import queries as rewards


def costs_of(funder: str, since: date, until: date) -> list[Cost]:
    """What rewards cost a funder on these days, both included: one cost a reward and day, to be claimed once."""
    found = []
    day = since
    while day <= until:
        found += [
            Cost(
                origin=f"reward:{cost.reward}:{funder}:{day}",
                day=day,
                text=_("Reward: %(name)s") % {"name": cost.reward_name},
                amount=cost.cost,
                uses=cost.pieces,
            )
            for cost in rewards.costs(day, day)
            if cost.funder == funder and cost.cost
        ]
        day += timedelta(days=1)
    return found


def reward_totals(since: date, until: date) -> dict[str, Cost]:
    """What rewards of these days cost, by funder."""
    totals: dict[str, Cost] = {}
    for cost in rewards.costs(since, until):
        known = totals.get(cost.funder)
        totals[cost.funder] = Cost(
            origin=cost.funder,
            day=until,
            text=cost.funder,
            amount=cost.cost + (known.amount if known else 0),
            uses=cost.pieces + (known.uses if known else 0),
        )
    return totals
