"""Rewards in words, part by part: to read, and to say what a change changes."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from forecourt.faces.backoffice.queries.programme import coupon_names
from forecourt.faces.backoffice.screens.offer_words import Part, compared
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.faces.backoffice.templatetags.office import day, plain_number, whole, yuan
from forecourt.kernel.actors import Actor
from forecourt.organisation import queries as organisation
from forecourt.rewards import permissions, rules
from forecourt.rewards.models import KIND_NAMES
from forecourt.rewards.values import OnExpiry, Reward, StockKind
from forecourt.sales.words import funder_name

KINDS: Final = dict(KIND_NAMES)
STOCKS: Final = {
    StockKind.ANY: gettext_lazy("any number"),
    StockKind.COMMON: gettext_lazy("one stock for all stations"),
    StockKind.STATIONS: gettext_lazy("a stock at each station"),
}


class RewardNames:
    """Names of tiers, stations and coupon templates by their codes, and whether costs are for this reader."""

    def __init__(self, actor: Actor) -> None:
        self.may_see_costs = actor.may(permissions.VIEW_COSTS)
        self.tiers = tier_names()
        self.stations = {one.code: one.name for one in organisation.all_stations(actor)}
        self._templates: dict[str, str] = {}

    def tier(self, code: str) -> str:
        return self.tiers.get(code, code)

    def station(self, code: str) -> str:
        return self.stations.get(code, code)

    def template(self, code: str) -> str:
        if code not in self._templates:
            self._templates[code] = coupon_names({code}).get(code, code)
        return self._templates[code]


def parts(reward: Reward, names: RewardNames) -> list[Part]:
    """A reward part by part."""
    is_coupon = rules.is_coupon(reward)
    return [
        Part(pgettext("reward", "Name"), reward.name),
        Part(_("Description"), reward.description),
        Part(_("Address of a picture"), reward.picture),
        Part(_("Kind"), str(KINDS[reward.kind])),
        Part(_("It takes"), _takes(reward)),
        Part(_("Coupon it issues"), names.template(reward.template) if is_coupon else ""),
        Part(_("Code is good for"), "" if is_coupon else _good_for(reward)),
        Part(_("Offered"), _offered(reward)),
        Part(_("For"), _listed(reward.tiers, names.tier) or _("all tiers")),
        Part(_("Collected at"), _listed(reward.stations, names.station) or _("all stations")),
        Part(_("A customer gets"), _limits(reward)),
        Part(
            _("Telephone number alone"),
            _("is not enough") if rules.wants_strong_identity(reward) else _("is enough"),
        ),
        Part(_("Stock"), str(STOCKS[reward.stock])),
        Part(_("A piece costs"), yuan(reward.cost) if names.may_see_costs else ""),
        Part(
            _("Who pays"),
            _shares(reward) if names.may_see_costs else "",
        ),
        Part(pgettext("reward", "Order"), str(reward.position)),
    ]


def differences(before: Reward | None, after: Reward, names: RewardNames) -> list[tuple[str, str, str]]:
    """What a reward says otherwise: (what, before, after); all of it where there is none before."""
    return compared(parts(before, names) if before else [], parts(after, names))


def stored(body: Any) -> Reward:
    """A reward as reviews keep it."""
    return msgspec.convert(body, Reward)


def _shares(reward: Reward) -> str:
    return " · ".join(f"{funder_name(one.funder)} {plain_number(one.percent)}%" for one in rules.funded_by(reward))


def _takes(reward: Reward) -> str:
    points = _("%(points)s points") % {"points": whole(reward.points)}
    return f"{points} + {yuan(reward.money)}" if reward.money else points


def _good_for(reward: Reward) -> str:
    if not reward.days_good:
        return _("for ever")
    good = ngettext("%(n)s day", "%(n)s days", reward.days_good) % {"n": reward.days_good}
    then = _("then the points go back") if reward.on_expiry is OnExpiry.RETURN else _("then the points are forfeited")
    return f"{good} · {then}"


def _offered(reward: Reward) -> str:
    if reward.valid_from or reward.valid_until:
        return f"{day(reward.valid_from)} – {day(reward.valid_until)}"
    return _("at all times")


def _limits(reward: Reward) -> str:
    limits = [
        *([_("%(n)s a day") % {"n": reward.per_day}] if reward.per_day else []),
        *([_("%(n)s a month") % {"n": reward.per_month}] if reward.per_month else []),
        *([_("%(n)s in all") % {"n": reward.per_customer}] if reward.per_customer else []),
    ]
    return " · ".join(limits) or _("any number")


def _listed(codes: Sequence[str], name: Callable[[str], str]) -> str:
    return _(", ").join(name(code) for code in codes)
