"""A spin of the wheel: everything of it in one transaction. Customer, game, chance or points, prize: locked in this order."""

from typing import NamedTuple
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
    taken = _taken(table.game, wheel, landed)
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
            segment=taken.segment,
            coupon_ran_out=taken.coupon_ran_out,
        )
    )
    won = give_win(table, play_id, taken.prize, taken.unit, said) if taken.prize is not None else None
    said.append(played(table, play_id, won, points))
    publish(said)
    return _spun(table, wheel, play_id, landed, taken.segment, number, points, won)


def _seed(table: Table) -> bytes:
    known = queries.seed(table.game.id, table.day)
    if known is None:
        raise Conflict(_("No seed was published for this day; end this game and publish a copy."))
    return known.seed


class _Taken(NamedTuple):
    """The segment that counts, its prize and the prize's unit. `coupon_ran_out`: a prize was a coupon that cannot be issued."""

    segment: int
    prize: Prize | None = None
    unit: int | None = None
    coupon_ran_out: bool = False


def _taken(game: GameView, wheel: Wheel, landed: int) -> _Taken:
    """What a spin takes: the consolation's where the prize is out of stock, or a coupon that cannot be issued."""
    prizes = {prize.code: prize for prize in game.rules.prizes}
    numbers = queries.prize_ids(game.id)
    places = [(place, prizes.get(wheel.segments[place].prize)) for place in (landed, wheel.consolation)]
    run_out = records.without_room([prize for _place, prize in places if prize is not None])
    passed_over = False
    for place, prize in places:
        if prize is None:
            return _Taken(place, coupon_ran_out=passed_over)
        if prize.code in run_out:
            passed_over = True
            continue
        is_there, unit = records.take_prize(numbers[prize.code])
        if is_there:
            return _Taken(place, prize, unit, passed_over)
    return _Taken(wheel.consolation, coupon_ran_out=passed_over)


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
