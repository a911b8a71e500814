"""Games over the API: open games, playing, quizzes, tickets, protocols, goods."""

import pytest

from forecourt.faces.api import limits
from forecourt.games import services
from forecourt.organisation.queries import company_day
from tests.api.conftest import new_caller
from tests.games.scenes import a_draw, a_quiz, always, fill, let_time_pass, put_up
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
