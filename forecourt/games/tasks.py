"""Schedules of games: thin."""

from procrastinate.contrib.django import app

from forecourt.games import queries, services
from forecourt.kernel.actors import SYSTEM
from forecourt.organisation import queries as organisation


@app.periodic(cron="*/5 * * * *")
@app.task(name="games.tidy", queueing_lock="games.tidy")
def tidy(timestamp: int) -> None:
    """End what is over, go on giving the prizes of draws that were held, pass on those that nobody confirmed, close claims
    that nobody collected.
    """
    services.end_games(SYSTEM)
    for game_id in queries.draws_to_give():
        while services.give_prizes(SYSTEM, game_id):
            pass
    while services.pass_unconfirmed(SYSTEM, organisation.company_day()):
        pass
    while services.expire_claims(SYSTEM, organisation.company_day()):
        pass
