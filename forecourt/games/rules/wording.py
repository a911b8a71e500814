"""The rules of a game in words, for players to read: generated from what is published, so that they always agree."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from forecourt.games.rules.checks import asked_of, percent
from forecourt.games.values import GameKind, GameRules, Prize, PrizeKind
from forecourt.kernel.words import say as _


def in_words(
    game: GameRules, moment: Callable[[datetime], str], tiers: dict[str, str], unit: str, currency: str
) -> list[str]:
    """One sentence or two for each thing a player should know. `moment` writes a time in the reader's zone; `tiers` names
    tiers by their codes; `unit` is that of fuel.
    """
    said = [_("From %(start)s until %(end)s.") % {"start": moment(game.starts_at), "end": moment(game.ends_at)}]
    said += _who(game, tiers)
    said += _plays(game)
    said += _sales(game, unit, currency)
    match game.kind:
        case GameKind.WHEEL:
            said += _wheel(game)
        case GameKind.QUIZ:
            said += _quiz(game)
        case GameKind.DRAW:
            said += _draw(game, moment)
    if game.terms.strip():
        said += [line.strip() for line in game.terms.splitlines() if line.strip()]
    return said


def _who(game: GameRules, tiers: dict[str, str]) -> list[str]:
    said, who = [], game.who
    if who.tiers:
        said.append(_("For members of: %(tiers)s.") % {"tiers": _(", ").join(tiers.get(one, one) for one in who.tiers)})
    if who.tags:
        said.append(_("For invited members only."))
    if who.bought_days:
        said.append(_("For who bought something in the last %(days)s days.") % {"days": who.bought_days})
    return said or [_("For all members.")]


def _plays(game: GameRules) -> list[str]:
    if game.kind is GameKind.DRAW:
        return _tickets(game)
    said = [_price(game)]
    if game.first_chances:
        said.append(_("Chances that everybody begins with: %(count)s.") % {"count": game.first_chances})
    if game.per_day:
        said.append(_("Plays a day for each member: at most %(count)s.") % {"count": game.per_day})
    if game.in_all:
        said.append(_("Plays in all for each member: at most %(count)s.") % {"count": game.in_all})
    return said


def _price(game: GameRules) -> str:
    if game.needs_chance and game.points_cost:
        text = _("A play takes a chance; when none is left it costs %(points)s points.")
    elif game.needs_chance:
        text = _("A play takes a chance.")
    elif game.points_cost:
        text = _("A play costs %(points)s points.")
    else:
        text = _("Playing is free.")
    return text % {"points": game.points_cost}


def _tickets(game: GameRules) -> list[str]:
    said = []
    if game.points_cost:
        said.append(_("A ticket costs %(points)s points.") % {"points": game.points_cost})
    if game.draw is not None and game.draw.by_sign_up:
        said.append(_("Signing up gives one ticket."))
    if game.per_day:
        said.append(_("Tickets a day for each member: at most %(count)s.") % {"count": game.per_day})
    if game.in_all:
        said.append(_("Tickets in all for each member: at most %(count)s.") % {"count": game.in_all})
    return said


def _sales(game: GameRules, unit: str, currency: str) -> list[str]:
    rule = game.sale_chances
    if rule is None:
        return []
    least = []
    if rule.volume:
        least.append(f"{_plain(rule.volume)} {unit}")
    if rule.amount:
        least.append(f"{currency}{_plain(rule.amount)}")
    names = {"count": rule.count, "least": _(" and ").join(least)}
    if game.kind is GameKind.DRAW:
        text = _("Tickets for each sale: %(count)s.")
        if least:
            text = (
                _("Tickets for each full %(least)s of a sale: %(count)s.")
                if rule.each
                else _("Tickets for each sale of at least %(least)s: %(count)s.")
            )
    else:
        text = _("Chances for each sale: %(count)s.")
        if least:
            text = (
                _("Chances for each full %(least)s of a sale: %(count)s.")
                if rule.each
                else _("Chances for each sale of at least %(least)s: %(count)s.")
            )
    said = text % names
    if rule.most:
        said += " " + _("At most %(most)s for one sale.") % {"most": rule.most}
    return [said, _("A sale that is given back takes what it gave with it, unless that is used already.")]


def prize_in_words(prize: Prize) -> str:
    """A prize with what it is and how many there are."""
    match prize.kind:
        case PrizeKind.POINTS:
            what = _("%(count)s points") % {"count": prize.points}
        case PrizeKind.COUPON:
            what = _("coupon")
        case PrizeKind.GOODS:
            what = _("to collect at a station within %(days)s days") % {"days": prize.collect_days}
    if prize.stock is not None:
        stock = _("%(count)s in all") % {"count": prize.stock}
        what = _("%(what)s, %(stock)s") % {"what": what, "stock": stock}
    return _("%(prize)s (%(what)s)") % {"prize": prize.name, "what": what}


def _wheel(game: GameRules) -> list[str]:
    wheel = game.wheel
    if wheel is None:
        return []
    prizes = {prize.code: prize for prize in game.prizes}
    said = [
        _("Chance of %(percent)s%%: %(prize)s.")
        % {
            "percent": percent(segment.parts),
            "prize": prize_in_words(prizes[segment.prize]) if segment.prize in prizes else segment.label,
        }
        for segment in wheel.segments
        if segment.parts
    ]
    if any(prize.stock is not None for prize in game.prizes) and wheel.consolation < len(wheel.segments):
        label = wheel.segments[wheel.consolation].label
        said.append(_("When a prize has run out, the wheel's stop on it counts as: %(label)s.") % {"label": label})
    said.append(
        _(
            "The result of each spin follows from a seed whose SHA-256 is published before the day begins; the seed itself "
            "is published after it, so that everybody can recompute every spin."
        )
    )
    return said


def _quiz(game: GameRules) -> list[str]:
    quiz = game.quiz
    if quiz is None:
        return []
    said = [_("Questions: %(count)s.") % {"count": asked_of(quiz)}]
    if quiz.seconds:
        said.append(_("Time: %(seconds)s seconds.") % {"seconds": quiz.seconds})
    prizes = {prize.code: prize for prize in game.prizes}
    said += [
        _("Right answers for %(prize)s: at least %(right)s.")
        % {"right": award.right, "prize": prize_in_words(prizes[award.prize])}
        for award in sorted(quiz.awards, key=lambda award: award.right)
        if award.prize in prizes
    ]
    if any(prize.stock is not None for prize in game.prizes):
        said.append(_("When a prize has run out, the next lower one is won."))
    return said


def _draw(game: GameRules, moment: Callable[[datetime], str]) -> list[str]:
    draw = game.draw
    if draw is None:
        return []
    said = [_("Drawn on %(moment)s.") % {"moment": moment(draw.draws_at)}]
    said += [
        _("%(count)s × %(prize)s.") % {"count": prize.winners, "prize": prize_in_words(prize)}
        for prize in game.prizes
        if prize.winners
    ]
    reserved = [prize for prize in game.prizes if prize.reserves]
    if draw.confirm_days:
        said.append(_("Prizes have to be confirmed within %(days)s days.") % {"days": draw.confirm_days})
    if reserved:
        names = _(", ").join(
            _("%(prize)s: %(count)s") % {"prize": prize.name, "count": prize.reserves} for prize in reserved
        )
        said.append(
            _(
                "Reserves are drawn after the winners, by the same rule (%(names)s). Whoever does not confirm in time, "
                "declines or may not win loses the prize to the next reserve, who has as many days to confirm."
            )
            % {"names": names}
        )
    elif draw.confirm_days:
        said.append(_("Whoever does not confirm in time, declines or may not win loses the prize."))
    classes = sorted({prize.prize_class for prize in game.prizes if prize.prize_class})
    for prize_class in classes:
        names = _(", ").join(prize.name for prize in game.prizes if prize.prize_class == prize_class)
        said.append(_("Nobody wins more than once among: %(prizes)s.") % {"prizes": names})
    if draw.tier_weights:
        said.append(_("Tickets of higher tiers weigh more."))
    said.append(
        _("The chance of a ticket is its weight out of the weight of all tickets, which is published with their list.")
    )
    if draw.entropy_from:
        said.append(_("Mixed into the draw: %(text)s.") % {"text": draw.entropy_from})
    said.append(
        _(
            "The winners follow from a seed whose SHA-256 was published before entries began, and from the list of tickets, "
            "whose SHA-256 is published when it is frozen; everybody can recompute them."
        )
    )
    return said


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
