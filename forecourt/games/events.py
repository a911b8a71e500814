"""What happens in games."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from forecourt.kernel.events import Event


class GamePlayed(Event):
    """A wheel was spun or a quiz answered; `won` says whether it brought a prize."""

    name: ClassVar[str] = "game.played.v1"
    game: str
    title: str
    kind: str
    play_id: UUID
    won: bool
    points_spent: int = 0


class GameWon(Event):
    """A prize was won and given. `kind` is "points", "coupon" or "goods"."""

    name: ClassVar[str] = "game.won.v1"
    game: str
    title: str
    win_id: UUID
    prize: str
    prize_name: str
    kind: str


class PrizeOffered(Event):
    """A prize of a draw that its winner has to confirm through the day `confirm_by`; `reserve`: the place of who stepped in."""

    name: ClassVar[str] = "prize.offered.v1"
    game: str
    title: str
    win_id: UUID
    prize: str
    prize_name: str
    confirm_by: date
    reserve: int | None = None


class PrizeWaits(Event):
    """A prize of a draw is a coupon that cannot be issued now; it is given once its template has room."""

    name: ClassVar[str] = "prize.waits.v1"
    game: str
    title: str
    win_id: UUID
    prize: str
    prize_name: str
    template: str


class PrizeLost(Event):
    """A winner of a draw lost the prize. `why` is "late", "declined" or "ineligible"."""

    name: ClassVar[str] = "prize.lost.v1"
    game: str
    title: str
    win_id: UUID
    prize: str
    prize_name: str
    why: str


class DrawEntered(Event):
    """Tickets of a lucky draw; `origin` says for what: "sale:<id>", "points:<id>", "sign-up", "hand:<id>"."""

    name: ClassVar[str] = "draw.entered.v1"
    game: str
    title: str
    tickets: int
    origin: str


class DrawDone(Event):
    """A lucky draw was held; the winners and reserves follow from the seed and the list with this hash."""

    name: ClassVar[str] = "draw.done.v1"
    game: str
    tickets: int
    winners: int
    list_hash: str
    reserves: int = 0


class ChanceGiven(Event):
    name: ClassVar[str] = "chance.given.v1"
    game: str
    title: str
    chances: int
    origin: str


class PrizeCollected(Event):
    """Goods that were won were handed over at a station."""

    name: ClassVar[str] = "prize.collected.v1"
    game: str
    title: str
    win_id: UUID
    prize_name: str
    station_id: int


class PrizeExpired(Event):
    """Goods that were won were not collected in time."""

    name: ClassVar[str] = "prize.expired.v1"
    game: str
    title: str
    win_id: UUID
    prize_name: str
