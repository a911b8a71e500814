"""Schedules of occasions: thin. Times are UTC; the day is the company's."""

from procrastinate.contrib.django import app

from forecourt.kernel.actors import SYSTEM
from forecourt.occasions import services


@app.periodic(cron="20 * * * *")
@app.task(name="occasions.begin_day", queueing_lock="occasions.begin_day")
def begin_day(timestamp: int) -> int:
    """Once a day has begun: birthdays, anniversaries, what tiers bring."""
    return services.begin_day(SYSTEM)


@app.periodic(cron="*/10 * * * *")
@app.task(name="occasions.reward_referrals", queueing_lock="occasions.reward_referrals")
def reward_referrals(timestamp: int) -> int:
    """Reward referrals whose purchase has stood for the cooling time."""
    return services.reward_referrals(SYSTEM)


@app.periodic(cron="5,35 * * * *")
@app.task(name="occasions.close_events", queueing_lock="occasions.close_events")
def close_events(timestamp: int) -> int:
    """End events that are over."""
    return services.close_events(SYSTEM)
