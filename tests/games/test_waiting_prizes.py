"""Prizes of a draw that are coupons of which none can be issued: they wait, are told, and everything else is given."""

from datetime import timedelta

import msgspec
import pytest

from forecourt.coupons import services as coupon_services
from forecourt.coupons.models import CouponRow
from forecourt.coupons.values import Template
from forecourt.games import queries, services
from forecourt.games.models import Win
from forecourt.games.tasks import tidy
from forecourt.games.values import LostWhy, Prize, PrizeKind
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Conflict
from tests.api.conftest import new_caller
from tests.games.scenes import a_draw, a_draw_to_confirm, draw_at_once, put_up
from tests.games.test_running_out import WASH, few
from tests.sales.scenes import HEAD_OFFICE, differences, events, everything_proves, points

TENS = Prize(code="tens", name="10积分", kind=PrizeKind.POINTS, points=10, winners=2)


def washes(winners: int) -> Prize:
    return msgspec.structs.replace(WASH, winners=winners)


def more_of_them(limit: int) -> None:
    coupon_services.change_template(HEAD_OFFICE, Template(code="few", name="洗车券", valid_days=30, limit=limit))


def stand(game_id: int) -> list[tuple[str, bool, bool]]:
    """(prize, is given, waits) of all wins, sorted."""
    wins = Win.objects.filter(game_id=game_id).select_related("prize")
    return sorted((win.prize.code, win.granted_at is not None, win.waits_since is not None) for win in wins)


def test_what_cannot_be_issued_waits_and_the_rest_is_given(real_chain):
    members = real_chain.enrol(6)
    few(2)
    game_id = put_up(a_draw(washes(3), TENS))
    draw_at_once(game_id, members, 60)
    assert services.give_at_once(HEAD_OFFICE, game_id) == 0
    assert stand(game_id) == [
        ("tens", True, False),
        ("tens", True, False),
        ("wash", False, True),
        ("wash", True, False),
        ("wash", True, False),
    ]
    assert sum(points(member) for member in members) == 20
    (told,) = events("prize.waits.v1")
    (waiting,) = queries.wins(game_of=game_id, is_waiting=True)
    assert (told["customer_id"], told["template"]) == (waiting.customer_id, "few")
    assert queries.frozen(game_id).done_at is None
    everything_proves()
    for _turn in range(2):
        tidy(0)
    assert len(events("prize.waits.v1")) == 1, "it is told once"
    more_of_them(3)
    tidy(0)
    assert queries.frozen(game_id).done_at is not None
    assert queries.draws_to_give() == []
    assert services.give_prizes(HEAD_OFFICE, game_id) == 0
    assert CouponRow.objects.count() == 3
    assert len(events("game.won.v1")) == 5
    everything_proves()


def test_what_waits_holds_up_no_list_behind_it_and_is_given_as_far_as_there_is_room(chain):
    members = chain.enrol(6)
    few(0)
    game_id = put_up(a_draw(washes(7), TENS))
    draw_at_once(game_id, members, 60)
    coupon_services.retire_template(HEAD_OFFICE, "few")
    lists = 0
    while services.give_prizes(HEAD_OFFICE, game_id, limit=2):
        lists += 1
        assert lists < 10, "a list of what waits is not given again and again"
    assert stand(game_id) == [("tens", True, False)] * 2 + [("wash", False, True)] * 7
    assert len(events("prize.waits.v1")) == 7
    coupon_services.revive_template(HEAD_OFFICE, "few")
    more_of_them(5)
    while services.give_prizes(HEAD_OFFICE, game_id, limit=2):
        pass
    assert [is_given for code, is_given, _waits in stand(game_id) if code == "wash"].count(True) == 5
    assert len(events("prize.waits.v1")) == 7
    more_of_them(0)
    assert services.give_at_once(HEAD_OFFICE, game_id) == 0
    assert queries.frozen(game_id).done_at is not None


def test_callers_are_told_which_prizes_wait(chain):
    members = chain.enrol(4)
    few(1)
    put_up(a_draw(washes(2)))
    game_id = queries.game_id("draw")
    caller = new_caller(HEAD_OFFICE, "games:read", "games:run")
    draw_at_once(game_id, members, 12)
    protocol = caller.post("/games/draw/draw", {}).json()
    assert sorted(one["state"] for one in protocol["winners"]) == ["given", "waiting"]
    (waiting,) = caller.get("/games/draw/wins?is_waiting=true").json()["items"]
    assert waiting["state"] == "waiting"
    (win,) = [
        one for one in caller.get(f"/customers/{waiting['customer_id']}/wins").json() if one["id"] == waiting["id"]
    ]
    assert win["state"] == "waiting"
    assert caller.get("/games/draw/figures").json()["waiting"] == 1


@pytest.mark.parametrize("which", ["granted_at IS NOT NULL AND kind = 'coupon'", "kind = 'points'"])
def test_prove_finds_what_is_said_to_wait_and_does_not(real_chain, which):
    members = real_chain.enrol(4)
    few(1)
    game_id = put_up(a_draw(washes(1), TENS))
    draw_at_once(game_id, members, 12)
    services.give_at_once(HEAD_OFFICE, game_id)
    everything_proves()
    sql.run(f"UPDATE games_win SET waits_since = now() WHERE {which}")
    assert set(differences()) == {"prizes won"}


def test_a_confirmed_coupon_that_cannot_be_issued_is_not_lost(real_chain):
    members = real_chain.enrol(6)
    few(1)
    game_id = put_up(a_draw_to_confirm(msgspec.structs.replace(washes(2), reserves=2, stock=2)))
    draw_at_once(game_id, members, 18)
    first, second = [win.pk for win in Win.objects.order_by("counter")]
    assert services.confirm_prize(HEAD_OFFICE, first).coupon_code
    for _turn in range(2):
        assert services.confirm_prize(HEAD_OFFICE, second).coupon_code == ""
    assert len(events("prize.waits.v1")) == 1
    with pytest.raises(Conflict, match="was confirmed"):
        services.pass_prize(HEAD_OFFICE, second, LostWhy.DECLINED, "on the phone")
    with clock.as_of(clock.now() + timedelta(days=30)):
        tidy(0)
    assert stand(game_id) == [("wash", False, True), ("wash", True, False)]
    everything_proves()
    more_of_them(2)
    tidy(0)
    assert stand(game_id) == [("wash", True, False)] * 2
    assert services.confirm_prize(HEAD_OFFICE, second).coupon_code
    assert queries.frozen(game_id).done_at is not None
    assert queries.protocol(game_id).is_right
    everything_proves()
