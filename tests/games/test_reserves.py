"""Reserves of a draw on the real database: drawn with the winners, stepping in once each, in their order, provably."""

from datetime import timedelta

import msgspec
import pytest
from click.testing import CliRunner
from django.utils import translation

from forecourt.customers import services as customers
from forecourt.faces.cli.games import games
from forecourt.games import queries, rules, services
from forecourt.games.models import Claim, PrizeRow, ReserveRow, Win
from forecourt.games.tasks import tidy
from forecourt.games.values import GameRules, LostWhy, Prize, PrizeKind
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.organisation.queries import company_day
from tests.games.scenes import a_draw, a_draw_to_confirm, draw_at_once, put_up
from tests.sales.scenes import HEAD_OFFICE, catch_up, differences, events, everything_proves, flat_books_agree, points

FIRST = Prize(code="first", name="一等奖", kind=PrizeKind.GOODS, winners=1, stock=1, prize_class="all", reserves=2)
SECOND = Prize(
    code="second", name="二等奖", kind=PrizeKind.POINTS, points=500, winners=2, prize_class="all", reserves=1
)


def with_reserves(*prizes: Prize, days: int = 7) -> GameRules:
    return a_draw_to_confirm(*(prizes or (FIRST, SECOND)), days=days)


def held(chain, *prizes: Prize) -> tuple[int, list[int]]:
    """A draw among 12 members that was held: (its id, the members)."""
    people = chain.enrol(12)
    game_id = put_up(with_reserves(*prizes))
    draw_at_once(game_id, people, 24)
    assert services.give_prizes(HEAD_OFFICE, game_id) == 0
    return game_id, people


def winner(game_id: int, prize: str = "first") -> queries.Drawn:
    """Whose the first place of a prize is now."""
    found = queries.protocol(game_id)
    return found.holders()[next(one.win_id for one in found.drawn if one.prize == prize)]


def days_later(days: int):
    return clock.as_of(clock.now() + timedelta(days=days))


def test_prizes_wait_until_they_are_confirmed(chain):
    game_id, people = held(chain)
    assert len(events("prize.offered.v1")) == 3
    assert [event["reserves"] for event in events("draw.done.v1")] == [3]
    assert (Claim.objects.count(), sum(points(one) for one in people)) == (0, 0)
    first, second = winner(game_id), winner(game_id, "second")
    assert first.confirm_by == company_day() + timedelta(days=7)
    won = services.confirm_prize(HEAD_OFFICE, first.win_id)
    assert len(won.code) == 10, "goods are collected with a code from then on"
    assert services.confirm_prize(HEAD_OFFICE, first.win_id) == won, "confirmed again, told again"
    services.confirm_prize(HEAD_OFFICE, second.win_id)
    assert points(second.customer_id) == 500
    assert len(events("game.won.v1")) == 2
    assert queries.frozen(game_id).done_at is None
    flat_books_agree()


def test_who_does_not_confirm_loses_it_to_the_next_reserve(chain):
    game_id, people = held(chain)
    first = winner(game_id)
    with days_later(7):
        assert services.pass_unconfirmed(HEAD_OFFICE, company_day()) == 0, "the last day counts"
    with days_later(8):
        with pytest.raises(Conflict, match="until"):
            services.confirm_prize(HEAD_OFFICE, first.win_id)
        tidy(0)
        reserve = winner(game_id)
        assert (reserve.reserve, reserve.in_place_of) == (1, first.win_id)
        assert reserve.customer_id != first.customer_id
        assert reserve.confirm_by == company_day() + timedelta(days=7), "a reserve has as many days"
        assert PrizeRow.objects.get(code="first").used == 1
        assert services.confirm_prize(HEAD_OFFICE, reserve.win_id).code
        with pytest.raises(Conflict, match="passed on already"):
            services.confirm_prize(HEAD_OFFICE, first.win_id)
    assert sorted(event["why"] for event in events("prize.lost.v1")) == ["late"] * 3
    assert sum(points(one) for one in people) == 0
    assert queries.protocol(game_id).is_right
    flat_books_agree()


def test_without_a_reserve_left_it_goes_back_to_the_stock_and_the_draw_is_done(chain):
    game_id, _people = held(chain, msgspec.structs.replace(FIRST, reserves=1))
    assert services.pass_prize(HEAD_OFFICE, winner(game_id).win_id, LostWhy.INELIGIBLE, "works here") is True
    assert services.pass_prize(HEAD_OFFICE, winner(game_id).win_id, LostWhy.DECLINED, "moved abroad") is False
    assert PrizeRow.objects.get().used == 0
    assert queries.prizes([queries.game(game_id)])[game_id][0].left == 1
    assert queries.frozen(game_id).done_at is not None
    assert queries.figures([game_id])[game_id].wins == 0
    assert queries.protocol(game_id).is_right
    flat_books_agree()


def test_passing_on_needs_the_permission_a_reason_and_a_prize_that_is_open(chain):
    game_id, _people = held(chain)
    win_id = winner(game_id).win_id
    cashier = Actor(kind="staff", id=1, name="cashier", permissions=frozenset({"games.confirm"}))
    with pytest.raises(NotAllowed):
        services.pass_prize(cashier, win_id, LostWhy.DECLINED, "says so")
    with pytest.raises(NotAllowed):
        services.decline_prize(cashier, win_id)
    with pytest.raises(Invalid, match="reason"):
        services.pass_prize(HEAD_OFFICE, win_id, LostWhy.DECLINED, " ")
    with pytest.raises(Invalid, match="by itself"):
        services.pass_prize(HEAD_OFFICE, win_id, LostWhy.LATE, "impatient")
    services.confirm_prize(cashier, win_id)
    with pytest.raises(Conflict, match="given already"):
        services.pass_prize(HEAD_OFFICE, win_id, LostWhy.DECLINED, "too late")
    said = sql.rows("SELECT action, reason FROM kernel_audit WHERE action IN ('game.confirm', 'game.pass')")
    assert said == [("game.confirm", "")]
    second = winner(game_id, "second")
    services.pass_prize(HEAD_OFFICE, second.win_id, LostWhy.INELIGIBLE, "works at S001")
    assert sql.rows("SELECT reason, customer_id FROM kernel_audit WHERE action = 'game.pass'") == [
        ("works at S001", second.customer_id)
    ]


def test_a_winner_declines_once(chain):
    game_id, _people = held(chain)
    win_id = winner(game_id).win_id
    services.decline_prize(HEAD_OFFICE, win_id)
    services.decline_prize(HEAD_OFFICE, win_id)
    assert winner(game_id).reserve == 1
    with pytest.raises(Conflict, match="passed on"):
        services.pass_prize(HEAD_OFFICE, win_id, LostWhy.INELIGIBLE, "twice")
    assert len(events("prize.lost.v1")) == 1


def test_blocked_reserves_are_passed_over_and_blocked_winners_given_nothing(chain):
    game_id, _people = held(chain)
    reserves = ReserveRow.objects.filter(prize__code="first").order_by("place")
    first = winner(game_id)
    customers.block_customer(HEAD_OFFICE, reserves[0].customer_id, "fraud")
    customers.block_customer(HEAD_OFFICE, first.customer_id, "fraud")
    with pytest.raises(Conflict, match="blocked"):
        services.confirm_prize(HEAD_OFFICE, first.win_id)
    services.pass_prize(HEAD_OFFICE, first.win_id, LostWhy.INELIGIBLE, "fraud")
    assert winner(game_id).reserve == 2
    assert queries.protocol(game_id).is_right
    assert PrizeRow.objects.get(code="first").used == 1
    flat_books_agree()


def test_reserves_change_nothing_about_who_wins(chain):
    game_id, _people = held(chain)
    found = queries.protocol(game_id)
    columns = rules.columns_of(queries.frozen_list(game_id))
    ranks = queries.ranks_of(found.game)
    seed = bytes.fromhex(found.seed)
    plain = [rank for rank in ranks if not rank.is_reserve]
    made = rules.winners(seed, "draw", found.frozen.list_hash, "", columns, plain)
    assert [(one.prize, columns.numbers[one.line]) for one in made] == [(one.prize, one.ticket) for one in found.drawn]
    everybody = [one.customer_id for one in found.drawn] + list(
        ReserveRow.objects.values_list("customer_id", flat=True)
    )
    assert len(set(everybody)) == 6, "nobody is drawn twice in a class"


def test_a_merged_reserve_steps_in_as_the_survivor(real_chain):
    game_id, people = held(real_chain)
    reserve = ReserveRow.objects.get(prize__code="second")
    second = winner(game_id, "second")
    drawn = set(Win.objects.values_list("customer_id", flat=True)) | set(
        ReserveRow.objects.values_list("customer_id", flat=True)
    )
    survivor = next(one for one in people if one not in drawn)
    customers.merge_customers(HEAD_OFFICE, survivor, reserve.customer_id, "the same")
    catch_up()
    services.pass_prize(HEAD_OFFICE, second.win_id, LostWhy.DECLINED, "on the phone")
    services.confirm_prize(HEAD_OFFICE, winner(game_id, "second").win_id)
    assert points(survivor) == 500
    everything_proves()


TAMPERING = {
    "another ticket made a reserve": "UPDATE games_reserve SET ticket_id = 999999 WHERE place = 2",
    "reserves changed places": "UPDATE games_reserve SET place = place + 10 WHERE win_id IS NOT NULL",
    "the second called before the first": (
        "UPDATE games_win SET reserve = 2 WHERE reserve = 1; UPDATE games_reserve SET win_id = NULL; "
        "UPDATE games_reserve SET win_id = (SELECT id FROM games_win WHERE reserve = 2) "
        "WHERE place = 2 AND prize_id = (SELECT prize_id FROM games_win WHERE reserve = 2)"
    ),
    "a friend stepped in": "UPDATE games_win SET ticket_id = 999999 WHERE reserve = 1",
    "a step that no reserve took": "UPDATE games_reserve SET win_id = NULL",
    "stepped in for one who lost nothing": (
        "UPDATE games_win SET in_place_of = (SELECT id FROM games_win WHERE lost_at IS NULL AND reserve IS NULL LIMIT 1) "
        "WHERE reserve = 1"
    ),
    "lost and not passed on": (
        "UPDATE games_win SET lost_at = now(), lost_why = 'late' WHERE reserve IS NULL AND prize_id = "
        "(SELECT id FROM games_prize WHERE code = 'second')"
    ),
    "a reserve struck out": "DELETE FROM games_reserve WHERE win_id IS NULL",
    "a winner exchanged": "UPDATE games_win SET ticket_id = 999999 WHERE reserve IS NULL AND lost_at IS NULL",
}


@pytest.mark.parametrize("how", TAMPERING)
def test_prove_finds_what_was_tampered_with(real_chain, how):
    game_id, _people = held(real_chain, FIRST, msgspec.structs.replace(SECOND, winners=1))
    services.pass_prize(HEAD_OFFICE, winner(game_id).win_id, LostWhy.INELIGIBLE, "works here")
    everything_proves()
    sql.run(TAMPERING[how])
    assert differences().get("draws"), how
    assert not queries.protocol(game_id).is_right


def test_the_command_recomputes_reserves_and_who_stepped_in(chain):
    game_id, _people = held(chain)
    first = winner(game_id)
    services.pass_prize(HEAD_OFFICE, first.win_id, LostWhy.DECLINED, "on the phone")
    said = CliRunner().invoke(games, ["verify", "draw"])
    assert said.exit_code == 0, said.output
    assert "3, 1 stepped in" in said.output
    assert f"first 1: reserve 1, ticket {winner(game_id).ticket}, for ticket {first.ticket}" in said.output
    sql.run("UPDATE games_reserve SET win_id = NULL")
    assert CliRunner().invoke(games, ["verify", "draw"]).exit_code == 1


def test_prove_finds_stock_and_states_of_passed_prizes_that_are_wrong(real_chain):
    game_id, _people = held(real_chain, msgspec.structs.replace(FIRST, reserves=0))
    services.pass_prize(HEAD_OFFICE, winner(game_id).win_id, LostWhy.INELIGIBLE, "works here")
    everything_proves()
    sql.run("UPDATE games_prize SET used = 1")
    assert set(differences()) == {"prizes of games"}
    sql.run("UPDATE games_prize SET used = 0")
    sql.run("UPDATE games_win SET lost_why = ''")
    assert set(differences()) == {"prizes won"}


def test_reserves_need_days_to_confirm_and_have_to_be_told(chain):
    game = with_reserves(days=0)
    with pytest.raises(Invalid) as caught:
        put_up(game)
    assert set(caught.value.fields) == {"prizes.first.reserves", "prizes.second.reserves"}
    told = rules.in_words(with_reserves(), str, {}, "L", "¥")
    assert any("一等奖: 2" in line and "next reserve" in line for line in told)
    assert "Prizes have to be confirmed within 7 days." in told
    bare = with_reserves(msgspec.structs.replace(FIRST, reserves=0))
    assert any("no reserves" in text for text in rules.warnings(bare))


def test_rules_are_punctuated_as_their_language_is():
    told = rules.in_words(with_reserves(), str, {}, "L", "¥")
    assert "1 × 一等奖 (to collect at a station within 30 days, 1 in all)." in told
    assert "Nobody wins more than once among: 一等奖, 二等奖." in told
    with translation.override("zh-hans"):
        told = rules.in_words(with_reserves(), str, {}, "升", "¥")
    assert "1 名：一等奖（30 天内到站领取，共 1 份）。" in told
    assert "以下奖项每人最多中奖一次：一等奖、二等奖。" in told


def test_a_draw_without_days_to_confirm_gives_at_once_as_before(chain):
    people = chain.enrol(6)
    game_id = put_up(a_draw())
    draw_at_once(game_id, people, 12)
    assert services.give_prizes(HEAD_OFFICE, game_id) == 0
    first = winner(game_id)
    assert first.granted_at is not None
    assert ReserveRow.objects.count() == 0
    with pytest.raises(Conflict, match="given already"):
        services.pass_prize(HEAD_OFFICE, first.win_id, LostWhy.DECLINED, "no")
