"""Schedules of sales: thin."""

import procrastinate
from procrastinate.contrib.django import app

from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty import services as loyalty
from forecourt.sales import queries, services
from forecourt.sales.services.simulating.asking import JOB


@app.task(name=JOB, retry=procrastinate.RetryStrategy(max_attempts=3, wait=10))
def simulate(simulation_id: int) -> None:
    """Run a simulation that somebody asked for."""
    services.run_simulation(simulation_id)


@app.periodic(cron="40 3 * * *")
@app.task(name="sales.forget_simulations", queueing_lock="sales.forget_simulations")
def forget_simulations(timestamp: int) -> int:
    """Throw away simulations of long ago."""
    return services.forget_old()


@app.periodic(cron="* * * * *")
@app.task(name="sales.expire_reservations", queueing_lock="sales.expire_reservations")
def expire_reservations(timestamp: int) -> int:
    """Let go what tills reserved and never sold."""
    return services.expire_reservations(clock.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="sales.close_days", queueing_lock="sales.close_days")
def close_days(timestamp: int) -> bool:
    """Once a day has begun at every station: take expired points, warn of those that soon will be, then review tiers."""
    day = queries.day_to_close(SYSTEM, clock.now())
    if day is None:
        return False
    loyalty.expire_points(SYSTEM, day)
    loyalty.warn_of_expiry(SYSTEM, day)
    services.review_tiers(SYSTEM, day)
    return True
