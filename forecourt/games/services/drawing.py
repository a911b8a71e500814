"""The lucky draw in three steps: the list is frozen, winners follow from seed and list, prizes are given in lists. Where
winners have to confirm, their prizes wait for that instead: `confirming`.

Each step is a transaction of its own. Killed anywhere, the next call goes on: the list is frozen once, the winners are a
pure function of it, and each prize is given by its origin once.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.games import permissions, queries, records, rules
from forecourt.games.events import DrawDone
from forecourt.games.models import Drawing, Game, Win
from forecourt.games.queries.wording import moment_in_words
from forecourt.games.records import Grant, NewReserve, NewWin
from forecourt.games.rules import Winner
from forecourt.games.services.confirming import confirm_by, offered
from forecourt.games.values import Frozen, GameKind, GameState, GameView
from forecourt.kernel import audit, clock, ids, readers, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound

LIST: Final = 500
"""Prizes given in one transaction."""
LISTS_AT_ONCE: Final = 10
SALES_READER: Final = "games.handlers.give_for_sales"
SETTLING: Final = timedelta(minutes=1)
"""Tills sell all the time: what was recorded less than this ago need not have been looked at when a list is frozen."""
LONGEST_ENTROPY: Final = 1000
HOLDERS: Final = """
SELECT ticket.id, coalesce(customer.merged_into_id, ticket.customer_id)
FROM games_ticket AS ticket JOIN customers_customer AS customer ON customer.id = ticket.customer_id
WHERE ticket.game_id = %(game_id)s AND ticket.id = ANY(%(ids)s::bigint[])
"""


@transaction.atomic(durable=True)
def freeze_draw(actor: Actor, game_id: int) -> Frozen:
    """End the entries of a draw and fix the list of its tickets, whose SHA-256 is published. Cannot be undone.

    Frozen before, it stays as it is. Waits for entries under way; none is possible afterwards. Conflict while sales and
    refunds have not been looked at yet that were recorded before the end, or more than a minute ago.
    """
    actor.require_everywhere(permissions.DRAW_WINNERS)
    records.seize(game_id)
    game = _draw(game_id)
    known = queries.frozen(game_id)
    if known is not None:
        return known
    now = clock.now()
    if game.state is GameState.DRAFT:
        raise Conflict(_("This draw is not live yet."))
    if now < game.rules.ends_at:
        end = moment_in_words(game.rules.ends_at)
        raise Conflict(_("Entries are open until %(end)s; freeze the list after that.") % {"end": end})
    if readers.is_behind(SALES_READER, max(game.rules.ends_at, now - SETTLING)):
        raise Conflict(_("Tickets of the last sales are still being given; freeze the list in a few minutes."))
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
    """Reveal the seed of a draw whose list is frozen, and write down winners and reserves; returns how many winners. Cannot be
    undone.

    `entropy` is the public text that was announced. Drawn before, nothing changes. The prizes are given by `give_prizes`.
    """
    actor.require_everywhere(permissions.DRAW_WINNERS)
    records.seize(game_id)
    game = _draw(game_id)
    row = Drawing.objects.select_for_update().filter(pk=game_id).first()
    if row is None:
        raise Conflict(_("The list of this draw is not frozen yet."))
    if row.drawn_at is not None:
        return Win.objects.filter(game_id=game_id, ticket_id__isnull=False, reserve__isnull=True).count()
    now, entropy = clock.now(), entropy.strip()
    _check_moment(game, entropy)
    known = queries.seed(game_id, None)
    if known is None:
        raise Conflict(_("This draw has no seed; it was never published."))
    columns = rules.columns_of(queries.frozen_list(game_id))
    found = rules.winners(known.seed, game.rules.code, row.list_hash, entropy, columns, queries.ranks_of(game))
    tickets = {one: columns.numbers[one.line] for one in found}
    holders = dict(sql.rows(HOLDERS, {"game_id": game_id, "ids": sql.array(list(tickets.values()))}))
    drawn = [_Holder(one, tickets[one], holders[tickets[one]]) for one in found]
    wins = _write_winners(game, [one for one in drawn if not one.winner.is_reserve], now)
    reserves = _write_reserves(game, [one for one in drawn if one.winner.is_reserve])
    row.entropy, row.drawn_at, row.drawn_by = entropy, now, actor.label
    row.save(update_fields=["entropy", "drawn_at", "drawn_by"])
    done = DrawDone(
        occurred_at=now,
        game=game.rules.code,
        tickets=row.tickets,
        winners=len(wins),
        list_hash=row.list_hash,
        reserves=reserves,
    )
    publish([done, *(offered(game, win) for win in wins if win.confirm_by is not None)])
    detail = {"winners": len(wins), "reserves": reserves, "entropy": entropy}
    audit.record(actor, "game.draw", f"game:{game_id}", detail=detail)
    return len(wins)


class _Holder(NamedTuple):
    """A winner, or a reserve, with the number of the ticket and whose it is."""

    winner: Winner
    ticket: int
    customer_id: int


def _write_winners(game: GameView, drawn: Sequence[_Holder], now: datetime) -> list[NewWin]:
    """The wins of a draw, each with its unit of the stock."""
    prizes = {prize.code: prize for prize in game.rules.prizes}
    numbers = queries.prize_ids(game.id)
    units = {}
    for code in sorted({one.winner.prize for one in drawn}):
        count = sum(one.winner.prize == code for one in drawn)
        is_there, last = records.take_prize(numbers[code], count)
        if not is_there:
            raise Conflict(_("The stock of %(name)s is not enough for its winners.") % {"name": prizes[code].name})
        units[code] = last - count if last is not None else None
    wins = []
    for (one, ticket, customer_id), win_id in zip(drawn, ids.uuid7s(len(drawn)), strict=True):
        prize, before = prizes[one.prize], units[one.prize]
        wins.append(
            NewWin(
                id=win_id,
                game_id=game.id,
                prize_id=numbers[one.prize],
                unit=before + one.place if before is not None else None,
                customer_id=customer_id,
                kind=prize.kind.value,
                play_id=None,
                ticket_id=ticket,
                place=one.place,
                counter=one.counter,
                points=prize.points,
                funder=prize.funder,
                cost=prize.cost,
                won_at=now,
                confirm_by=confirm_by(game, now),
            )
        )
    records.add_wins(wins)
    return wins


def _write_reserves(game: GameView, drawn: Sequence[_Holder]) -> int:
    numbers = queries.prize_ids(game.id)
    reserves = [
        NewReserve(game.id, numbers[one.prize], one.place, customer_id, ticket, one.counter)
        for one, ticket, customer_id in drawn
    ]
    records.add_reserves(reserves)
    return len(reserves)


def _check_moment(game: GameView, entropy: str) -> None:
    draw = game.rules.draw
    if draw is not None and clock.now() < draw.draws_at:
        raise Conflict(_("This draw is held on %(moment)s.") % {"moment": moment_in_words(draw.draws_at)})
    if draw is not None and draw.entropy_from and not entropy:
        raise Invalid.field("entropy", _("is empty; give what was announced: %(text)s") % {"text": draw.entropy_from})
    if len(entropy) > LONGEST_ENTROPY:
        raise Invalid.field("entropy", _("is longer than %(most)s characters") % {"most": LONGEST_ENTROPY})


@transaction.atomic(durable=True)
def give_prizes(actor: Actor, game_id: int, limit: int = LIST) -> int:
    """Give up to `limit` prizes of a draw that was held; returns how many are left that can be given. Call it until none is.

    Whoever was merged meanwhile gets the prize as the survivor. Those that have to be confirmed are not given here. Coupons
    that cannot be issued wait, and are told once: the next call after their template has room gives them.
    """
    actor.require_everywhere(permissions.DRAW_WINNERS)
    game = _draw(game_id)
    row = Drawing.objects.filter(pk=game_id).defer("list_body").first()
    if row is None or row.drawn_at is None:
        raise Conflict(_("This draw was not held yet."))
    left = _to_give(game)
    waiting = list(left.order_by("id")[:limit])
    customers = {win.customer_id: customer_queries.survivor_of(win.customer_id) for win in waiting}
    merged = customer_records.lock(set(customers.values()))
    records.seize(game_id)  # whoever else gives prizes of this draw waits here, and then finds them given
    still = set(left.filter(pk__in=[win.pk for win in waiting]).values_list("id", flat=True))
    prizes = {number: code for code, number in queries.prize_ids(game_id).items()}
    by_code = {prize.code: prize for prize in game.rules.prizes}
    grants = [
        Grant(win.pk, merged.get(survivor) or survivor, by_code[prizes[win.prize_id]])
        for win in waiting
        if win.pk in still
        for survivor in [customers[win.customer_id]]
    ]
    given, without = records.within_room(grants)
    said = records.wait(game, without, clock.now())
    if given:
        _made, won = records.grant(game, given, actor.label)
        said += won
    publish(said)
    records.close(game_id)
    return _to_give(game).count()


def _to_give(game: GameView) -> QuerySet[Win]:
    """The prizes of a draw that are to be given: all but those that wait for coupons of which none can be issued now."""
    codes = queries.not_issued_now(game.rules.prizes)
    numbers = [number for code, number in queries.prize_ids(game.id).items() if code in codes]
    left = Win.objects.filter(game_id=game.id, granted_at__isnull=True, lost_at__isnull=True, confirm_by__isnull=True)
    return left.exclude(prize_id__in=numbers, waits_since__isnull=False)


def give_at_once(actor: Actor, game_id: int) -> int:
    """Give the prizes of a draw that was held, in as many lists as whoever waits for an answer can wait for; returns how many
    are left, which the worker gives.
    """
    left = give_prizes(actor, game_id)
    for _turn in range(LISTS_AT_ONCE - 1):
        if not left:
            break
        left = give_prizes(actor, game_id)
    return left


def _draw(game_id: int) -> GameView:
    game = queries.game(game_id)
    if game.rules.kind is not GameKind.DRAW:
        raise Conflict(_("This game is no lucky draw."))
    return game
