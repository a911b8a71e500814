"""Games kept over the API: drafted, changed, copied, thrown away; ended, restocked; drawn, passed on; the cap on prizes."""

from decimal import Decimal

import msgspec
import pytest

from forecourt.games import queries, services
from forecourt.games.values import GameRules, Prize, PrizeKind
from forecourt.kernel import sql
from tests.api.conftest import new_caller
from tests.games.scenes import (
    CAR,
    MUG,
    a_draw,
    a_draw_to_confirm,
    a_quiz,
    a_wheel,
    always,
    draw_at_once,
    fill,
    let_time_pass,
    moments,
    put_up,
)
from tests.sales.scenes import HEAD_OFFICE


@pytest.fixture
def keeper(chain):
    return new_caller(HEAD_OFFICE, "games:write", "games:run")


def as_sent(game: GameRules) -> dict:
    return msgspec.json.decode(msgspec.json.encode(game))


def created(keeper, game: GameRules) -> dict:
    answer = keeper.post("/games", as_sent(game))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_game_of_each_kind_is_drafted_as_the_screens_draft_it(keeper):
    for game in (a_wheel(consolation=1), a_draw_to_confirm(MUG), a_quiz()):
        draft = created(keeper, game)
        assert queries.game(queries.game_id(game.code)).rules == game
        assert (draft["state"], draft["review"], draft["code"]) == ("draft", None, game.code)
        assert keeper.put(f"/games/{game.code}/rules", draft["rules"]).json()["rules"] == draft["rules"]
    assert created(keeper, a_wheel(code="more"))["cost_each"] == "6.0900"


def test_what_is_missing_is_told_before_and_refused_when_it_is_handed_in(keeper):
    starts_at, ends_at = moments()
    bare = {"code": "bare", "name": "空", "kind": "wheel", "starts_at": f"{starts_at}", "ends_at": f"{ends_at}"}
    draft = keeper.post(
        "/games", bare | {"prizes": [{"code": "mug", "name": "杯", "kind": "goods", "stations": ["S9"]}]}
    )
    assert draft.status_code == 201, draft.content
    assert draft.json()["faults"].keys() == {"segments", "prizes.mug.stations"}
    refused = keeper.post("/games/bare/submit", {})
    assert (refused.status_code, refused.json()["fields"]) == (422, draft.json()["faults"])
    taken = keeper.post("/games", bare)
    assert (taken.status_code, "choose another" in taken.json()["fields"]["code"]) == (422, True)
    wrong = keeper.post("/games", bare | {"code": "no blanks", "prizes": [{"code": "x", "name": "x", "kind": "gold"}]})
    assert wrong.json()["fields"].keys() == {"code", "prizes.0.kind"}


def test_a_draft_is_found_renamed_copied_and_thrown_away(keeper):
    created(keeper, a_wheel())
    created(keeper, a_quiz())
    put_up(always("mug", code="live"))
    listed = keeper.get("/game-drafts?limit=1").json()
    rest = keeper.get(f"/game-drafts?limit=1&cursor={listed['next']}").json()
    assert [one["code"] for one in listed["items"] + rest["items"]] == ["quiz", "wheel"]
    assert [one["code"] for one in keeper.get("/game-drafts?kind=quiz&q=问答").json()["items"]] == ["quiz"]
    rules = keeper.get("/games/wheel/rules").json()["rules"]
    assert keeper.put("/games/wheel/rules", rules | {"code": "spin", "per_day": 2}).json()["rules"]["per_day"] == 2
    assert keeper.get("/games/wheel/rules").status_code == 404
    twin = keeper.post("/games/live/copy", {"code": "twin"}, idempotency_key="c")
    assert twin.status_code == 201
    assert keeper.post("/games/live/copy", {"code": "twin"}, idempotency_key="c").json() == twin.json()
    assert twin.json()["rules"]["prizes"] == keeper.get("/games/live/rules").json()["rules"]["prizes"]
    assert keeper.post("/games/live/copy", {"code": "twin"}).status_code == 422
    keeper.post("/games/spin/submit", {"note": "week"})
    (waiting,) = keeper.get("/game-drafts?is_waiting=true").json()["items"]
    assert (waiting["code"], waiting["review"]["note"]) == ("spin", "week")
    assert [one["code"] for one in keeper.get("/game-drafts?is_waiting=false").json()["items"]] == ["twin", "quiz"]
    assert keeper.put("/games/spin/rules", rules).status_code == keeper.delete("/games/spin").status_code == 409
    assert keeper.put("/games/live/rules", rules).status_code == keeper.delete("/games/live").status_code == 409
    assert keeper.delete("/games/twin").status_code == 204
    assert keeper.delete("/games/twin").status_code == 404


def test_who_reviews_reads_what_is_right_and_who_plays_does_not(keeper):
    created(keeper, a_quiz())
    keeper.post("/games/quiz/submit", {})
    (review,) = new_caller(HEAD_OFFICE, "games:approve").get("/game-reviews").json()
    assert [one["right"] for one in review["draft"]["quiz"]["questions"]] == [[0], [0, 2]]
    player = new_caller(HEAD_OFFICE, "games:play", "games:read")
    assert player.get("/games/quiz/rules").status_code == player.get("/game-drafts").status_code == 403
    assert player.post("/games", as_sent(a_wheel())).status_code == 403


def test_a_game_that_runs_is_restocked_looked_at_and_ended(chain, keeper):
    (member,) = chain.enrol()
    put_up(always("mug"))
    put_up(a_quiz())
    player = new_caller(HEAD_OFFICE, "games:play")
    player.post("/games/wheel/plays", {"customer_id": member})
    body = {"prize": "mug", "add": 3, "reason": "delivery"}
    more = keeper.post("/games/wheel/stock", body, idempotency_key="s")
    assert keeper.post("/games/wheel/stock", body, idempotency_key="s").json() == more.json()
    assert (more.status_code, more.json()) == (201, {"prize": "mug", "stock": 8, "left": 7})
    less = keeper.post("/games/wheel/stock", body | {"add": -8})
    assert (less.status_code, less.json()["fields"].keys()) == (422, {"add"})
    assert keeper.post("/games/wheel/stock", body | {"prize": "gold"}).status_code == 404
    figures = keeper.get("/games/wheel/figures").json()
    assert (figures["plays"], figures["wins"], Decimal(figures["cost"])) == (1, 1, 40)
    assert [(one["funder"], one["prizes"]) for one in figures["funders"]] == [("brand", 1)]
    assert [(day["plays"], day["wins"]) for day in figures["days"]] == [(1, 1)]
    assert new_caller(HEAD_OFFICE, "games:write").post("/games/wheel/end", {}).status_code == 403
    assert keeper.post("/games/wheel/end", {"reason": "over"}).json()["state"] == "ended"
    assert keeper.post("/games/wheel/end", {}).status_code == 409
    assert [one["code"] for one in player.get("/games?state=ended").json()["items"]] == ["wheel"]
    assert [one["code"] for one in player.get("/games?q=问答&kind=quiz").json()["items"]] == ["quiz"]
    (prize,) = player.get("/prizes?state=open").json()["items"]
    assert (prize["customer_id"], prize["prize"]) == (member, "保温杯")
    assert player.get("/prizes?state=collected").json()["items"] == []


def test_a_draw_is_frozen_and_held_and_its_prizes_given(chain, keeper):
    members = chain.enrol(3)
    game_id = put_up(a_draw())
    fill(game_id, members, 12)
    assert keeper.post("/games/draw/freeze", None).status_code == 409, "entries are open"
    let_time_pass(game_id)
    assert keeper.post("/games/draw/draw", {}).status_code == 409, "the list is not frozen"
    frozen = keeper.post("/games/draw/freeze", None).json()
    assert (frozen["tickets"], frozen["seed"], len(frozen["list_hash"])) == (12, "", 64)
    held = keeper.post("/games/draw/draw", {}).json()
    assert [one["state"] for one in held["winners"]] == ["given"] * 3
    assert held["is_right"] is True
    assert keeper.post("/games/draw/draw", {}).json() == held
    assert keeper.get("/games/draw/protocol").json() == held
    first = keeper.get("/games/draw/wins?limit=2").json()
    rest = keeper.get(f"/games/draw/wins?limit=2&cursor={first['next']}").json()
    assert len({one["ticket"] for one in first["items"] + rest["items"]}) == 3
    assert [one["prize"] for one in keeper.get("/games/draw/wins?prize=first").json()["items"]] == ["first"]
    put_up(always("mug"))
    assert keeper.post("/games/wheel/freeze", None).status_code == 409, "it is no draw"


def test_a_prize_passes_on_to_the_next_reserve_with_a_reason(chain, keeper):
    prize = Prize(code="first", name="一等奖", kind=PrizeKind.GOODS, winners=1, stock=1, prize_class="all", reserves=1)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, chain.enrol(4), 12)
    (win,) = keeper.get("/games/draw/wins?is_offered=true").json()["items"]
    path, body = f"/wins/{win['id']}/pass", {"why": "ineligible", "reason": "works here"}
    assert keeper.post(path, body | {"why": "late"}).json()["fields"].keys() == {"why"}
    assert keeper.post(path, body | {"reason": " "}).json()["fields"].keys() == {"reason"}
    assert keeper.post(path, body).json() == {"is_passed_on": True}
    assert keeper.post(path, body).status_code == 409
    (after,) = keeper.get("/games/draw/wins?is_offered=true").json()["items"]
    assert (after["reserve"], after["in_place_of"]) == (1, win["ticket"])
    assert keeper.post(f"/wins/{after['id']}/pass", body).json() == {"is_passed_on": False}
    lost = next(one for one in keeper.get("/games/draw/wins").json()["items"] if one["id"] == win["id"])
    assert (lost["state"], lost["lost_why"], lost["lost_reason"]) == ("lost", "ineligible", "works here")
    (reason,) = {row[0] for row in sql.rows("SELECT reason FROM kernel_audit WHERE action = 'game.pass'")}
    assert reason == "works here"


def test_the_cap_on_a_prize_is_for_a_key_of_its_own(chain, keeper):
    law = new_caller(HEAD_OFFICE, "games:cap")
    draft = created(keeper, a_wheel(prizes=(*a_wheel().prizes, CAR)))
    assert "prizes.ten.value" in draft["faults"]
    body = {"prize_cap": "60000.00", "is_cap_checked": True, "reason": "counsel's letter"}
    for other in (keeper, new_caller(HEAD_OFFICE, "games:approve")):
        assert other.put("/game-settings", body).status_code == 403
    assert law.put("/game-settings", body | {"prize_cap": "-1"}).json()["fields"].keys() == {"prize_cap"}
    assert law.put("/game-settings", body).json() == {"prize_cap": "60000.00", "is_cap_checked": True}
    assert keeper.get("/game-settings").json()["is_cap_checked"] is True
    assert queries.setting().prize_cap == Decimal(60000)
    assert "prizes.ten.value" not in keeper.get("/games/wheel/rules").json()["faults"]


def test_a_copy_under_a_code_that_is_none_is_refused_on_every_way(chain):
    game_id = services.save_game(HEAD_OFFICE, a_quiz())
    for code in ("", "no blanks", "x" * 41):
        with pytest.raises(Exception, match="code"):
            services.copy_game(HEAD_OFFICE, game_id, code)


def test_a_key_of_one_station_changes_nothing_that_holds_for_all(chain):
    game_id = put_up(always("mug"))
    services.save_game(HEAD_OFFICE, a_quiz())
    here = new_caller(HEAD_OFFICE, "games:write", "games:run", "games:cap", "games:approve", station="S001")
    body = {"prize": "mug", "add": 1, "reason": "x"}
    answers = [
        here.post("/games", as_sent(a_draw())),
        here.get("/games/quiz/rules"),
        here.get("/game-drafts"),
        here.put("/games/quiz/rules", as_sent(a_quiz())),
        here.delete("/games/quiz"),
        here.post("/games/wheel/copy", {"code": "twin"}),
        here.post("/games/quiz/submit", {}),
        here.post("/games/wheel/end", {}),
        here.post("/games/wheel/stock", body),
        here.put("/game-settings", {"prize_cap": "0", "is_cap_checked": False, "reason": "x"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert "holds for all" in answers[0].json()["detail"]
    assert queries.game(game_id).state == "live"
