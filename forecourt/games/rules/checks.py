"""What is wrong with a game before it goes live, what is worth a warning, and what it is expected to cost."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from forecourt.games.values import LONGEST_DAYS, WHOLE, GameKind, GameRules, PrizeKind, Quiz, Wheel
from forecourt.kernel.money import ZERO
from forecourt.kernel.words import say as _

MOST_SEGMENTS = 24
MOST_MONEY = Decimal(10) ** 9


def faults(game: GameRules) -> dict[str, str]:
    """What must be mended, by field; empty where the game may go live."""
    found: dict[str, str] = {}
    for path, text in _faults(game):
        found.setdefault(path, text)
    return found


def _faults(game: GameRules) -> Iterator[tuple[str, str]]:
    if not game.name.strip():
        yield "name", _("is empty; give the game a name")
    if game.ends_at <= game.starts_at:
        yield "ends_at", _("is not after the beginning; give a later moment")
    elif game.ends_at - game.starts_at > timedelta(days=LONGEST_DAYS):
        yield (
            "ends_at",
            _("lies more than %(days)s days after the beginning; give an earlier moment") % {"days": LONGEST_DAYS},
        )
    codes = [prize.code for prize in game.prizes]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield "prizes", _("two prizes have the code %(code)r; give each its own") % {"code": code}
    yield from _prize_faults(game)
    yield from _sale_faults(game)
    match game.kind:
        case GameKind.WHEEL:
            yield from _wheel_faults(game, game.wheel)
        case GameKind.QUIZ:
            yield from _quiz_faults(game, game.quiz)
        case GameKind.DRAW:
            yield from _draw_faults(game)


def _prize_faults(game: GameRules) -> Iterator[tuple[str, str]]:
    for prize in game.prizes:
        if prize.kind is PrizeKind.POINTS and prize.points < 1:
            yield f"prizes.{prize.code}.points", _("gives no points; give 1 or more")
        if prize.kind is PrizeKind.COUPON and not prize.template:
            yield f"prizes.{prize.code}.template", _("names no coupon; choose the one that is given")
        for name, figure in (("value", prize.value), ("cost", prize.cost)):
            if not 0 <= figure < MOST_MONEY:
                yield (
                    f"prizes.{prize.code}.{name}",
                    _("%(figure)s is not possible; give 0 or more") % {"figure": figure},
                )


def _sale_faults(game: GameRules) -> Iterator[tuple[str, str]]:
    if game.sale_chances is not None:
        sales = game.sale_chances
        if sales.volume < 0 or sales.amount < 0:
            yield "sale_chances", _("a volume or amount is negative; give 0 or more")
        if sales.each and not (sales.volume or sales.amount):
            yield "sale_chances", _("each full step of nothing has no end; give a volume or an amount")


def _wheel_faults(game: GameRules, wheel: Wheel | None) -> Iterator[tuple[str, str]]:
    if wheel is None or len(wheel.segments) < 2:
        yield "segments", _("are fewer than two; give the wheel two segments or more")
        return
    if len(wheel.segments) > MOST_SEGMENTS:
        yield "segments", _("are more than %(most)s; take some away") % {"most": MOST_SEGMENTS}
    whole = sum(segment.parts for segment in wheel.segments)
    if whole != WHOLE:
        difference = WHOLE - whole
        said = _("%(percent)s%% is missing") if difference > 0 else _("%(percent)s%% is too much")
        yield (
            "segments",
            _("add up to %(sum)s%% and must to 100%%: %(difference)s")
            % {
                "sum": percent(whole),
                "difference": said % {"percent": percent(abs(difference))},
            },
        )
    prizes = {prize.code: prize for prize in game.prizes}
    for place, segment in enumerate(wheel.segments):
        if segment.prize and segment.prize not in prizes:
            yield (
                f"segments.{place}.prize",
                _("%(code)r is no prize of this game; add it or choose another") % {"code": segment.prize},
            )
    if wheel.consolation >= len(wheel.segments):
        yield "consolation", _("names no segment; choose the one that a prize out of stock falls to")
        return
    prize = prizes.get(wheel.segments[wheel.consolation].prize)
    if prize is not None and prize.stock is not None:
        yield (
            "consolation",
            _("%(name)s may run out itself; choose a segment with nothing, or with a prize without a limit")
            % {"name": prize.name},
        )


def _quiz_faults(game: GameRules, quiz: Quiz | None) -> Iterator[tuple[str, str]]:
    if quiz is None or not quiz.questions:
        yield "questions", _("are missing; ask at least one")
        return
    yield from _question_faults(quiz)
    asked = asked_of(quiz)
    if quiz.ask > len(quiz.questions):
        yield (
            "ask",
            _("%(asked)s are more than the %(there)s there are; ask fewer")
            % {
                "asked": quiz.ask,
                "there": len(quiz.questions),
            },
        )
    prizes = {prize.code for prize in game.prizes}
    if not quiz.awards:
        yield "awards", _("are missing; say what so many right answers win")
    for award in quiz.awards:
        if award.prize not in prizes:
            yield "awards", _("%(code)r is no prize of this game; add it or choose another") % {"code": award.prize}
        if award.right > asked:
            yield (
                "awards",
                _("%(right)s right answers of %(asked)s cannot be; ask for fewer")
                % {
                    "right": award.right,
                    "asked": asked,
                },
            )


def _question_faults(quiz: Quiz) -> Iterator[tuple[str, str]]:
    for place, question in enumerate(quiz.questions):
        where = f"questions.{place}"
        if len(question.options) < 2:
            yield where, _("question %(number)s has fewer than two options; give it another") % {"number": place + 1}
        if len(set(question.options)) != len(question.options):
            yield where, _("question %(number)s has the same option twice; change one") % {"number": place + 1}
        right = set(question.right)
        if not right or not right <= set(range(len(question.options))):
            yield where, _("question %(number)s has no right answer; mark it") % {"number": place + 1}


def _draw_faults(game: GameRules) -> Iterator[tuple[str, str]]:
    draw = game.draw
    if draw is None or draw.draws_at < game.ends_at:
        yield "draws_at", _("is before the end of entries; draw after it")
    if not any(prize.winners for prize in game.prizes):
        yield "prizes", _("have no winners; say of one at least how many are drawn")
    for prize in game.prizes:
        if prize.stock is not None and prize.winners > prize.stock:
            yield (
                f"prizes.{prize.code}.winners",
                _("%(winners)s are more than the stock of %(stock)s")
                % {
                    "winners": prize.winners,
                    "stock": prize.stock,
                },
            )
    if draw is not None and not draw.confirm_days:
        for prize in game.prizes:
            if prize.reserves:
                yield (
                    f"prizes.{prize.code}.reserves",
                    _("reserves step in where a winner does not confirm; give days to confirm, or no reserves"),
                )
    if draw is not None and not (game.sale_chances or game.points_cost or draw.by_sign_up):
        yield "sale_chances", _("nothing gives a ticket; let sales, points or signing up give them")


def cap_faults(game: GameRules, prize_cap: Decimal) -> dict[str, str]:
    """Prizes worth more than one may be by law, by field; a game that has one may not go live. `prize_cap` 0: no check.

    One that costs more than it is said to be worth counts with its cost.
    """
    text = _(
        "%(name)s is worth %(value)s and a prize may be worth at most %(cap)s; offer one that is worth less, or have the limit "
        "changed by who may"
    )
    return {
        f"prizes.{prize.code}.value": text % {"name": prize.name, "value": f"{worth:,.2f}", "cap": f"{prize_cap:,.2f}"}
        for prize in game.prizes
        for worth in [max(prize.value, prize.cost)]
        if prize_cap and worth > prize_cap
    }


def warnings(game: GameRules) -> list[str]:
    """What may be meant so, but should be looked at."""
    said = [_("%(name)s has no stock.") % {"name": prize.name} for prize in game.prizes if prize.stock == 0]
    if (
        game.kind is not GameKind.DRAW
        and game.needs_chance
        and not (game.sale_chances or game.first_chances or game.points_cost)
    ):
        said.append(_("Nothing gives chances by itself: they must be given by hand or by another system."))
    if game.kind is not GameKind.DRAW and not (game.needs_chance or game.points_cost or game.per_day or game.in_all):
        said.append(_("A play costs nothing and has no limit: anybody may play on for ever."))
    if game.wheel is not None:
        used = {segment.prize for segment in game.wheel.segments}
        said += [
            _("%(name)s lies on no segment: nobody can win it.") % {"name": prize.name}
            for prize in game.prizes
            if prize.code not in used
        ]
    if game.draw is not None and not game.draw.entropy_from:
        said.append(_("No public text is mixed in: whoever knows the seed could foresee the winners of a list."))
    if game.draw is not None and game.draw.confirm_days and not any(prize.reserves for prize in game.prizes):
        said.append(_("There are no reserves: a prize that its winner does not confirm goes to nobody."))
    return said


def percent(parts: int) -> str:
    """Parts in a million as percent, exactly, without trailing zeros: 12500 is 1.25."""
    text = f"{Decimal(parts) / 10_000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def asked_of(quiz: Quiz) -> int:
    """How many questions a player is asked."""
    return quiz.ask or len(quiz.questions)


def expected_cost(game: GameRules) -> Decimal | None:
    """What a spin costs on average while there is stock; of a draw, what all its prizes cost. None where nobody can say."""
    costs = {prize.code: prize.cost for prize in game.prizes}
    if game.wheel is not None:
        parts = sum((costs.get(one.prize, ZERO) * one.parts for one in game.wheel.segments), ZERO)
        return parts / WHOLE
    if game.draw is not None:
        return sum((prize.cost * prize.winners for prize in game.prizes), ZERO)
    return None


def most_cost(game: GameRules) -> Decimal | None:
    """What all the stock costs; None where a prize that costs something has none."""
    if any(prize.stock is None and prize.cost for prize in game.prizes):
        return None if game.kind is not GameKind.DRAW else expected_cost(game)
    return sum((prize.cost * (prize.stock or 0) for prize in game.prizes), ZERO)
