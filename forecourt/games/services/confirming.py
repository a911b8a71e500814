"""Prizes of a draw that their winners have to confirm: confirmed and given, or lost and passed to the next reserve.

The game is seized for each, as it is for the draw: of two who settle one prize at once, one finds it settled. Losing a prize
and the next reserve stepping in are one transaction, so that a prize is never between two.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.games import permissions, queries, records
from forecourt.games.events import PrizeLost, PrizeOffered
from forecourt.games.models import Win
from forecourt.games.records import Grant, NewWin
from forecourt.games.services.table import won_as
from forecourt.games.values import GameView, LostWhy, Prize, Won
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.events import Event, publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation

LIST: Final = 200
"""Prizes passed on in one transaction."""


@transaction.atomic(durable=True)
def confirm_prize(actor: Actor, win_id: UUID) -> Won:
    """Confirm a prize of a draw for its winner, who is given it with that. Confirmed before, it is told again.

    A coupon that cannot be issued is not lost for that: it waits from then on, and is given as `give_prizes` gives others.
    Conflict where it was lost, its days are over, or the winner is blocked.
    """
    actor.require(permissions.CONFIRM_PRIZES)
    customer_id = customer_queries.survivor_of(_win(win_id).customer_id)
    locked = customer_records.lock([customer_id])
    if locked.get(customer_id) is not None:
        raise Conflict(_("This customer was merged just now; try again."))
    win = _seized(win_id)
    if win.granted_at is not None or win.waits_since is not None:
        return _told(win_id)
    _check_open(win)
    if _is_blocked(customer_id):
        raise Conflict(_("This customer is blocked; a blocked customer is given no prize."))
    game = queries.game(win.game_id)
    prize = _prize(game, win)
    given, without = records.within_room([Grant(win_id, customer_id, prize)])
    said = records.wait(game, without, clock.now())
    if given:
        _made, said = records.grant(game, given, actor.label)
    publish(said)
    records.close(game.id)
    audit.record(actor, "game.confirm", f"game:{game.id}", customer_id=customer_id, detail={"prize": prize.code})
    return _told(win_id)


@transaction.atomic(durable=True)
def decline_prize(actor: Actor, win_id: UUID) -> None:
    """Give a prize up for its winner, who does not want it; it passes to the next reserve. Declined before, nothing changes."""
    actor.require(permissions.PLAY_GAMES)
    win = _seized(win_id)
    if win.lost_why == LostWhy.DECLINED:
        return
    _check_open(win)
    _pass_on(actor, win, LostWhy.DECLINED, "")


@transaction.atomic(durable=True)
def pass_prize(actor: Actor, win_id: UUID, why: LostWhy, reason: str) -> bool:
    """Take a prize from a winner who declined it, or may not win it, and pass it to the next reserve; returns whether one was
    left. Audited with the reason. What is late passes by itself.
    """
    actor.require_everywhere(permissions.DRAW_WINNERS)
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the audit trail"))
    if why is LostWhy.LATE:
        raise Invalid.field("why", _("passes by itself when the days to confirm are over"))
    win = _seized(win_id)
    _check_waiting(win)
    return _pass_on(actor, win, why, reason.strip())


@transaction.atomic(durable=True)
def pass_unconfirmed(actor: Actor, day: date, limit: int = LIST) -> int:
    """Pass on the prizes whose last day to confirm was before `day`; returns how many, 0 when none is left."""
    actor.require_everywhere(permissions.DRAW_WINNERS)
    past = Win.objects.filter(granted_at__isnull=True, lost_at__isnull=True, confirm_by__lt=day)
    wanted = list(past.order_by("confirm_by", "game_id", "counter")[:limit].values_list("id", "game_id"))
    for game_id in sorted({game_id for _win_id, game_id in wanted}):
        records.seize(game_id)
    still = list(past.filter(pk__in=[win_id for win_id, _game_id in wanted]).order_by("game_id", "counter"))
    for win in still:
        _pass_on(actor, win, LostWhy.LATE, "")
    return len(wanted)


def confirm_by(game: GameView, now: datetime) -> date | None:
    """The last day on which somebody who wins now can confirm; None where prizes are given at once."""
    days = game.rules.draw.confirm_days if game.rules.draw is not None else 0
    return organisation.company_day(now) + timedelta(days=days) if days else None


def offered(game: GameView, win: NewWin) -> PrizeOffered:
    """What is said to who has to confirm."""
    prize = _prize(game, win)
    if win.confirm_by is None:
        raise ValueError("a prize that is given at once is not offered")
    return PrizeOffered(
        customer_id=win.customer_id,
        occurred_at=win.won_at,
        game=game.rules.code,
        title=game.rules.name,
        win_id=win.id,
        prize=prize.code,
        prize_name=prize.name,
        confirm_by=win.confirm_by,
        reserve=win.reserve,
    )


def _pass_on(actor: Actor, win: Win, why: LostWhy, reason: str) -> bool:
    """Lose a prize and let the next reserve step in who is not blocked; whether one was left. The game is seized."""
    game, now = queries.game(win.game_id), clock.now()
    said: list[Event] = []
    losing = NewWin(**{name: getattr(win, name) for name in NewWin._fields})
    records.lose(losing.id, why, actor.label, reason)
    said.append(_lost(game, losing, why, now))
    following = _step_in(game, losing, now)
    while following is not None and _is_blocked(following.customer_id):
        records.lose(following.id, LostWhy.INELIGIBLE, SYSTEM.label, "")
        said.append(_lost(game, following, LostWhy.INELIGIBLE, now))
        following = _step_in(game, following, now)
    if following is None:
        records.put_back(win.prize_id)
    else:
        said.append(offered(game, following))
    publish(said)
    records.close(game.id)
    audit.record(
        actor,
        "game.pass",
        f"game:{game.id}",
        customer_id=win.customer_id,
        reason=reason,
        detail={
            "prize": _prize(game, win).code,
            "why": why.value,
            "reserve": following.reserve if following is not None else None,
        },
    )
    return following is not None


def _step_in(game: GameView, losing: NewWin, now: datetime) -> NewWin | None:
    """Write the win of the next reserve, with the unit of the win that was lost; None where no reserve is left."""
    following = records.next_reserve(losing.prize_id)
    if following is None:
        return None
    win = losing._replace(
        id=ids.uuid7(),
        customer_id=customer_queries.survivor_of(following.customer_id),
        ticket_id=following.ticket_id,
        counter=following.counter,
        won_at=now,
        confirm_by=confirm_by(game, now),
        in_place_of=losing.id,
        reserve=following.place,
    )
    records.add_wins([win])
    records.call(following.id, win.id)
    return win


def _is_blocked(customer_id: int) -> bool:
    person = queries.people([customer_id]).get(customer_id)
    return person is None or person.is_blocked


def _lost(game: GameView, win: NewWin, why: LostWhy, now: datetime) -> PrizeLost:
    prize = _prize(game, win)
    return PrizeLost(
        customer_id=win.customer_id,
        occurred_at=now,
        game=game.rules.code,
        title=game.rules.name,
        win_id=win.id,
        prize=prize.code,
        prize_name=prize.name,
        why=why.value,
    )


def _prize(game: GameView, win: Win | NewWin) -> Prize:
    """The prize of a win, as it was published."""
    codes = {number: code for code, number in queries.prize_ids(game.id).items()}
    return next(prize for prize in game.rules.prizes if prize.code == codes[win.prize_id])


def _win(win_id: UUID) -> Win:
    found = Win.objects.filter(pk=win_id).first()
    if found is None:
        raise NotFound(_("There is no prize %(id)s that was won.") % {"id": win_id})
    return found


def _seized(win_id: UUID) -> Win:
    """A win as it stands once nobody else settles prizes of its draw."""
    records.seize(_win(win_id).game_id)
    return _win(win_id)


def _check_open(win: Win) -> None:
    """Conflict where a win cannot be confirmed, or declined, today."""
    _check_waiting(win)
    if win.confirm_by is not None and win.confirm_by < organisation.company_day():
        raise Conflict(_("This prize could be confirmed until %(day)s.") % {"day": win.confirm_by})


def _check_waiting(win: Win) -> None:
    """Conflict where a win does not wait to be confirmed, or never had to."""
    if win.granted_at is not None:
        raise Conflict(_("This prize was confirmed and given already."))
    if win.lost_at is not None:
        raise Conflict(_("This prize was passed on already."))
    if win.waits_since is not None:
        raise Conflict(_("This prize was confirmed; it is given once its coupon can be issued."))
    if win.confirm_by is None:
        raise Conflict(_("This prize is given without being confirmed."))


def _told(win_id: UUID) -> Won:
    return won_as(queries.wins(win_id=win_id, limit=1)[0])
