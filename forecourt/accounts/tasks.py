"""Schedules of accounts: thin."""

from procrastinate.contrib.django import app

from forecourt.accounts import queries, services
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM


@app.periodic(cron="7,22,37,52 * * * *")
@app.task(name="accounts.close_days", queueing_lock="accounts.close_days")
def close_days(timestamp: int) -> int:
    """Close every day that is over at all stations, oldest first; returns how many."""
    due = queries.days_to_close(SYSTEM, clock.now())
    for day in due:
        services.close_day(SYSTEM, day)
    return len(due)
