"""What a customer has in games, for the customer's page: what can be played, and what was won."""

from collections.abc import Sequence
from typing import Any, Final

from forecourt.games import permissions, queries
from forecourt.games.models import CLAIM_NAMES, LOST_NAMES
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor

LATEST: Final = 5


def of(actor: Actor, family: Sequence[int]) -> dict[str, Any]:
    """Open games with chances left, and the latest prizes; nothing for who may not see games."""
    if not actor.may(permissions.VIEW_GAMES):
        return {}
    return {
        "openings": queries.openings(family, clock.now()),
        "wins": queries.wins(family=family, limit=LATEST),
        "states": dict(CLAIM_NAMES),
        "lost": dict(LOST_NAMES),
        "may_confirm": actor.may(permissions.CONFIRM_PRIZES),
    }
