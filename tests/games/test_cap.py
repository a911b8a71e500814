"""What a prize may be worth: a game above the limit is not published, and few may change the limit."""

from decimal import Decimal

import msgspec
import pytest

from forecourt.games import queries, services
from forecourt.games.values import GameRules
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.kernel.rights import permissions_of
from tests.games.scenes import CAR, HUNDRED, MUG, a_draw, a_quiz, a_wheel, publish
from tests.sales.scenes import HEAD_OFFICE

GAMES = {
    "wheel": a_wheel(prizes=(MUG, CAR, HUNDRED)),
    "draw": a_draw(msgspec.structs.replace(CAR, winners=1)),
    "quiz": a_quiz(prizes=(HUNDRED, CAR)),
}


def of_role(role: str) -> Actor:
    return Actor(kind="staff", id=1, name=role, permissions=permissions_of([role]))


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
def test_a_game_with_a_prize_above_the_limit_is_not_published(chain, game: GameRules):
    game_id = services.save_game(HEAD_OFFICE, game)
    with pytest.raises(Invalid, match=r"小轿车 is worth 50,000\.01 .* at most 50,000\.00; offer .* who may") as caught:
        publish(game_id)
    assert list(caught.value.fields) == ["prizes.ten.value"]
    assert queries.game(game_id).published_at is None
    services.set_prize_cap(of_role("compliance"), Decimal(60_000), True, "another country's law")
    publish(game_id)
    assert queries.game(game_id).published_at is not None


def test_the_limit_is_changed_by_few_with_a_reason_and_audited(chain):
    for role in ("marketer", "analyst", "station_manager"):
        with pytest.raises(NotAllowed):
            services.set_prize_cap(of_role(role), Decimal(0), False, "in the way")
    with pytest.raises(Invalid, match="reason"):
        services.set_prize_cap(of_role("head_office"), Decimal(40_000), False, " ")
    assert queries.setting().prize_cap == 50_000
    services.set_prize_cap(of_role("compliance"), Decimal(40_000), False, "to be careful")
    assert queries.setting().prize_cap == 40_000
    ((reason, old, cap),) = sql.rows(
        "SELECT reason, detail ->> 'old', detail ->> 'prize_cap' FROM kernel_audit WHERE action = 'game.set_prize_cap'"
    )
    assert (reason, Decimal(old), Decimal(cap)) == ("to be careful", 50_000, 40_000)
