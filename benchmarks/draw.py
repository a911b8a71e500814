"""A lucky draw among a million tickets: how long freezing its list, drawing its winners and giving their prizes take."""

import os
import time
from datetime import timedelta

from benchmarks.bench import Figures

TICKETS = int(os.environ.get("BENCH_TICKETS", "1000000"))
WINNERS = 2000
OPEN_SECONDS = 2
SECONDS_AIM = 60


def hold(figures: Figures) -> None:
    from forecourt.games import queries, services
    from forecourt.kernel.actors import SYSTEM

    game_id = _filled()
    started = time.perf_counter()
    services.freeze_draw(SYSTEM, game_id)
    frozen = time.perf_counter() - started
    winners = services.draw_winners(SYSTEM, game_id)
    drawn = time.perf_counter() - started
    while services.give_prizes(SYSTEM, game_id):
        pass
    figures.add(
        f"a draw among {TICKETS:,} tickets",
        time.perf_counter() - started,
        "s",
        f"frozen after {frozen:.1f} s, {winners:,} winners drawn after {drawn:.1f} s",
        at_most=SECONDS_AIM,
    )
    if winners != WINNERS or not queries.protocol(game_id).is_right:
        figures.fault(f"the draw among {TICKETS:,} tickets has {winners} winners, or they are not those of its list")


def _filled() -> int:
    """A draw whose entries have ended, with all its tickets."""
    from forecourt.games import services
    from forecourt.games.values import Draw, GameKind, GameRules, Prize, PrizeKind
    from forecourt.kernel import clock, events, readers, sql
    from forecourt.kernel.actors import SYSTEM, Actor

    now = clock.now()
    ends_at = now + timedelta(seconds=OPEN_SECONDS)
    game_id = services.save_game(
        SYSTEM,
        GameRules(
            code="million",
            name="年终抽奖",
            kind=GameKind.DRAW,
            starts_at=now - timedelta(hours=1),
            ends_at=ends_at,
            prizes=(Prize(code="p", name="1积分", kind=PrizeKind.POINTS, points=1, winners=WINNERS),),
            draw=Draw(draws_at=ends_at, by_sign_up=True),
        ),
    )
    services.submit_game(SYSTEM, game_id)
    services.approve_game(Actor(kind="system", name="second", everything=True), game_id)
    sql.run(
        "WITH people AS MATERIALIZED (SELECT array_agg(id) AS ids FROM customers_customer) "
        "INSERT INTO games_ticket (game_id, customer_id, origin, part, weight, points_spent, given_at, day) "
        "SELECT %(id)s, ids[1 + number %% array_length(ids, 1)], 'hand:' || number, 1, 1, 0, now(), current_date "
        "FROM people, generate_series(0, %(count)s - 1) AS number",
        {"id": game_id, "count": TICKETS},
    )
    time.sleep(max(0.0, (ends_at - clock.now()).total_seconds()))
    for reader in events.readers():
        while reader.name.startswith("games.") and readers.advance(reader):
            pass  # what was sold before has its tickets: no list is frozen until then
    return game_id
