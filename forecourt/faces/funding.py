"""What each funder pays beside offers on sales: rewards that were handed over."""

from datetime import date

from django.utils.translation import gettext as _

from forecourt.accounts.values import Cost
from forecourt.organisation import queries as organisation
from forecourt.rewards import queries as rewards


def costs_of(funder: str, since: date, until: date, entity_id: int | None = None) -> list[Cost]:
    """What rewards add to a claim on a funder for these days, both included: one cost a reward and day, to be claimed once.

    They belong to no legal entity, so nothing to a claim on the stations of one. What is handed over later today or after
    is claimed when the claim is filled anew.
    """
    if entity_id is not None:
        return []
    return [
        Cost(
            origin=f"reward:{cost.reward}:{funder}:{day}",
            day=day,
            text=_("Reward: %(name)s") % {"name": cost.reward_name},
            amount=cost.cost,
            uses=cost.pieces,
        )
        for day, cost in rewards.costs_by_day(since, min(until, organisation.company_day()))
        if cost.funder == funder and cost.cost
    ]


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
