"""Games on screen: a draw whose winners confirm or lose the prize to a reserve, and the limit of a prize's worth."""

import csv
import io

import msgspec
import pytest

from forecourt.faces.backoffice.screens import game_form
from forecourt.games import queries, services
from forecourt.games.values import GameKind, LostWhy, Prize, PrizeKind
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from tests.backoffice.conftest import PASSWORD
from tests.games.scenes import CAR, a_draw, a_draw_to_confirm, a_wheel, draw_at_once, put_up
from tests.games.test_running_out import WASH, few
from tests.sales.scenes import HEAD_OFFICE, open_chain

SCRIPT = {"X-Office-Form": "1"}
FIRST = Prize(code="first", name="Fridge", kind=PrizeKind.GOODS, winners=2, stock=2, prize_class="all", reserves=2)


@pytest.fixture
def signed(db, client):
    """`signed(Role.MARKETER)`: the client, signed in as somebody with that role."""

    def sign_in(role: Role):
        name = f"g-{role.value}"
        if not Staff.objects.filter(username=name).exists():
            organisation.create_staff(
                HEAD_OFFICE, username=name, name=name, password=PASSWORD, roles=[NewRole(role=role)]
            )
        client.force_login(Staff.objects.get(username=name))
        return client

    return sign_in


@pytest.fixture
def drawn(db) -> int:
    """A draw that was held among six members, of whom two won."""
    members = open_chain().enrol(6)
    game_id = put_up(a_draw_to_confirm(FIRST))
    draw_at_once(game_id, members, 18)
    return game_id


def page(client, path: str) -> str:
    response = client.get(f"/admin/{path}")
    assert response.status_code == 200, path
    return " ".join(response.content.decode().split())


def test_a_prize_is_confirmed_at_the_counter_and_another_passed_on(signed, drawn):
    one, other = queries.protocol(drawn).drawn
    agent = signed(Role.SERVICE_AGENT)
    said = page(agent, f"customers/{one.customer_id}/")
    assert "To confirm" in said
    assert f'action="/admin/games/{drawn}/winners/{one.win_id}/confirm/"' in said
    given = {"customer": one.customer_id}
    answer = agent.post(f"/admin/games/{drawn}/winners/{one.win_id}/confirm/", given)
    assert answer.headers["Location"] == f"/admin/customers/{one.customer_id}/"
    assert "To collect" in page(agent, f"customers/{one.customer_id}/")
    assert f"{other.win_id}/pass/" not in page(agent, f"games/{drawn}/winners/")
    assert agent.post(f"/admin/games/{drawn}/winners/{other.win_id}/pass/", {}).status_code == 403

    marketer = signed(Role.MARKETER)
    passing = f"/admin/games/{drawn}/winners/{other.win_id}/pass/"
    assert marketer.post(passing, {"why": "ineligible"}, headers=SCRIPT).json()["problems"] == {
        "reason": "is empty; say why, it stands in the audit trail"
    }
    marketer.post(passing, {"why": "ineligible", "reason": "works at S001"})
    said = page(marketer, f"games/{drawn}/winners/")
    assert "Not eligible" in said
    assert "works at S001" in said
    assert f"Reserve 1, for ticket {other.ticket}" in said
    waiting = page(marketer, f"games/{drawn}/winners/?state=offered")
    assert "works at S001" not in waiting
    assert waiting.count("/confirm/") == 1
    assert "passed a prize on" in page(signed(Role.HEAD_OFFICE), "audit/")


def test_the_protocol_shows_reserves_and_who_stepped_in(signed, drawn):
    marketer = signed(Role.MARKETER)
    said = page(marketer, f"games/{drawn}/protocol/")
    assert "Reserves in the order they were drawn" in said
    assert said.count("standing by") == 2
    other = queries.protocol(drawn).drawn[1]
    services.pass_prize(HEAD_OFFICE, other.win_id, LostWhy.DECLINED, "moved abroad")
    said = page(marketer, f"games/{drawn}/protocol/")
    assert said.count("standing by") == 1
    assert f"for ticket {other.ticket}" in said
    assert "everything recomputed agrees" in said
    assert "after all winners the reserves" in said


def test_the_published_list_tells_who_stepped_in_masked_and_not_why(signed, drawn):
    one, other = queries.protocol(drawn).drawn
    services.confirm_prize(HEAD_OFFICE, one.win_id)
    services.pass_prize(HEAD_OFFICE, other.win_id, LostWhy.INELIGIBLE, "works at S001")
    answer = signed(Role.MARKETER).get(f"/admin/games/{drawn}/winners/export.csv")
    text = (
        b"".join(answer.streaming_content).decode("utf-8-sig")
        if answer.streaming
        else answer.content.decode("utf-8-sig")
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["Ticket"]: (row["State"], row["Reserve"], row["In place of ticket"]) for row in rows} == {
        str(one.ticket): ("To collect", "", ""),
        str(other.ticket): ("Passed on", "", ""),
        str(queries.reserves(drawn)[0].ticket): ("To confirm", "1", str(other.ticket)),
    }
    assert all("*" in row["Winner"] and "*" in row["Phone"] for row in rows)
    assert "works at" not in text


def test_a_marketer_gives_reserves_and_days_to_confirm(signed):
    open_chain()
    marketer = signed(Role.MARKETER)
    said = page(marketer, "games/new/draw/")
    assert 'name="confirm_days" value="0"' in said
    assert 'name="prizes.0.reserves" value="0"' in said
    game = game_form.blank(GameKind.DRAW)
    shown = game_form.shown(game)
    given = {name: shown[name] for name in ("starts_at", "ends_at", "draws_at")}
    given |= {
        "code": game.code,
        "name": game.name,
        "by_sign_up": "on",
        "confirm_days": "many",
        "prizes.0.code": "prize-1",
    }
    given |= {"prizes.0.name": "Fridge", "prizes.0.kind": "goods", "prizes.0.winners": "1", "prizes.0.reserves": "3"}
    given |= {"prizes.0.funder": "brand"}
    refused = marketer.post("/admin/games/new/draw/", given, headers=SCRIPT)
    assert list(refused.json()["problems"]) == ["confirm_days"]
    marketer.post("/admin/games/new/draw/", given | {"confirm_days": "7"})
    (made,) = queries.games()
    rules = queries.game(made.game.id).rules
    assert (rules.draw.confirm_days, rules.prizes[0].reserves) == (7, 3)
    assert 'name="prizes.0.reserves" value="3"' in page(marketer, f"games/{made.game.id}/edit/")


def test_a_prize_above_the_limit_shows_before_and_only_few_change_the_limit(signed):
    open_chain()
    game_id = services.save_game(HEAD_OFFICE, a_wheel(prizes=(CAR, msgspec.structs.replace(CAR, code="mug"))))
    marketer = signed(Role.MARKETER)
    said = page(marketer, f"games/{game_id}/")
    assert "50,000.01 and a prize may be worth at most 50,000.00" in said
    assert "Hand in for review" not in said
    assert "at most ¥50,000.00" in page(marketer, f"games/{game_id}/edit/")
    assert 'name="prize_cap"' not in page(marketer, "games/")
    assert marketer.post("/admin/games/setting/", {"prize_cap": "0", "reason": "x"}).status_code == 403
    compliance = signed(Role.COMPLIANCE)
    assert 'name="prize_cap"' in page(compliance, "games/")
    refused = compliance.post("/admin/games/setting/", {"prize_cap": "60000"}, headers=SCRIPT)
    assert list(refused.json()["problems"]) == ["reason"]
    compliance.post("/admin/games/setting/", {"prize_cap": "60000", "reason": "the law changed"})
    assert queries.setting().prize_cap == 60_000
    assert "50,000.01" not in page(marketer, f"games/{game_id}/").split("Prizes</h2>")[0]


def test_a_game_is_handed_in_read_on_the_home_page_sent_back_and_approved(signed):
    open_chain()
    game_id = services.save_game(HEAD_OFFICE, a_wheel(name="Spring wheel"))
    path, steps = f"games/{game_id}/", f"/admin/games/{game_id}/review/"
    marketer = signed(Role.MARKETER)
    assert "Hand in for review" in page(marketer, path)
    assert marketer.get(steps).status_code == marketer.post(steps, {"do": "publish"}).status_code == 405
    marketer.post(steps, {"do": "submit", "note": "for the spring"})
    said = page(marketer, path)
    assert "for the spring" in said
    assert "Approve and publish" not in said
    assert f"/admin/games/{game_id}/edit/" not in said
    assert "Spring wheel" in page(marketer, "games/?state=review")
    assert "waits for your approval" not in page(marketer, "")
    assert marketer.post(steps, {"do": "approve"}, headers=SCRIPT).status_code == 422
    assert queries.game(game_id).state == "draft"

    chief = signed(Role.HEAD_OFFICE)
    assert "Game Spring wheel waits for your approval" in page(chief, "")
    assert "Approve and publish" in page(chief, path)
    chief.post(steps, {"do": "refuse", "reason": "fewer mugs"})
    said = page(signed(Role.MARKETER), path)
    assert "fewer mugs" in said
    assert f"/admin/games/{game_id}/edit/" in said
    assert "No games found" in page(marketer, "games/?state=review")
    marketer.post(steps, {"do": "submit"})
    marketer.post(steps, {"do": "withdraw"})
    marketer.post(steps, {"do": "submit"})
    signed(Role.HEAD_OFFICE).post(steps, {"do": "approve"})
    assert queries.game(game_id).state == "live"
    assert "approved a game" in page(signed(Role.HEAD_OFFICE), "audit/")


def test_prizes_that_wait_for_coupons_stand_on_the_draws_page(signed):
    members = open_chain().enrol(4)
    few(1)
    game_id = put_up(a_draw(msgspec.structs.replace(WASH, winners=3)))
    draw_at_once(game_id, members, 12)
    marketer = signed(Role.MARKETER)
    assert "the rest within five minutes" in page(marketer, f"games/{game_id}/protocol/")
    services.give_at_once(HEAD_OFFICE, game_id)
    said = page(marketer, f"games/{game_id}/protocol/")
    assert "1 / 3" in said
    assert "2 wait for coupons that cannot be issued" in said
    assert 'href="/admin/coupons/templates/few/"' in said
    assert f'href="/admin/games/{game_id}/winners/?state=waiting"' in page(marketer, f"games/{game_id}/")
    assert page(marketer, f"games/{game_id}/winners/").count("badge green") == 1
    narrowed = page(marketer, f"games/{game_id}/winners/?state=waiting")
    assert (narrowed.count("badge amber"), narrowed.count("badge green")) == (2, 0)
    (waiting, *_more) = queries.wins(game_of=game_id, is_waiting=True)
    shown = page(signed(Role.SERVICE_AGENT), f"customers/{waiting.customer_id}/")
    assert "Waits for a coupon" in shown
    assert "Prize waits for its coupon" in page(
        signed(Role.SERVICE_AGENT), f"customers/{waiting.customer_id}/?tab=timeline"
    )
