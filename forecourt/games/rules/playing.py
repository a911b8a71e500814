"""Who may play, what a sale gives, and how a quiz is put and marked. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from forecourt.games.rules.chance import shuffled
from forecourt.games.rules.checks import asked_of
from forecourt.games.values import (
    Award,
    GameRules,
    GameState,
    PaperQuestion,
    Quiz,
    SaleChances,
    TierWeight,
)
from forecourt.kernel.words import say as _


class Player(NamedTuple):
    """What decides whether a customer may play. `chances` are those left, first chances not yet taken among them."""

    is_blocked: bool = False
    tier: str = ""
    tags: Collection[str] = ()
    has_bought: bool = True
    plays_today: int = 0
    plays_in_all: int = 0
    chances: int = 0
    points: int = 0


def chances_of_sale(rule: SaleChances | None, volume: Decimal, amount: Decimal) -> int:
    """Chances (or tickets) that a sale of so much fuel, for so much paid, gives."""
    if rule is None or volume < rule.volume or amount < rule.amount or amount <= 0:
        return 0
    steps = 1
    if rule.each:
        full = [int(have // step) for have, step in ((volume, rule.volume), (amount, rule.amount)) if step]
        steps = min(full) if full else 1
    given = steps * rule.count
    return min(given, rule.most) if rule.most else given


def weight_of(weights: Sequence[TierWeight], tier: str) -> int:
    """What a ticket of a member of that tier weighs."""
    return next((one.weight for one in weights if one.tier == tier), 1)


def closed(game: GameRules, state: GameState, now: datetime) -> str:
    """Why nobody may play now, "" where the game is open."""
    if state is GameState.DRAFT:
        return _("This game is not live yet.")
    if state is GameState.ENDED or now >= game.ends_at:
        return _("This game has ended.")
    if now < game.starts_at:
        return _("This game has not begun yet.")
    return ""


def barred(game: GameRules, player: Player) -> str:
    """Why this customer may not play at all, "" where nothing speaks against it."""
    who = game.who
    if player.is_blocked:
        return _("This customer is blocked.")
    if who.tiers and player.tier not in who.tiers:
        return _("This game is for members of other tiers.")
    if who.tags and not set(who.tags) & set(player.tags):
        return _("This game is for other members.")
    if who.bought_days and not player.has_bought:
        return _("This game is for who bought something in the last %(days)s days.") % {"days": who.bought_days}
    return ""


def spent_up(game: GameRules, player: Player) -> str:
    """Why this customer may not play again now, "" where another play is possible."""
    if game.in_all and player.plays_in_all >= game.in_all:
        return _("The plays of this game (%(count)s) are used up.") % {"count": game.in_all}
    if game.per_day and player.plays_today >= game.per_day:
        return _("The plays of today (%(count)s) are used up; come back tomorrow.") % {"count": game.per_day}
    if player.chances or not (game.needs_chance or game.points_cost):
        return ""
    if not game.points_cost:
        return _("There is no chance left.")
    if player.points < game.points_cost:
        return _("A play costs %(cost)s points and %(there)s can be spent.") % {
            "cost": game.points_cost,
            "there": player.points,
        }
    return ""


def no_ticket(game: GameRules, player: Player, tickets: int, *, with_points: bool) -> str:
    """Why so many tickets cannot be had by signing up, or with points; "" where they can."""
    if not (game.points_cost if with_points else game.draw is not None and game.draw.by_sign_up):
        return _("Tickets of this draw are not to be had so.")
    if game.in_all and player.plays_in_all + tickets > game.in_all:
        return _("Tickets in all for each member: at most %(count)s.") % {"count": game.in_all}
    if game.per_day and player.plays_today + tickets > game.per_day:
        return _("Tickets a day for each member: at most %(count)s.") % {"count": game.per_day}
    return ""


def plays_left(game: GameRules, player: Player) -> int | None:
    """How often this customer can still play today, chances and limits together; None without limit."""
    limits = []
    if game.in_all:
        limits.append(game.in_all - player.plays_in_all)
    if game.per_day:
        limits.append(game.per_day - player.plays_today)
    if game.needs_chance or game.points_cost:
        paid = max(0, player.points) // game.points_cost if game.points_cost else 0
        limits.append(player.chances + paid)
    return max(0, min(limits)) if limits else None


class Sheet(NamedTuple):
    """The order a player gets a quiz in: the questions by their place, and each one's options by theirs."""

    questions: tuple[int, ...]
    options: tuple[tuple[int, ...], ...]


def sheet_of(quiz: Quiz, seed: bytes) -> Sheet:
    """Questions and options in an order of the seed's."""
    questions = tuple(shuffled(seed, "questions", len(quiz.questions)))[: asked_of(quiz)]
    options = tuple(tuple(shuffled(seed, f"options|{one}", len(quiz.questions[one].options))) for one in questions)
    return Sheet(questions, options)


def paper_of(quiz: Quiz, sheet: Sheet) -> tuple[PaperQuestion, ...]:
    """What the player sees of it: no word of what is right."""
    return tuple(
        PaperQuestion(
            text=quiz.questions[one].text,
            options=tuple(quiz.questions[one].options[place] for place in order),
            choose=len(quiz.questions[one].right),
        )
        for one, order in zip(sheet.questions, sheet.options, strict=True)
    )


def right_places(quiz: Quiz, sheet: Sheet) -> tuple[tuple[int, ...], ...]:
    """The right answers of each question, as places on the player's paper."""
    return tuple(
        tuple(shown for shown, place in enumerate(order) if place in quiz.questions[one].right)
        for one, order in zip(sheet.questions, sheet.options, strict=True)
    )


def marks(quiz: Quiz, sheet: Sheet, answers: Sequence[Collection[int]]) -> int:
    """How many questions are answered right: all that is right chosen, and nothing else. One without an answer is wrong."""
    right = right_places(quiz, sheet)
    return sum(bool(given) and set(given) == set(due) for given, due in zip(answers, right, strict=False))


def awards_reached(quiz: Quiz, right: int) -> list[Award]:
    """The awards that so many right answers reach, the best first."""
    return sorted((award for award in quiz.awards if award.right <= right), key=lambda award: -award.right)
