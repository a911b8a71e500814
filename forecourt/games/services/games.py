"""Games drafted, restocked and ended. What makes them live stands in `reviews`."""

import re
from decimal import Decimal
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.games import permissions, queries, records
from forecourt.games.models import Game, GameSetting, PrizeRow
from forecourt.games.values import GameKind, GameRules, GameState
from forecourt.kernel import audit, clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid, NotFound

MOST_STOCK: Final = 1_000_000_000


@transaction.atomic(durable=True)
def save_game(actor: Actor, game: GameRules, game_id: int | None = None) -> int:
    """Keep a draft, a new one or in the place of the one with that id; returns its id. It may still have faults.

    Conflict when the code is taken, the game is in review, or it is not a draft any more.
    """
    actor.require_everywhere(permissions.EDIT_GAMES)
    _check_form(game)
    now = clock.now()
    taken = Game.objects.filter(code=game.code).exclude(pk=game_id or 0).exists()
    if taken:
        raise Invalid.field("code", _("%(code)s is another game's; choose another") % {"code": game.code})
    fields = {
        "code": game.code,
        "name": game.name,
        "kind": game.kind.value,
        "starts_at": game.starts_at,
        "ends_at": game.ends_at,
        "body": msgspec.to_builtins(game),
        "edited_at": now,
        "edited_by": actor.label,
    }
    if game_id is None:
        row = Game.objects.create(**fields)
    else:
        row = _editable(game_id)
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
    audit.record(actor, "game.save", subject_of(row.pk), detail={"code": game.code})
    return int(row.pk)


def _check_form(game: GameRules) -> None:
    """Invalid where a field has not the form it must have, so that what is stored can be read again."""
    try:
        msgspec.convert(msgspec.to_builtins(game), GameRules)
    except msgspec.ValidationError as error:
        text, _at, path = str(error).partition(" - at `$.")
        where = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", path.rstrip("`")) or "game"
        raise Invalid.field(where, _at_fault(text)) from None


def _at_fault(text: str) -> str:
    """What is wrong with a field's form, in words."""
    if "length >=" in text:
        return _("is empty; fill it in")
    if "length <=" in text:
        return _("is too long; shorten it")
    if "regex" in text:
        return _("may hold letters, digits, dots, dashes and underscores only")
    return _("is out of range: %(text)s") % {"text": text}


@transaction.atomic(durable=True)
def delete_draft(actor: Actor, game_id: int) -> None:
    """Throw a draft away."""
    actor.require_everywhere(permissions.EDIT_GAMES)
    row = _editable(game_id)
    row.delete()
    audit.record(actor, "game.delete", subject_of(game_id), detail={"code": row.code})


@transaction.atomic(durable=True)
def end_game(actor: Actor, game_id: int, reason: str = "") -> None:
    """Take no more plays or tickets. Plays under way are finished first; prizes won can still be collected."""
    actor.require_everywhere(permissions.RUN_GAMES)
    records.seize(game_id)
    row = _live(game_id)
    row.state, row.ended_at = GameState.ENDED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    audit.record(actor, "game.end", subject_of(game_id), reason=reason, detail={"code": row.code})


@transaction.atomic(durable=True)
def end_games(actor: Actor) -> int:
    """End the wheels and quizzes whose time is over; returns how many. A draw ends when its list is frozen."""
    actor.require_everywhere(permissions.RUN_GAMES)
    now = clock.now()
    over = Game.objects.filter(state=GameState.LIVE, ends_at__lte=now).exclude(kind=GameKind.DRAW)
    return int(over.update(state=GameState.ENDED, ended_at=now))


@transaction.atomic(durable=True)
def copy_game(actor: Actor, game_id: int, code: str) -> int:
    """A draft like a game that is there, under another code; returns its id."""
    actor.require_everywhere(permissions.EDIT_GAMES)
    game = msgspec.structs.replace(queries.game(game_id).rules, code=code)
    _check_form(game)
    if Game.objects.filter(code=code).exists():
        raise Invalid.field("code", _("%(code)s is another game's; choose another") % {"code": code})
    row = Game.objects.create(
        code=code,
        name=game.name,
        kind=game.kind.value,
        starts_at=game.starts_at,
        ends_at=game.ends_at,
        body=msgspec.to_builtins(game),
        edited_at=clock.now(),
        edited_by=actor.label,
    )
    audit.record(actor, "game.save", subject_of(row.pk), detail={"code": code, "copy_of": game_id})
    return int(row.pk)


@transaction.atomic(durable=True)
def restock_prize(actor: Actor, game_id: int, prize: str, add: int, reason: str) -> int:
    """Add to a live game's stock of a prize (negative: take away what is left); returns the stock then. Audited."""
    actor.require_everywhere(permissions.RUN_GAMES)
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the audit trail"))
    row = PrizeRow.objects.select_for_update().filter(game_id=game_id, code=prize).first()
    if row is None:
        raise NotFound(_("There is no prize %(code)s in this game.") % {"code": prize})
    if row.stock is None:
        raise Invalid.field("add", _("the prize has no stock that could run out"))
    stock = row.stock + add
    if not add or stock < row.used or stock > MOST_STOCK:
        raise Invalid.field(
            "add",
            _("%(stock)s would be left in all and %(used)s are given; the stock cannot be less")
            % {"stock": stock, "used": row.used},
        )
    row.stock = stock
    row.save(update_fields=["stock"])
    audit.record(
        actor,
        "game.restock",
        subject_of(game_id),
        reason=reason.strip(),
        detail={"prize": prize, "add": add, "stock": stock},
    )
    return int(stock)


@transaction.atomic(durable=True)
def set_prize_cap(actor: Actor, prize_cap: Decimal, is_checked: bool, reason: str) -> None:
    """Say how much one prize may be worth (0: no check) and whether a lawyer looked at that. Games that are live stay as they
    are. Audited with the reason and the limit before; who approves games may not change it by that.
    """
    actor.require_everywhere(permissions.SET_PRIZE_CAP)
    if prize_cap < 0 or prize_cap >= 10**10:
        raise Invalid.field("prize_cap", _("must be 0 or more, and below ten thousand million"))
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the audit trail"))
    before = queries.setting().prize_cap
    GameSetting.objects.update_or_create(pk=1, defaults={"prize_cap": prize_cap, "is_cap_checked": is_checked})
    audit.record(
        actor,
        "game.set_prize_cap",
        "games",
        reason=reason.strip(),
        detail={"old": f"{before:f}", "prize_cap": f"{prize_cap:f}", "is_checked": is_checked},
    )


def subject_of(game_id: int) -> str:
    """How the audit trail and reviews name a game."""
    return f"game:{game_id}"


def draft(game_id: int) -> Game:
    """The game with that id, locked until the transaction ends; NotFound, and Conflict when it is no draft any more."""
    row = Game.objects.select_for_update().filter(pk=game_id).first()
    if row is None:
        raise NotFound(_("There is no game %(id)s.") % {"id": game_id})
    if row.state != GameState.DRAFT:
        raise Conflict(_("This game was published and its rules stay; copy it to make another."))
    return row


def _editable(game_id: int) -> Game:
    row = draft(game_id)
    reviews.require_none(subject_of(game_id))
    return row


def _live(game_id: int) -> Game:
    row = Game.objects.select_for_update().filter(pk=game_id).first()
    if row is None:
        raise NotFound(_("There is no game %(id)s.") % {"id": game_id})
    if row.state != GameState.LIVE:
        raise Conflict(_("This game is not live."))
    return row
