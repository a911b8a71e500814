"""Schedules of customers: thin. Times are UTC."""

from procrastinate.contrib.django import app

from forecourt.customers import services
from forecourt.kernel.actors import SYSTEM


@app.periodic(cron="*/10 * * * *")
@app.task(name="customers.reseal", queueing_lock="customers.reseal")
def reseal(timestamp: int) -> int:
    """After a new key: seal what stands under an older one again, list by list; returns how many values."""
    count = 0
    while done := services.reseal(SYSTEM):
        count += done
    return count


@app.periodic(cron="50 18 * * *")
@app.task(name="customers.forget_given_up", queueing_lock="customers.forget_given_up")
def forget_given_up(timestamp: int) -> int:
    """Delete what customers gave up being recognised by more than a year ago."""
    return services.forget_given_up(SYSTEM)
