"""A quiz: a paper is handed out, without a word of what is right, and marked when it is handed in."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.games import permissions, queries, records, rules
from forecourt.games.models import Play
from forecourt.games.records import NewPlay
from forecourt.games.rules import Sheet
from forecourt.games.services.table import Table, give_win, pay, played, sit_down, won_before
from forecourt.games.values import GameKind, GameView, Marked, Paper, Quiz, Won
from forecourt.kernel import ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound

GRACE: Final = timedelta(seconds=3)
"""What an answer may be late by, for the way it takes."""


@transaction.atomic(durable=True)
def start_quiz(actor: Actor, code: str, customer_id: int) -> Paper:
    """Take a chance at a quiz and hand out the paper; one that is under way is handed out again."""
    actor.require(permissions.PLAY_GAMES)
    table = sit_down(actor, code, customer_id, GameKind.QUIZ)
    quiz = _quiz(table.game)
    under_way = (
        Play.objects.filter(game_id=table.game.id, customer_id__in=table.family, answered_at__isnull=True)
        .order_by("-played_at")
        .first()
    )
    if under_way is not None and (under_way.closes_at is None or table.now <= under_way.closes_at):
        return _paper(quiz, under_way.pk, _sheet(under_way), under_way.closes_at, under_way.points_spent)
    said: list[Event] = []
    play_id = ids.uuid7()
    chance_id, points = pay(table, play_id, said)
    sheet = rules.sheet_of(quiz, secrets.token_bytes(32))
    closes_at = table.now + timedelta(seconds=quiz.seconds) if quiz.seconds else None
    records.add_play(
        NewPlay(
            id=play_id,
            game_id=table.game.id,
            customer_id=table.customer_id,
            player=table.player,
            day=table.day,
            number=records.next_number(table.game.id, table.day, table.player),
            played_at=table.now,
            chance_id=chance_id,
            points_spent=points,
            sheet=msgspec.json.encode(sheet).decode(),
            closes_at=closes_at,
        )
    )
    publish(said)
    return _paper(quiz, play_id, sheet, closes_at, points)


@transaction.atomic(durable=True)
def answer_quiz(actor: Actor, play_id: UUID, answers: Sequence[Sequence[int]]) -> Marked:
    """Hand in a paper, the chosen places of each question in its order, and give what it wins. Handed in again, it is told
    again how it went. What comes too late counts as no answer at all.
    """
    actor.require(permissions.PLAY_GAMES)
    row = Play.objects.filter(pk=play_id).first()
    if row is None or row.sheet is None:
        raise NotFound(_("There is no quiz %(id)s under way.") % {"id": play_id})
    game = queries.game(row.game_id)
    table = sit_down(actor, game.rules.code, row.customer_id, GameKind.QUIZ, must_be_open=False)
    row = Play.objects.get(pk=play_id)  # as it is now that the customer is locked
    quiz, sheet = _quiz(game), _sheet(row)
    if row.answered_at is not None:
        return _marked(table, quiz, sheet, row.pk, row.right or 0, row.is_late, won_before(row.pk))
    if len(answers) != len(sheet.questions):
        raise Invalid.field(
            "answers",
            _("are %(given)s for %(asked)s questions") % {"given": len(answers), "asked": len(sheet.questions)},
        )
    is_late = row.closes_at is not None and table.now > row.closes_at + GRACE
    right = 0 if is_late else rules.marks(quiz, sheet, answers)
    records.answer_play(play_id, answers, right, is_late)
    said: list[Event] = []
    won = None
    prizes = {prize.code: prize for prize in game.rules.prizes}
    numbers = queries.prize_ids(game.id)
    reached = [] if is_late else rules.awards_reached(quiz, right)
    run_out = records.without_room([prizes[award.prize] for award in reached])
    for award in reached:
        if award.prize in run_out:
            continue
        is_there, unit = records.take_prize(numbers[award.prize])
        if is_there:
            won = give_win(table, play_id, prizes[award.prize], unit, said)
            break
    said.append(played(table, play_id, won, row.points_spent))
    publish(said)
    return _marked(table, quiz, sheet, play_id, right, is_late, won)


def _quiz(game: GameView) -> Quiz:
    if game.rules.quiz is None:
        raise Conflict(_("This game has no questions."))
    return game.rules.quiz


def _sheet(play: Play) -> Sheet:
    return msgspec.convert(play.sheet, Sheet)


def _paper(quiz: Quiz, play_id: UUID, sheet: Sheet, closes_at: datetime | None, points: int) -> Paper:
    return Paper(play_id=play_id, questions=rules.paper_of(quiz, sheet), closes_at=closes_at, points_spent=points)


def _marked(
    table: Table, quiz: Quiz, sheet: Sheet, play_id: UUID, right: int, is_late: bool, won: Won | None
) -> Marked:
    """How it went, with the right answers for who passed or cannot try again."""
    is_passed = not is_late and bool(rules.awards_reached(quiz, right))
    player = queries.players([table.game], table.family, table.now)[table.game.id]
    is_over = bool(rules.closed(table.game.rules, table.game.state, table.now))
    may_know = is_passed or is_over or bool(rules.spent_up(table.game.rules, player))
    answers: Any = rules.right_places(quiz, sheet) if quiz.tells_answers and may_know else None
    return Marked(
        play_id=play_id,
        right=right,
        asked=len(sheet.questions),
        is_passed=is_passed,
        is_late=is_late,
        won=won,
        answers=answers,
    )
