"""Players at once, each with a connection of their own: the last prize once, limits exact, chances used once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection

from forecourt.customers import services as customer_services
from forecourt.games import queries, services
from forecourt.games.models import Chance, Claim, Play, PrizeRow, Win
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import LostWhy, Prize, PrizeKind
from forecourt.kernel import clock
from forecourt.kernel.problems import Conflict
from forecourt.organisation.queries import company_day
from tests.games.scenes import (
    HUNDRED,
    MUG,
    TEN,
    a_draw,
    a_draw_to_confirm,
    a_wheel,
    always,
    draw_at_once,
    fill,
    give_points,
    let_time_pass,
    put_up,
)
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, ago, everything_proves, points

TURNS = 200
FEWER = 60
"""Where the same holds as of the last prize, by the same lock."""


class AtOnce:
    """Runs calls at the same moment, each in a thread that keeps its connection from turn to turn: a new one would have to read
    in first what the server knows of every table, and take longer for it than for the turn.
    """

    def __init__(self) -> None:
        self._pools: dict[int, ThreadPoolExecutor] = {}

    def __call__(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """What each call gave, or the problem it met; all begin together."""
        gate = threading.Barrier(len(calls))

        def run(call: Callable[[], Any]) -> Any:
            gate.wait(60)
            try:
                return call()
            except Conflict as problem:
                return problem

        if len(calls) not in self._pools:
            self._pools[len(calls)] = ThreadPoolExecutor(len(calls))
        return list(self._pools[len(calls)].map(run, calls))

    def end(self) -> None:
        """Let go of the connections."""
        for count in self._pools:
            self([_let_go] * count)
            self._pools[count].shutdown()


def _let_go() -> None:
    connection.close()  # of the thread that runs this


@pytest.fixture
def at_once() -> Iterator[AtOnce]:
    players = AtOnce()
    yield players
    players.end()


@pytest.mark.slow
def test_the_last_prize_to_two_players_200_times(real_chain, at_once):
    """Each turn one is left and two want it: one gets it, the other the consolation."""
    members = real_chain.enrol(2)
    game_id = put_up(always("mug", prizes=(msgspec.structs.replace(MUG, stock=0), TEN, HUNDRED)))
    for _turn in range(TURNS):
        services.restock_prize(HEAD_OFFICE, game_id, "mug", 1, "one more")
        spun = at_once([lambda member=member: services.spin_wheel(HEAD_OFFICE, "wheel", member) for member in members])
        assert sorted(one.segment for one in spun) == [0, 1]
        assert [one.won is not None for one in sorted(spun, key=lambda one: one.segment)] == [False, True]
    assert sorted(Win.objects.values_list("unit", flat=True)) == list(range(1, TURNS + 1))
    assert Claim.objects.count() == TURNS
    everything_proves()


def test_a_customers_limit_is_exact_at_once(real_chain, at_once):
    (member,) = real_chain.enrol()
    put_up(a_wheel(per_day=3))
    spun = at_once([lambda: services.spin_wheel(HEAD_OFFICE, "wheel", member)] * 8)
    assert sum(isinstance(one, CannotPlay) for one in spun) == 5
    assert sorted(Play.objects.values_list("number", flat=True)) == [1, 2, 3]
    everything_proves()


def test_one_chance_and_points_for_one_play_at_once(real_chain, at_once):
    (member,) = real_chain.enrol()
    give_points(member, 50)
    put_up(always("mug", needs_chance=True, points_cost=50))
    services.give_chances(HEAD_OFFICE, "wheel", [member], 1, "hello")
    spun = at_once([lambda: services.spin_wheel(HEAD_OFFICE, "wheel", member)] * 6)
    assert sum(isinstance(one, CannotPlay) for one in spun) == 4
    assert Chance.objects.get().used == 1
    assert points(member) == 0
    everything_proves()


@pytest.mark.slow
def test_two_of_a_household_who_buy_tickets_at_once_never_wait_in_a_ring(real_chain, at_once):
    """The points are the third one's: each must hold its lock besides its own and the other's."""
    real_chain.publish(msgspec.structs.replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    first, second, pays = real_chain.enrol(3)
    customer_services.make_household(HEAD_OFFICE, "", [first, second, pays])
    give_points(pays, 100_000)
    put_up(a_draw(code="one", points_cost=5))
    put_up(a_draw(code="other", points_cost=5))
    for _turn in range(FEWER):
        bought = at_once(
            [
                lambda: services.enter_draw(HEAD_OFFICE, "one", first, with_points=True),
                lambda: services.enter_draw(HEAD_OFFICE, "other", second, with_points=True),
            ]
        )
        assert [len(one) for one in bought] == [1, 1]
    assert points(pays) == 100_000 - FEWER * 10
    everything_proves()


def test_the_same_reference_at_once_is_one_spin(real_chain, at_once):
    (member,) = real_chain.enrol()
    put_up(always("mug"))
    spun = at_once([lambda: services.spin_wheel(HEAD_OFFICE, "wheel", member, reference="r")] * 6)
    assert len({one.play_id for one in spun}) == len({one.won.code for one in spun}) == Win.objects.count() == 1


def test_goods_are_handed_over_once_at_once(real_chain, at_once):
    (member,) = real_chain.enrol()
    put_up(always("mug"))
    code = services.spin_wheel(HEAD_OFFICE, "wheel", member).won.code
    handed = at_once([lambda: services.collect_claim(HEAD_OFFICE, code, "S001")] * 4)
    assert sum(isinstance(one, Conflict) for one in handed) == 3


def test_ending_waits_for_plays_and_lets_none_in_after(real_chain, at_once):
    members = real_chain.enrol(6)
    game_id = put_up(always("mug"))
    plays = [lambda member=member: services.spin_wheel(HEAD_OFFICE, "wheel", member) for member in members]
    done = at_once([*plays, lambda: services.end_game(HEAD_OFFICE, game_id)])
    played = [one for one in done[:-1] if not isinstance(one, Conflict)]
    ended_at = queries.game(game_id).ended_at
    assert Play.objects.count() == len(played)
    assert all(at <= ended_at for at in Play.objects.values_list("played_at", flat=True))
    everything_proves()


def test_a_draw_held_by_several_at_once_is_held_once(real_chain, at_once):
    members = real_chain.enrol(10)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=10, winners=40)
    game_id = put_up(a_draw(prize))
    fill(game_id, members, 100)
    let_time_pass(game_id)

    def hold() -> int:
        services.freeze_draw(HEAD_OFFICE, game_id)
        count = services.draw_winners(HEAD_OFFICE, game_id)
        while services.give_prizes(HEAD_OFFICE, game_id, limit=7):
            pass
        return count

    assert at_once([hold] * 4) == [40] * 4
    assert Win.objects.count() == 40
    assert sum(points(member) for member in members) == 400
    assert queries.protocol(game_id).is_right
    everything_proves()


@pytest.mark.slow
def test_a_reserve_steps_in_once_each_time(real_chain, at_once):
    """Each turn two people pass the same winner's prize on: one does, and the next reserve has it, once."""
    members = real_chain.enrol(4)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=1, winners=FEWER, stock=FEWER, reserves=FEWER)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, members, 3 * FEWER)
    for turn, win_id in enumerate(Win.objects.order_by("counter").values_list("id", flat=True), 1):
        said = at_once([lambda win_id=win_id: services.pass_prize(HEAD_OFFICE, win_id, LostWhy.DECLINED, "no")] * 2)
        assert sorted(isinstance(one, Conflict) for one in said) == [False, True]
        assert Win.objects.get(in_place_of=win_id).reserve == turn
    assert Win.objects.filter(lost_at__isnull=True).count() == PrizeRow.objects.get().used == FEWER
    assert queries.protocol(game_id).is_right
    everything_proves()


@pytest.mark.slow
def test_a_prize_is_confirmed_or_passed_on_each_time(real_chain, at_once):
    """Each turn the winner confirms while another passes the prize on: one of them does, and what is given agrees."""
    members = real_chain.enrol(4)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=1, winners=FEWER, stock=FEWER, reserves=FEWER)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, members, 3 * FEWER)
    confirmed = 0
    for turn, win_id in enumerate(Win.objects.order_by("counter").values_list("id", flat=True)):
        calls = [
            lambda win_id=win_id: services.confirm_prize(HEAD_OFFICE, win_id),
            lambda win_id=win_id: services.pass_prize(HEAD_OFFICE, win_id, LostWhy.INELIGIBLE, "staff"),
        ]
        said = at_once(calls[:: 1 if turn % 2 else -1])
        assert sorted(isinstance(one, Conflict) for one in said) == [False, True]
        win = Win.objects.get(pk=win_id)
        assert (win.granted_at is None) == Win.objects.filter(in_place_of=win_id).exists()
        confirmed += win.granted_at is not None
    assert sum(points(member) for member in members) == confirmed
    assert PrizeRow.objects.get().used == FEWER
    everything_proves()


def test_the_deadline_at_once_passes_each_prize_once(real_chain, at_once):
    members = real_chain.enrol(4)
    prize = Prize(code="p", name="p", kind=PrizeKind.POINTS, points=1, winners=30, stock=30, reserves=20)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, members, 100)
    day = company_day() + timedelta(days=8)

    def pass_all() -> None:
        while services.pass_unconfirmed(HEAD_OFFICE, day, limit=7):
            pass

    services.confirm_prize(HEAD_OFFICE, Win.objects.order_by("counter").first().pk)
    with clock.as_of(clock.now() + timedelta(days=8)):
        at_once([in_this_time(pass_all)] * 3)
    assert Win.objects.filter(lost_at__isnull=False).count() == 29
    assert Win.objects.filter(reserve__isnull=False, lost_at__isnull=True).count() == 20
    assert PrizeRow.objects.get().used == 21, "nine found no reserve"
    assert queries.protocol(game_id).is_right
    everything_proves()


def in_this_time(call: Callable[[], Any]) -> Callable[[], Any]:
    """A call in another thread that has this one's clock."""
    moment = clock.now()

    def run() -> Any:
        with clock.as_of(moment):
            return call()

    return run
