"""What a process does in games until it is killed."""

from forecourt.games import services
from forecourt.games.services.table import CannotPlay
from forecourt.kernel.actors import Actor
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


def draw(say: Say, game_id: int) -> None:
    services.freeze_draw(HEAD_OFFICE, game_id)
    say("frozen")
    services.draw_winners(HEAD_OFFICE, game_id)
    say("drawn")
    while services.give_prizes(HEAD_OFFICE, game_id, limit=5):
        say("gave")
