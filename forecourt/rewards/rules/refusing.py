"""Why a customer cannot redeem a reward, and how that is said."""

from datetime import date
from typing import Final

from forecourt.kernel.problems import Conflict, Invalid, Problem
from forecourt.kernel.words import say as _
from forecourt.rewards.rules.catalogue import wants_strong_identity
from forecourt.rewards.values import Asking, IdentifiedBy, Refusal, Reward, RewardState, StockKind

WEAK: Final = frozenset({IdentifiedBy.PHONE, IdentifiedBy.EMAIL})
"""What anybody may know of somebody else."""


def refusals(reward: Reward, state: RewardState, asking: Asking) -> tuple[Refusal, ...]:
    """Everything that is in the way, the most telling first; nothing when it can be redeemed."""
    in_the_way = {
        Refusal.STATE: state is not RewardState.LIVE,
        Refusal.DATES: not _is_on(reward, asking.today),
        Refusal.BLOCKED: asking.is_blocked,
        Refusal.TIER: bool(reward.tiers) and asking.tier not in reward.tiers,
        Refusal.STATION: bool(reward.stations and asking.station) and asking.station not in reward.stations,
        Refusal.STATION_WANTED: reward.stock is StockKind.STATIONS and not asking.station,
        Refusal.STOCK: asking.left is not None and asking.left <= 0,
        Refusal.PER_DAY: 0 < reward.per_day <= asking.taken.today,
        Refusal.PER_MONTH: 0 < reward.per_month <= asking.taken.month,
        Refusal.PER_CUSTOMER: 0 < reward.per_customer <= asking.taken.total,
        Refusal.POINTS: asking.spendable < reward.points,
        Refusal.IDENTITY: wants_strong_identity(reward) and asking.identified_by in WEAK and not asking.is_vouched,
    }
    return tuple(refusal for refusal in Refusal if in_the_way[refusal])


def _is_on(reward: Reward, day: date) -> bool:
    begun = reward.valid_from is None or reward.valid_from <= day
    return begun and (reward.valid_until is None or day <= reward.valid_until)


_FIELDS: Final = {
    Refusal.TIER: "customer",
    Refusal.BLOCKED: "customer",
    Refusal.STATION: "station",
    Refusal.STATION_WANTED: "station",
    Refusal.POINTS: "points",
    Refusal.IDENTITY: "identified_by",
}
"""The field at fault; the reward itself for the others."""


def refuse(refusal: Refusal, reward: Reward, asking: Asking) -> Problem:
    """The problem to raise for what is in the way."""
    field, text = _FIELDS.get(refusal, "reward"), refusal_text(refusal, reward, asking)
    if refusal in {Refusal.STATION, Refusal.STATION_WANTED}:
        return Invalid.field(field, text)
    return Conflict(text, fields={field: text})


def refusal_text(refusal: Refusal, reward: Reward, asking: Asking) -> str:
    """What is in the way, with its figures and what helps, in the reader's language."""
    names = {
        "name": reward.name,
        "points": reward.points,
        "spendable": asking.spendable,
        "missing": reward.points - asking.spendable,
        "first": reward.valid_from,
        "last": reward.valid_until,
        "tiers": _(", ").join(reward.tiers),
        "stations": _(", ").join(reward.stations[:10]),
        "station": asking.station,
        "per_day": reward.per_day,
        "per_month": reward.per_month,
        "per_customer": reward.per_customer,
    }
    return _text(refusal, reward, asking) % names


def _text(refusal: Refusal, reward: Reward, asking: Asking) -> str:
    if refusal is Refusal.DATES:
        if reward.valid_from is not None and asking.today < reward.valid_from:
            return _("%(name)s can be redeemed from %(first)s on.")
        return _("%(name)s could be redeemed until %(last)s; choose another reward.")
    return {
        Refusal.STATE: _("%(name)s is not offered now; choose another reward."),
        Refusal.BLOCKED: _("This customer is blocked; head office can lift that."),
        Refusal.TIER: _("%(name)s is for the tiers %(tiers)s."),
        Refusal.STATION: _("%(name)s is not given at %(station)s; it is at %(stations)s."),
        Refusal.STATION_WANTED: _("%(name)s is kept at stations; say at which one it will be collected."),
        Refusal.STOCK: _("None of %(name)s is left; choose another reward."),
        Refusal.PER_DAY: _(
            "A customer gets at most %(per_day)s of %(name)s a day, and has them; tomorrow there are more."
        ),
        Refusal.PER_MONTH: _("A customer gets at most %(per_month)s of %(name)s a month, and has them."),
        Refusal.PER_CUSTOMER: _("A customer gets at most %(per_customer)s of %(name)s in all, and has them."),
        Refusal.POINTS: _("%(name)s takes %(points)s points; %(spendable)s can be spent, so %(missing)s are missing."),
        Refusal.IDENTITY: _(
            "A telephone number or e-mail address is not enough for %(name)s, for others may know it: take the "
            "member's card, app or plate, or have a supervisor vouch for them."
        ),
    }[refusal]
