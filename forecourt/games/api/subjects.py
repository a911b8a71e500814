"""What routes of games look up first."""

from forecourt.customers import queries as customers
from forecourt.games import queries
from forecourt.games.values import GameView
from forecourt.kernel.problems import NotFound


def published(code: str) -> GameView:
    """The game of that code; NotFound while it is a draft."""
    found = queries.game(queries.game_id(code))
    if found.published_at is None:
        raise NotFound(f"There is no game with the code {code}.")
    return found


def family_of(customer_id: int) -> list[int]:
    """A customer with all that were merged into it; NotFound where there is none."""
    family = customers.family_ids(customer_id)
    if not customers.names(family[:1]):
        raise NotFound(f"There is no customer {customer_id}.")
    return family
