"""What stands in the way of games: their own rules, what there is of coupons, stations and tiers, and the cap on prizes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from forecourt.coupons import queries as coupons
from forecourt.games import rules
from forecourt.games.queries.games import setting
from forecourt.games.values import GameRules, Prize, PrizeKind
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation


def faults(games: Sequence[GameRules], now: datetime) -> list[dict[str, str]]:
    """Of each game what must be mended before it can be handed in, by field; empty where nothing must. Three statements."""
    prizes = [prize for game in games for prize in game.prizes]
    wanted = {prize.template for prize in prizes if prize.kind is PrizeKind.COUPON and prize.template}
    known = coupons.templates(wanted) if wanted else {}
    issued = {code for code, template in known.items() if template.is_issued}
    limited = {code for code, template in known.items() if template.template.limit}
    stations = {code for prize in prizes for code in prize.stations}
    there = organisation.station_ids(stations) if stations else {}
    tiers = loyalty.tier_codes() if any(_tiers_of(game) for game in games) else frozenset()
    cap = setting().prize_cap
    found = []
    for game in games:
        one = rules.faults(game) | rules.cap_faults(game, cap) | _unknown(game, issued, there) | _ending(game, limited)
        for path, code in _tiers_of(game):
            if code not in tiers:
                one.setdefault(path, _("the programme in force has no tier %(tier)r; take it off") % {"tier": code})
        if game.ends_at <= now:
            one.setdefault("ends_at", _("is over; give a later moment"))
        found.append(one)
    return found


def not_issued_now(prizes: Iterable[Prize]) -> set[str]:
    """The codes of those of these prizes that are coupons of which none can be issued as things stand."""
    templates = {prize.code: prize.template for prize in prizes if prize.kind is PrizeKind.COUPON}
    room = coupons.room(set(templates.values()), organisation.company_day()) if templates else {}
    return {code for code, template in templates.items() if room[template] == 0}


def _tiers_of(game: GameRules) -> list[tuple[str, str]]:
    """The tiers that a game names, each with the field that does."""
    weights = game.draw.tier_weights if game.draw is not None else ()
    return [*(("who.tiers", code) for code in game.who.tiers), *(("draw.tier_weights", one.tier) for one in weights)]


def _ending(game: GameRules, limited: Collection[str]) -> dict[str, str]:
    """A consolation whose coupons have a limit, so that it may run out as well."""
    wheel = game.wheel
    if wheel is None or wheel.consolation >= len(wheel.segments):
        return {}
    prize = {one.code: one for one in game.prizes}.get(wheel.segments[wheel.consolation].prize)
    if prize is None or prize.kind is not PrizeKind.COUPON or prize.template not in limited:
        return {}
    text = _("%(name)s may run out itself; choose a segment with nothing, or with a prize without a limit")
    return {"consolation": text % {"name": prize.name}}


def _unknown(game: GameRules, issued: Collection[str], stations: Collection[str]) -> dict[str, str]:
    """Coupons and stations that a game names and that are not there."""
    found = {}
    for prize in game.prizes:
        if prize.template and prize.kind is PrizeKind.COUPON and prize.template not in issued:
            text = _("%(code)r is not a coupon template that is issued; make it first")
            found[f"prizes.{prize.code}.template"] = text % {"code": prize.template}
        for code in prize.stations:
            if code not in stations:
                found[f"prizes.{prize.code}.stations"] = _("there is no station %(code)s") % {"code": code}
    return found
