"""What a reward may be, when it ends and who pays for it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from forecourt.kernel.money import share
from forecourt.kernel.problems import Invalid
from forecourt.kernel.words import say as _
from forecourt.offers.values import Share
from forecourt.rewards.values import Reward, RewardKind

STRONG_FROM_POINTS: Final = 1000
"""Rewards of so many points want a card, the app, a plate or the customer's number, unless the reward says otherwise."""
COUPON_KINDS: Final = frozenset({RewardKind.FUEL_DISCOUNT, RewardKind.COUPON})
MOST_MONEY: Final = Decimal(1_000_000)
BRAND: Final = (Share(funder="brand", percent=Decimal(100)),)


def is_coupon(reward: Reward) -> bool:
    """Whether redeeming it issues a coupon, which is all there is to hand over."""
    return reward.kind in COUPON_KINDS


def wants_strong_identity(reward: Reward) -> bool:
    """Whether a telephone number alone does not do."""
    if reward.needs_strong_identity is None:
        return reward.points >= STRONG_FROM_POINTS
    return reward.needs_strong_identity


def expires_on(reward: Reward, redeemed_on: date) -> date | None:
    """The last day on which it can be collected; None for ever, and for coupons, which have their own dates."""
    if is_coupon(reward) or not reward.days_good:
        return None
    return redeemed_on + timedelta(days=reward.days_good - 1)


def funded_by(reward: Reward) -> tuple[Share, ...]:
    """Who pays; the brand where nothing is said."""
    return reward.shares or BRAND


def split_cost(cost: Decimal, shares: tuple[Share, ...], digits: int) -> dict[str, Decimal]:
    """What each funder pays of a cost; the parts add up to it."""
    parts = share(cost, [one.percent for one in shares], digits)
    costs: dict[str, Decimal] = {}
    for one, part in zip(shares, parts, strict=True):
        costs[one.funder] = costs.get(one.funder, Decimal(0)) + part
    return costs


def check_reward(reward: Reward) -> None:
    """Refuse a reward that could not be given, naming the field and the remedy."""
    _check_bounds(reward)
    if not reward.name.strip():
        raise Invalid.field("name", _("is blank; give the words that members read"))
    if reward.picture and not reward.picture.startswith("https://"):
        raise Invalid.field("picture", _("must be an address that begins with https://"))
    if is_coupon(reward) and not reward.template:
        raise Invalid.field("template", _("is empty; name the coupon template that redeeming it issues"))
    if not is_coupon(reward) and reward.template:
        raise Invalid.field("template", _("is only for fuel discounts and coupons; leave it empty"))
    if reward.valid_from and reward.valid_until and reward.valid_until < reward.valid_from:
        raise Invalid.field(
            "valid_until",
            _("%(until)s lies before the first day, %(first)s")
            % {"until": reward.valid_until, "first": reward.valid_from},
        )
    _check_shares(reward)


def _check_bounds(reward: Reward) -> None:
    try:
        msgspec.convert(msgspec.to_builtins(reward, builtin_types=(Decimal,)), Reward)
    except msgspec.ValidationError as error:
        path = str(error).rpartition("`$.")[2].rstrip("`") or "reward"
        raise Invalid.field(path, _("is too long, or not within its bounds; correct it")) from None
    for field, value in (("money", reward.money), ("cost", reward.cost)):
        if not 0 <= value <= MOST_MONEY:
            raise Invalid.field(field, _("%(value)s must be 0 to %(most)s") % {"value": value, "most": MOST_MONEY})


def _check_shares(reward: Reward) -> None:
    total = sum((one.percent for one in reward.shares), Decimal(0))
    if reward.shares and total != 100:
        raise Invalid.field("shares", _("add up to %(sum)s percent; they must add up to 100") % {"sum": total})
    if len({one.funder for one in reward.shares}) < len(reward.shares):
        raise Invalid.field("shares", _("name a funder twice; give each one share"))
