"""Schedules of rewards: thin."""

from procrastinate.contrib.django import app

from forecourt.kernel.actors import SYSTEM
from forecourt.organisation import queries as organisation
from forecourt.rewards import services


@app.periodic(cron="20 * * * *")
@app.task(name="rewards.expire_redemptions", queueing_lock="rewards.expire_redemptions")
def expire_redemptions(timestamp: int) -> int:
    """End what was not collected by its last day, soon after that day is over."""
    return services.expire_redemptions(SYSTEM, organisation.company_day())
