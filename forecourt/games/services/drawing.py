"""The lucky draw in three steps: the list is frozen, winners follow from seed and list, prizes are given in lists.

Each step is a transaction of its own. Killed anywhere, the next call goes on: the list is frozen once, the winners are a
pure function of it, and each prize is given by its origin once.
"""

import zlib
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.games import permissions, queries, records, rules
from forecourt.games.events import DrawDone
from forecourt.games.models import Drawing, Game, Win
from forecourt.games.records import Grant, NewWin
from forecourt.games.values import Frozen, GameKind, GameState, GameView
from forecourt.kernel import audit, clock, ids, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound

LIST: Final = 500
"""Prizes given in one transaction."""
LONGEST_ENTROPY: Final = 1000
HOLDERS: Final = """
SELECT ticket.id, coalesce(customer.merged_into_id, ticket.customer_id)
FROM games_ticket AS ticket JOIN customers_customer AS customer ON customer.id = ticket.customer_id
WHERE ticket.game_id = %(game_id)s AND ticket.id = ANY(%(ids)s::bigint[])
"""


@transaction.atomic(durable=True)
def freeze_draw(actor: Actor, game_id: int) -> Frozen:
    """End the entries of a draw and fix the list of its tickets, whose SHA-256 is published. Cannot be undone.

    Frozen before, it stays as it is. Waits for entries under way; none is possible afterwards.
    """
    actor.require(permissions.DRAW_WINNERS)
    records.seize(game_id)
    game = _draw(game_id)
    known = queries.frozen(game_id)
    if known is not None:
        return known
    now = clock.now()
    if game.state is GameState.DRAFT:
        raise Conflict(_("This draw is not live yet."))
    if now < game.rules.ends_at:
        raise Conflict(_("Entries are open until %(end)s; freeze the list after that.") % {"end": game.rules.ends_at})
    text, holders, weight = queries.ticket_list(game_id)
    list_hash = rules.hash_of(text)
    Drawing.objects.create(
        game_id=game_id,
        tickets=text.count(b"\n"),
        holders=holders,
        weight=weight,
        list_hash=list_hash,
        list_body=zlib.compress(text, 6),
        frozen_at=now,
        frozen_by=actor.label,
    )
    Game.objects.filter(pk=game_id).update(state=GameState.ENDED, ended_at=now)
    audit.record(actor, "game.freeze", f"game:{game_id}", detail={"list_hash": list_hash})
    found = queries.frozen(game_id)
    if found is None:
        raise NotFound(_("There is no game %(id)s.") % {"id": game_id})
    return found


@transaction.atomic(durable=True)
def draw_winners(actor: Actor, game_id: int, entropy: str = "") -> int:
    """Reveal the seed of a draw whose list is frozen, and write down its winners; returns how many. Cannot be undone.

    `entropy` is the public text that was announced. Drawn before, nothing changes. The prizes are given by `give_prizes`.
    """
    actor.require(permissions.DRAW_WINNERS)
    records.seize(game_id)
    game = _draw(game_id)
    row = Drawing.objects.select_for_update().filter(pk=game_id).first()
    if row is None:
        raise Conflict(_("The list of this draw is not frozen yet."))
    if row.drawn_at is not None:
        return Win.objects.filter(game_id=game_id, ticket_id__isnull=False).count()
    now, entropy = clock.now(), entropy.strip()
    _check_moment(game, entropy)
    known = queries.seed(game_id, None)
    if known is None:
        raise Conflict(_("This draw has no seed; it was never published."))
    columns = rules.columns_of(queries.frozen_list(game_id))
    found = rules.winners(known.seed, game.rules.code, row.list_hash, entropy, columns, queries.ranks_of(game))
    prizes = {prize.code: prize for prize in game.rules.prizes}
    numbers = queries.prize_ids(game_id)
    tickets = [columns.numbers[one.line] for one in found]
    holders = dict(sql.rows(HOLDERS, {"game_id": game_id, "ids": sql.array(tickets)}))
    units = {}
    for code in sorted({one.prize for one in found}):
        count = sum(one.prize == code for one in found)
        is_there, last = records.take_prize(numbers[code], count)
        if not is_there:
            raise Conflict(_("The stock of %(name)s is not enough for its winners.") % {"name": prizes[code].name})
        units[code] = last - count if last is not None else None
    wins = []
    for one, ticket, win_id in zip(found, tickets, ids.uuid7s(len(found)), strict=True):
        prize, before = prizes[one.prize], units[one.prize]
        wins.append(
            NewWin(
                id=win_id,
                game_id=game_id,
                prize_id=numbers[one.prize],
                unit=before + one.place if before is not None else None,
                customer_id=holders[ticket],
                kind=prize.kind.value,
                play_id=None,
                ticket_id=ticket,
                place=one.place,
                counter=one.counter,
                points=prize.points,
                funder=prize.funder,
                cost=prize.cost,
                won_at=now,
            )
        )
    records.add_wins(wins)
    row.entropy, row.drawn_at, row.drawn_by = entropy, now, actor.label
    row.save(update_fields=["entropy", "drawn_at", "drawn_by"])
    done = DrawDone(
        occurred_at=now, game=game.rules.code, tickets=row.tickets, winners=len(wins), list_hash=row.list_hash
    )
    publish([done])
    audit.record(actor, "game.draw", f"game:{game_id}", detail={"winners": len(wins), "entropy": entropy})
    return len(wins)


def _check_moment(game: GameView, entropy: str) -> None:
    draw = game.rules.draw
    if draw is not None and clock.now() < draw.draws_at:
        raise Conflict(_("This draw is held on %(moment)s.") % {"moment": draw.draws_at})
    if draw is not None and draw.entropy_from and not entropy:
        raise Invalid.field("entropy", _("is empty; give what was announced: %(text)s") % {"text": draw.entropy_from})
    if len(entropy) > LONGEST_ENTROPY:
        raise Invalid.field("entropy", _("is longer than %(most)s characters") % {"most": LONGEST_ENTROPY})


@transaction.atomic(durable=True)
def give_prizes(actor: Actor, game_id: int, limit: int = LIST) -> int:
    """Give up to `limit` prizes of a draw that was held; returns how many are left to give. Call it until none is.

    Whoever was merged meanwhile gets the prize as the survivor.
    """
    actor.require(permissions.DRAW_WINNERS)
    game = _draw(game_id)
    row = Drawing.objects.filter(pk=game_id).defer("list_body").first()
    if row is None or row.drawn_at is None:
        raise Conflict(_("This draw was not held yet."))
    waiting = list(Win.objects.filter(game_id=game_id, granted_at__isnull=True).order_by("id")[:limit])
    customers = {win.customer_id: customer_queries.survivor_of(win.customer_id) for win in waiting}
    merged = customer_records.lock(set(customers.values()))
    records.seize(game_id)  # whoever else gives prizes of this draw waits here, and then finds them given
    left = Win.objects.filter(game_id=game_id, granted_at__isnull=True)
    still = set(left.filter(pk__in=[win.pk for win in waiting]).values_list("id", flat=True))
    prizes = {number: code for code, number in queries.prize_ids(game_id).items()}
    by_code = {prize.code: prize for prize in game.rules.prizes}
    grants = [
        Grant(win.pk, merged.get(survivor) or survivor, by_code[prizes[win.prize_id]])
        for win in waiting
        if win.pk in still
        for survivor in [customers[win.customer_id]]
    ]
    if grants:
        _made, said = records.grant(game, grants, actor.label)
        publish(said)
    remaining = left.count()
    if not remaining:
        Drawing.objects.filter(pk=game_id, done_at__isnull=True).update(done_at=clock.now())
    return remaining


def _draw(game_id: int) -> GameView:
    game = queries.game(game_id)
    if game.rules.kind is not GameKind.DRAW:
        raise Conflict(_("This game is no lucky draw."))
    return game
