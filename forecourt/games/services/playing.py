"""A spin of the wheel: everything of it in one transaction. Customer, game, chance or points, prize: locked in this order."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.games import permissions, queries, records, rules
from forecourt.games.models import Play
from forecourt.games.records import NewPlay
from forecourt.games.services.table import Table, give_win, known_play, pay, played, sit_down, won_before
from forecourt.games.values import GameKind, GameView, Prize, Spun, Wheel, Won
from forecourt.kernel import ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.kernel.problems import Conflict


@transaction.atomic(durable=True)
def spin_wheel(actor: Actor, code: str, customer_id: int, *, reference: str = "") -> Spun:
    """Spin a wheel once for a customer and give what it brings. The same reference of a customer is the same spin.

    CannotPlay, saying why, where the customer may not play (again); nothing is taken then.
    """
    actor.require(permissions.PLAY_GAMES)
    table = sit_down(actor, code, customer_id, GameKind.WHEEL, reference)
    wheel = table.game.rules.wheel
    if wheel is None:
        raise Conflict(_("This game has no wheel."))
    known = known_play(table, reference)
    if known is not None:
        return _told_again(table, known, wheel)
    said: list[Event] = []
    play_id = ids.uuid7()
    chance_id, points = pay(table, play_id, said)
    number = records.next_number(table.game.id, table.day, table.player)
    landed = rules.spun(_seed(table), table.game.rules.code, table.day, table.player, number, wheel)
    segment, prize, unit = _taken(table.game, wheel, landed)
    records.add_play(
        NewPlay(
            id=play_id,
            game_id=table.game.id,
            customer_id=table.customer_id,
            player=table.player,
            day=table.day,
            number=number,
            played_at=table.now,
            reference=reference,
            chance_id=chance_id,
            points_spent=points,
            landed=landed,
            segment=segment,
        )
    )
    won = give_win(table, play_id, prize, unit, said) if prize is not None else None
    said.append(played(table, play_id, won, points))
    publish(said)
    return _spun(table, wheel, play_id, landed, segment, number, points, won)


def _seed(table: Table) -> bytes:
    known = queries.seed(table.game.id, table.day)
    if known is None:
        raise Conflict(_("No seed was published for this day; end this game and publish a copy."))
    return known.seed


def _taken(game: GameView, wheel: Wheel, landed: int) -> tuple[int, Prize | None, int | None]:
    """The segment that counts, its prize and the prize's unit: the consolation's where the prize is out of stock."""
    prizes = {prize.code: prize for prize in game.rules.prizes}
    numbers = queries.prize_ids(game.id)
    for place in (landed, wheel.consolation):
        prize = prizes.get(wheel.segments[place].prize)
        if prize is None:
            return place, None, None
        is_there, unit = records.take_prize(numbers[prize.code])
        if is_there:
            return place, prize, unit
    return wheel.consolation, None, None


def _told_again(table: Table, play: Play, wheel: Wheel) -> Spun:
    landed, segment = play.landed or 0, play.segment or 0
    won = won_before(play.pk)
    table = table._replace(player=play.player)
    return _spun(table, wheel, play.pk, landed, segment, play.number, play.points_spent, won)


def _spun(
    table: Table, wheel: Wheel, play_id: UUID, landed: int, segment: int, number: int, points: int, won: Won | None
) -> Spun:
    left = queries.players([table.game], table.family, table.now)[table.game.id].chances
    return Spun(
        play_id=play_id,
        landed=landed,
        segment=segment,
        label=wheel.segments[segment].label,
        player=table.player,
        number=number,
        chances_left=left,
        points_spent=points,
        won=won,
    )
