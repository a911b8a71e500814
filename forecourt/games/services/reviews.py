"""Games handed in for review, and what a second person decides: with that they are live."""

import secrets
from datetime import date, datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from forecourt.games import permissions, queries, records, rules
from forecourt.games.models import PrizeRow
from forecourt.games.services.games import draft, subject_of
from forecourt.games.values import GameKind, GameRules, GameState
from forecourt.kernel import clock, reviews
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid
from forecourt.organisation import queries as organisation

SEED_BYTES: Final = 32


@transaction.atomic(durable=True)
def submit_game(actor: Actor, game_id: int, note: str = "") -> int:
    """Hand a draft in for review; returns the review's id. It cannot be edited until that is decided.

    Invalid, with every field at fault, where it cannot be played as it stands.
    """
    actor.require_everywhere(permissions.EDIT_GAMES)
    row = draft(game_id)
    _check(msgspec.convert(row.body, GameRules), clock.now())
    return reviews.hand_in(actor, subject_of(game_id), row.body, note, detail={"code": row.code})


@transaction.atomic(durable=True)
def approve_game(actor: Actor, game_id: int) -> None:
    """Make what was handed in live: its rules stay from now on, and the SHA-256 of every seed it will use is published too.

    NotAllowed for who handed it in themselves, unless the company lets one person do both; Invalid as for handing it in.
    """
    actor.require_everywhere(permissions.APPROVE_GAMES)
    row, now = draft(game_id), clock.now()
    is_alone = organisation.company().solo_approval
    review = reviews.approve(actor, subject_of(game_id), is_alone=is_alone, detail={"code": row.code})
    game = msgspec.convert(review.body, GameRules)
    _check(game, now)
    PrizeRow.objects.bulk_create(
        PrizeRow(game_id=game_id, position=position, code=prize.code, stock=prize.stock)
        for position, prize in enumerate(game.prizes)
    )
    records.add_seeds(game_id, [_new_seed(day) for day in _days(game, now)])
    row.state, row.published_at, row.published_by = GameState.LIVE, now, actor.label
    row.save(update_fields=["state", "published_at", "published_by"])


@transaction.atomic(durable=True)
def refuse_game(actor: Actor, game_id: int, reason: str) -> None:
    """Send it back to who handed it in, saying why; it is a draft to edit again."""
    actor.require_everywhere(permissions.APPROVE_GAMES)
    draft(game_id)
    reviews.refuse(actor, subject_of(game_id), reason)


@transaction.atomic(durable=True)
def withdraw_game(actor: Actor, game_id: int) -> None:
    """Take it back before it is decided; it is a draft to edit again."""
    actor.require_everywhere(permissions.EDIT_GAMES)
    draft(game_id)
    reviews.withdraw(actor, subject_of(game_id))


def _check(game: GameRules, now: datetime) -> None:
    """Invalid, with every field at fault, where a game cannot be played as it stands."""
    (faults,) = queries.faults([game], now)
    if faults:
        raise Invalid("; ".join(f"{path}: {text}" for path, text in faults.items()), fields=faults)


def _new_seed(day: date | None) -> tuple[date | None, bytes, str]:
    seed = secrets.token_bytes(SEED_BYTES)
    return day, seed, rules.commitment_of(seed)


def _days(game: GameRules, now: datetime) -> list[date | None]:
    """What seeds are wanted for: each day a wheel can still be played on, or once for a draw; a quiz needs none."""
    if game.kind is GameKind.DRAW:
        return [None]
    if game.kind is GameKind.QUIZ:
        return []
    first, last = organisation.company_day(max(now, game.starts_at)), organisation.company_day(game.ends_at)
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
