"""Games over the API: open games, playing, quizzes, tickets, protocols, goods."""

import pytest

from forecourt.faces.api import limits
from forecourt.games import queries, services
from forecourt.games.values import Prize, PrizeKind
from forecourt.organisation.queries import company_day
from tests.api.conftest import new_caller
from tests.games.scenes import (
    a_draw,
    a_draw_to_confirm,
    a_quiz,
    a_wheel,
    always,
    draw_at_once,
    fill,
    let_time_pass,
    put_up,
)
from tests.sales.scenes import HEAD_OFFICE

ALL = ("games:read", "games:play", "games:write")


@pytest.fixture(autouse=True)
def _full_buckets():
    limits.web.refill()


@pytest.fixture
def caller(chain):
    return new_caller(HEAD_OFFICE, *ALL)


def test_a_member_sees_the_game_plays_and_collects(chain, caller):
    (member,) = chain.enrol()
    put_up(always("mug", per_day=1))
    (opening,) = caller.get(f"/customers/{member}/games").json()
    assert (opening["game"]["code"], opening["plays_left"], opening["refusal"]) == ("wheel", 1, "")
    assert opening["refusal_words"] == {"en": "", "zh-Hans": ""}
    assert set(opening["game"]["rules"]) == {"en", "zh-Hans"}
    assert any("中奖概率" in line for line in opening["game"]["rules"]["zh-Hans"])
    first = caller.post("/games/wheel/plays", {"customer_id": member}, idempotency_key="k1")
    again = caller.post("/games/wheel/plays", {"customer_id": member}, idempotency_key="k1")
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    won = first.json()["won"]
    assert (won["prize"], won["kind"]) == ("mug", "goods")
    refused = caller.post("/games/wheel/plays", {"customer_id": member})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:forecourt:problem:cannot-play")
    (opening,) = caller.get(f"/customers/{member}/games").json()
    assert opening["refusal"] == opening["refusal_words"]["en"]
    assert opening["refusal_words"]["zh-Hans"] == "今天的次数（1 次）已用完，明天再来吧。"
    assert caller.get(f"/prizes/{won['code']}").json()["state"] == "open"
    handed = caller.post(f"/prizes/{won['code']}/collect", {"station": "S001"})
    assert handed.json()["state"] == "collected"
    assert caller.post(f"/prizes/{won['code']}/collect", {"station": "S001"}).status_code == 409
    assert [one["state"] for one in caller.get(f"/customers/{member}/prizes").json()] == ["collected"]


def test_a_quiz_never_tells_what_is_right_before(chain, caller):
    (member,) = chain.enrol()
    put_up(a_quiz())
    paper = caller.post("/games/quiz/quiz", {"customer_id": member}).json()
    assert set(paper["questions"][0]) == {"text", "options", "choose"}
    shown = caller.get("/games/quiz").content.decode()
    assert "辛烷值" not in shown, "the questions are no part of what is published"
    marked = caller.post(f"/games/quiz/{paper['id']}/answers", {"answers": [[0], [1]]})
    assert marked.status_code == 200
    assert marked.json()["asked"] == 2


def test_entering_and_the_protocol(chain, caller):
    members = chain.enrol(3)
    game_id = put_up(a_draw())
    (number,) = caller.post("/games/draw/tickets", {"customer_id": members[0]}).json()["tickets"]
    before = caller.get("/games/draw/protocol").json()
    assert (before["seed"], len(before["commitment"]), before["list_hash"]) == ("", 64, "")
    assert caller.get("/games/draw/list").status_code == 404
    fill(game_id, members, 12)
    let_time_pass(game_id)
    services.freeze_draw(HEAD_OFFICE, game_id)
    services.draw_winners(HEAD_OFFICE, game_id)
    held = caller.get("/games/draw/protocol").json()
    assert (held["tickets"], held["is_right"], len(held["seed"]), len(held["winners"])) == (13, True, 64, 3)
    listed = caller.get("/games/draw/list")
    assert listed.content.decode().splitlines()[0] == f"{number} 1 1"


def test_odds_numbers_of_prizes_and_dates_are_published(chain, caller):
    put_up(a_wheel(consolation=1))
    wheel = caller.get("/games/wheel").json()
    assert [one["parts"] for one in wheel["segments"]] == [400_000, 400_000, 150_000, 50_000]
    assert {one["code"]: (one["parts"], one["count"], one["left"]) for one in wheel["prizes"]} == {
        "mug": (150_000, 5, 5),
        "ten": (400_000, None, None),
        "hundred": (50_000, 3, 3),
    }
    assert (wheel["consolation"], wheel["confirm_days"], wheel["tickets"]) == (1, None, None)
    first = Prize(code="first", name="一等奖", kind=PrizeKind.GOODS, winners=2, reserves=3)
    game_id = put_up(a_draw_to_confirm(first))
    fill(game_id, chain.enrol(2), 10)
    draw = caller.get("/games/draw").json()
    (prize,) = draw["prizes"]
    assert (prize["count"], prize["left"], prize["reserves"], prize["collect_days"]) == (2, 2, 3, 30)
    assert (draw["tickets"], draw["weight"], draw["confirm_days"]) == (10, 10, 7)
    assert None not in (draw["starts_at"], draw["ends_at"], draw["draws_at"])
    assert any("7 天" in line for line in draw["rules"]["zh-Hans"])
    assert any("中奖概率" in line for line in draw["rules"]["zh-Hans"])


def test_a_winner_confirms_another_declines_and_a_reserve_steps_in(chain, caller):
    members = chain.enrol(6)
    prize = Prize(code="first", name="一等奖", kind=PrizeKind.GOODS, winners=2, stock=2, prize_class="all", reserves=1)
    game_id = put_up(a_draw_to_confirm(prize))
    draw_at_once(game_id, members, 18)
    one, other = queries.protocol(game_id).drawn
    (won,) = caller.get(f"/customers/{one.customer_id}/wins").json()
    assert (won["state"], won["id"], won["reserve"]) == ("offered", str(one.win_id), None)
    given = caller.post(f"/wins/{won['id']}/confirm", {}, idempotency_key="k").json()
    assert len(given["code"]) == 10
    assert caller.post(f"/wins/{won['id']}/confirm", {}).json() == given
    assert caller.post(f"/wins/{won['id']}/decline", {}).status_code == 409
    assert caller.post(f"/wins/{other.win_id}/decline", {}).status_code == 204
    assert caller.post(f"/wins/{other.win_id}/confirm", {}).status_code == 409
    assert caller.post("/wins/00000000-0000-0000-0000-000000000000/confirm", {}).status_code == 404
    told = caller.get("/games/draw/protocol").json()
    assert [line["state"] for line in told["winners"]] == ["given", "lost"]
    (reserve,) = told["reserves"]
    assert (reserve["place"], reserve["state"], reserve["steps_in_for"]) == (1, "offered", other.ticket)
    assert told["is_right"] is True
    reader = new_caller(HEAD_OFFICE, "games:read")
    assert reader.post(f"/wins/{won['id']}/confirm", {}).status_code == 403


def test_chances_by_another_system_count_once(chain, caller):
    (member,) = chain.enrol()
    put_up(always("mug", needs_chance=True))
    body = {"customer_ids": [member], "count": 2, "reason": "survey", "reference": "s-1"}
    assert [caller.post("/games/wheel/chances", body).json()["customers"] for _ in range(2)] == [1, 0]
    assert caller.get(f"/customers/{member}/games").json()[0]["chances_left"] == 2


def test_the_audit_of_a_day_that_runs_tells_no_seed(chain, caller):
    put_up(always("mug"))

    day = company_day()
    told = caller.get(f"/games/wheel/audit/{day}").json()
    assert (told["is_over"], told["seed"], len(told["commitment"])) == (False, "", 64)
    assert caller.get("/games/wheel/audit/2020-01-01").status_code == 404


def test_scopes_and_drafts(chain):
    (member,) = chain.enrol()
    services.save_game(HEAD_OFFICE, a_quiz(code="draft"))
    put_up(always("mug"))
    reader = new_caller(HEAD_OFFICE, "games:read")
    assert reader.post("/games/wheel/plays", {"customer_id": member}).status_code == 403
    assert reader.post("/games/wheel/chances", {"customer_ids": [member], "reason": "x"}).status_code == 403
    assert reader.get("/games/draft").status_code == 404
    assert [game["code"] for game in reader.get("/games").json()["items"]] == ["wheel"]
    assert reader.get("/games/nothing").status_code == 404
    assert reader.get("/customers/99999/games").status_code == 404


def test_a_draft_is_handed_in_read_and_approved_by_another_key(chain, caller):
    chief = new_caller(HEAD_OFFICE, "games:approve")
    services.save_game(HEAD_OFFICE, a_quiz())
    assert caller.post("/games/quiz/submit", {"note": "quiz week"}).status_code == 204
    assert caller.get("/game-reviews").status_code == caller.post("/games/quiz/approve", None).status_code == 403
    (waiting,) = chief.get("/game-reviews").json()
    assert (waiting["note"], waiting["outcome"], waiting["game"]["code"]) == ("quiz week", "open", "quiz")
    assert caller.get("/games/quiz").status_code == 404, "it is not published"
    assert chief.post("/games/quiz/refuse", {"reason": "one more question"}).status_code == 204
    assert chief.post("/games/quiz/approve", None).status_code == 409
    caller.post("/games/quiz/submit", {})
    assert caller.post("/games/quiz/withdraw", None).status_code == 204
    caller.post("/games/quiz/submit", {})
    assert chief.post("/games/quiz/approve", None).json()["state"] == "live"
    assert chief.get("/game-reviews").json() == []
