"""What a process does in games until it is killed."""

from datetime import timedelta
from uuid import UUID

from forecourt.games import services
from forecourt.games.services.table import CannotPlay
from forecourt.games.values import LostWhy
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict
from forecourt.organisation.queries import company_day
from tests.bench.victims import Say

HEAD_OFFICE = Actor(kind="staff", id=0, name="head-office", everything=True)


def play(say: Say, members: list[int], name: str) -> None:
    """Spin for one member after the other and say the number of each spin, for ever."""
    turn = 0
    while True:
        try:
            spun = services.spin_wheel(HEAD_OFFICE, "wheel", members[turn % len(members)], reference=f"{name}-{turn}")
            say(str(spun.play_id))
        except CannotPlay:
            say("refused")
        turn += 1


def pass_on(say: Say, wins: list[str], days: int) -> None:
    """Confirm a prize and pass one on, in turns, and then all that is late in so many days, two at a time."""
    for turn, win_id in enumerate(wins):
        try:
            if turn % 2:
                services.confirm_prize(HEAD_OFFICE, UUID(win_id))
            else:
                services.pass_prize(HEAD_OFFICE, UUID(win_id), LostWhy.DECLINED, "no")
            say(win_id)
        except Conflict:
            say("settled")
    with clock.as_of(clock.now() + timedelta(days=days)):
        while services.pass_unconfirmed(HEAD_OFFICE, company_day(), limit=2):
            say("late")


def draw(say: Say, game_id: int) -> None:
    services.freeze_draw(HEAD_OFFICE, game_id)
    say("frozen")
    services.draw_winners(HEAD_OFFICE, game_id)
    say("drawn")
    while services.give_prizes(HEAD_OFFICE, game_id, limit=5):
        say("gave")
    say("done")
