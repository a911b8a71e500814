"""Schedules of games: thin."""

from functools import partial

from procrastinate.contrib.django import app

from forecourt.games import queries, services
from forecourt.kernel.actors import SYSTEM
from forecourt.organisation import queries as organisation

Step = partial[int]
"""A piece of the work; returns how much of it is left."""


@app.periodic(cron="*/5 * * * *")
@app.task(name="games.tidy", queueing_lock="games.tidy")
def tidy(timestamp: int) -> None:
    """End what is over, go on giving the prizes of draws that were held, pass on those that nobody confirmed, close claims
    that nobody collected. What fails, a draw by itself, does not stop the others; ExceptionGroup, after them, with it.
    """
    today = organisation.company_day()
    draws: list[Step] = [partial(services.give_prizes, SYSTEM, game_id) for game_id in queries.draws_to_give()]
    ends: list[Step] = [
        partial(services.pass_unconfirmed, SYSTEM, today),
        partial(services.expire_claims, SYSTEM, today),
    ]
    services.end_games(SYSTEM)
    failed: list[Exception] = []
    for step in [*draws, *ends]:
        try:
            while step():
                pass
        except Exception as error:
            error.add_note(f"Left as it is: {step.func.__name__}{step.args[1:]}")
            failed.append(error)
    if failed:
        raise ExceptionGroup("Not everything about games was tidied", failed)
