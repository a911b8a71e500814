"""What all plays share: the customer locked first, with whose points may pay; the game held; paying; a prize given."""

from datetime import date, datetime
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.games import queries, records, rules
from forecourt.games.events import ChanceGiven, GamePlayed
from forecourt.games.models import Play
from forecourt.games.queries import WinView
from forecourt.games.records import Given, Grant, NewWin
from forecourt.games.values import GameKind, GameView, Prize, Won
from forecourt.kernel import clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.loyalty.values import Spending
from forecourt.organisation import queries as organisation

LONGEST_REFERENCE: Final = 100


class CannotPlay(Conflict):
    """The game is closed, not for this customer, or all plays, chances or points are used. Nothing was taken."""

    type: ClassVar[str] = "cannot-play"
    title: ClassVar[str] = "This customer cannot play now"


class Table(NamedTuple):
    """A player at a game: everything a play starts from."""

    actor: Actor
    game: GameView
    customer_id: int
    family: list[int]
    player: str
    now: datetime
    day: date


def sit_down(
    actor: Actor, code: str, customer_id: int, kind: GameKind, reference: str = "", *, must_be_open: bool = True
) -> Table:
    """Lock the customer with whose points it may spend, hold the game, and read both.

    CannotPlay where the game is closed or not for this customer.
    """
    if len(reference) > LONGEST_REFERENCE:
        raise Invalid.field("reference", _("is longer than %(most)s characters") % {"most": LONGEST_REFERENCE})
    game_id = queries.game_id(code)
    customer_id = customer_queries.survivor_of(customer_id)
    locked = loyalty.lock_sharing([customer_id])
    if customer_id not in locked:
        raise NotFound(_("There is no customer %(id)s.") % {"id": customer_id})
    if locked[customer_id] is not None:
        raise Conflict(_("This customer was merged just now; try again."))
    records.hold([game_id])
    game, now = queries.game(game_id), clock.now()
    if game.rules.kind is not kind:
        raise Conflict(_("This game is played otherwise."))
    family = customer_queries.family_ids(customer_id)
    player = queries.player_name(game_id, customer_id)
    table = Table(actor, game, customer_id, family, player, now, organisation.company_day(now))
    if must_be_open and not (reference and known_play(table, reference)):
        refusal = rules.closed(game.rules, game.state, now)
        if refusal:
            raise CannotPlay(refusal)
    return table


def known_play(table: Table, reference: str) -> Play | None:
    if not reference:
        return None
    return Play.objects.filter(game_id=table.game.id, customer_id__in=table.family, reference=reference).first()


def pay(table: Table, play_id: UUID, said: list[Event]) -> tuple[int | None, int]:
    """Take what a play costs, within the limits: (id of the chance used, points spent)."""
    game = table.game
    player = queries.players([game], table.family, table.now)[game.id]
    refusal = rules.barred(game.rules, player) or rules.spent_up(game.rules, player)
    if refusal:
        raise CannotPlay(refusal)
    if not (game.rules.needs_chance or game.rules.points_cost):
        return None, 0
    if game.rules.first_chances:
        _give_first(table, said)
    chance_id = records.use_chance(game.id, table.family) if player.chances else None
    if chance_id is not None:
        return chance_id, 0
    spending = Spending(
        customer_id=table.customer_id,
        points=game.rules.points_cost,
        origin=records.origin_of(play_id),
        reason=game.rules.name,
        actor=table.actor.label,
    )
    (spent,), entries = loyalty.spend([spending])
    if not spent.is_paid:
        raise CannotPlay(
            _("A play costs %(cost)s points and %(there)s can be spent.")
            % {"cost": game.rules.points_cost, "there": spent.available}
        )
    said += loyalty_events.moved(entries)
    return None, game.rules.points_cost


def _give_first(table: Table, said: list[Event]) -> None:
    """The chances that everybody has once; of a family whoever came first had them."""
    game = table.game
    if queries.has_first(game.id, table.family):
        return
    first = Given(game.id, table.customer_id, "first", game.rules.first_chances)
    if records.give_chances([first], table.actor.label):
        said.append(
            ChanceGiven(
                customer_id=table.customer_id,
                occurred_at=table.now,
                game=game.rules.code,
                title=game.rules.name,
                chances=first.many,
                origin="first",
            )
        )


def give_win(table: Table, play_id: UUID, prize: Prize, unit: int | None, said: list[Event]) -> Won:
    win_id = ids.uuid7()
    records.add_wins(
        [
            NewWin(
                id=win_id,
                game_id=table.game.id,
                prize_id=queries.prize_ids(table.game.id)[prize.code],
                unit=unit,
                customer_id=table.customer_id,
                kind=prize.kind.value,
                play_id=play_id,
                ticket_id=None,
                place=None,
                counter=None,
                points=prize.points,
                funder=prize.funder,
                cost=prize.cost,
                won_at=table.now,
            )
        ]
    )
    made, told = records.grant(table.game, [Grant(win_id, table.customer_id, prize)], table.actor.label)
    said += told
    granted = made[win_id]
    return Won(
        win_id=win_id,
        prize=prize.code,
        name=prize.name,
        kind=prize.kind,
        points=prize.points,
        code=granted.code,
        collect_until=granted.collect_until,
        coupon_code=granted.coupon_code,
    )


def won_before(play_id: UUID) -> Won | None:
    """What a play won, told again."""
    found = queries.wins(play_id=play_id, limit=1)
    return won_as(found[0]) if found else None


def won_as(win: WinView) -> Won:
    """What was given for a win."""
    return Won(
        win_id=win.id,
        prize=win.prize,
        name=win.prize_name,
        kind=win.kind,
        points=win.points,
        code=win.code or "",
        collect_until=win.expires_on,
        coupon_code=queries.coupon_code(win.coupon_id),
    )


def played(table: Table, play_id: UUID, won: Won | None, points: int) -> Event:
    return GamePlayed(
        customer_id=table.customer_id,
        occurred_at=table.now,
        game=table.game.rules.code,
        title=table.game.rules.name,
        kind=table.game.rules.kind.value,
        play_id=play_id,
        won=won is not None,
        points_spent=points,
    )
