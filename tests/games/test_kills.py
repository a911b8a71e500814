"""kill -9 of a process that plays, draws and gives prizes: nothing is given twice, nothing is lost, the books prove."""

import random
import time
from datetime import timedelta

import msgspec
import pytest
from django.db import connection

from forecourt.coupons.models import CouponRow
from forecourt.games import queries, services
from forecourt.games.models import Play, PrizeRow, Win
from forecourt.games.values import Prize, PrizeKind
from forecourt.organisation.queries import company_day
from tests.bench.victims import Victim
from tests.games.killed import draw, pass_on, play
from tests.games.scenes import (
    TEN,
    a_draw,
    a_draw_to_confirm,
    a_wheel,
    draw_at_once,
    fill,
    give_points,
    let_time_pass,
    put_up,
)
from tests.games.test_running_out import WASH, few
from tests.games.test_waiting_prizes import more_of_them
from tests.sales.scenes import HEAD_OFFICE, events, everything_proves, points

pytestmark = pytest.mark.slow


def wait_for_backends() -> None:
    """Until the server noticed that the killed client is gone, and rolled back what it had begun."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.05)


def test_killed_while_playing(real_chain):
    chance = random.Random(3)
    members = real_chain.enrol(4)
    for member in members:
        give_points(member, 3000)
    game_id = put_up(a_wheel(points_cost=10))
    acknowledged = []
    for turn in range(6):
        begun = Victim(play, members, f"t{turn}")
        acknowledged += [one for one in begun.killed_after(chance.random() * 0.3, words=5) if one != "refused"]
    wait_for_backends()
    stored = {str(one) for one in Play.objects.values_list("id", flat=True)}
    assert len(acknowledged) > 20
    assert set(acknowledged) <= stored
    assert len(stored) - len(acknowledged) <= 6, "at most the last spin of each was not told of"
    won = sum(win.points for win in Win.objects.filter(kind="points"))
    assert sum(points(member) for member in members) == 4 * 3000 - 10 * len(stored) + won
    assert all(
        prize.stock is None or prize.used <= prize.stock for prize in queries.prizes([queries.game(game_id)])[game_id]
    )
    everything_proves()


def test_killed_anywhere_in_a_draw(real_chain):
    chance = random.Random(5)
    members = real_chain.enrol(20)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=10, winners=150)
    mugs = Prize(code="m", name="m", kind=PrizeKind.GOODS, stock=20, winners=20, prize_class="one")
    few(10)
    game_id = put_up(a_draw(mugs, msgspec.structs.replace(WASH, winners=30), prize))
    fill(game_id, members, 5000)
    let_time_pass(game_id)
    said: list[str] = []
    kills = 0
    while kills < 12 and "done" not in said:
        said += Victim(draw, game_id).killed_after(0.02 + chance.random() * 0.25)
        kills += 1
        wait_for_backends()
        assert queries.protocol(game_id) is None or queries.protocol(game_id).is_right
    assert kills > 2, said
    services.freeze_draw(HEAD_OFFICE, game_id)
    services.draw_winners(HEAD_OFFICE, game_id)
    while services.give_prizes(HEAD_OFFICE, game_id):
        pass
    assert Win.objects.filter(granted_at__isnull=False).count() == 180
    assert Win.objects.filter(waits_since__isnull=False).count() == CouponRow.objects.count() + 10 == 20
    assert len(events("prize.waits.v1")) == 20
    more_of_them(30)
    while services.give_prizes(HEAD_OFFICE, game_id):
        pass
    assert Win.objects.filter(granted_at__isnull=False).count() == Win.objects.count() == 200
    assert CouponRow.objects.count() == 30
    assert sum(points(member) for member in members) == 1500
    assert len(queries.claims(game_of=game_id)) == 20
    assert queries.protocol(game_id).is_right
    everything_proves()


def test_killed_while_prizes_are_confirmed_and_passed_on(real_chain):
    chance = random.Random(7)
    members = real_chain.enrol(20)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=10, winners=60, stock=60, reserves=40)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, members, 400)
    wins = [str(one) for one in Win.objects.order_by("counter").values_list("id", flat=True)]
    said: list[str] = []
    for turn in range(6):
        said += Victim(pass_on, wins[8 * turn : 8 * turn + 8], 8).killed_after(0.02 + chance.random() * 0.2, words=3)
        wait_for_backends()
        assert queries.protocol(game_id).is_right
    settled = {str(one) for one in Win.objects.exclude(granted_at=None, lost_at=None).values_list("id", flat=True)}
    assert set(said) - {"settled", "late"} <= settled, "what was told is there"
    assert len(settled) >= 18, "three in each turn"
    while services.pass_unconfirmed(HEAD_OFFICE, company_day() + timedelta(days=400)):
        pass
    given = Win.objects.filter(granted_at__isnull=False).count()
    assert Win.objects.filter(reserve__isnull=False).count() == 40
    assert sum(points(member) for member in members) == 10 * given
    assert PrizeRow.objects.get().used == given
    assert queries.frozen(game_id).done_at is not None
    everything_proves()


def test_the_tidying_schedule_gives_what_a_killed_draw_left(real_chain):
    from forecourt.games.tasks import tidy

    members = real_chain.enrol(3)
    game_id = put_up(a_draw(TEN.__class__(code="p", name="p", kind=PrizeKind.POINTS, points=10, winners=6)))
    fill(game_id, members, 10)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    services.draw_winners(HEAD_OFFICE, game_id)
    tidy(0)
    assert queries.frozen(game_id).done_at is not None
    assert sum(points(member) for member in members) == 60
