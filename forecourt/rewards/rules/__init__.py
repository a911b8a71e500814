"""Rewards, pure: who may redeem what, and the codes they collect it with."""

from forecourt.rewards.rules.catalogue import (
    COUPON_KINDS,
    STRONG_FROM_POINTS,
    check_reward,
    expires_on,
    funded_by,
    is_coupon,
    split_cost,
    wants_strong_identity,
)
from forecourt.rewards.rules.codes import CODE_LENGTH, new_code, normal_code, shown_code
from forecourt.rewards.rules.refusing import WEAK, refusal_text, refusals, refuse

__all__ = [
    "CODE_LENGTH",
    "COUPON_KINDS",
    "STRONG_FROM_POINTS",
    "WEAK",
    "check_reward",
    "expires_on",
    "funded_by",
    "is_coupon",
    "new_code",
    "normal_code",
    "refusal_text",
    "refusals",
    "refuse",
    "shown_code",
    "split_cost",
    "wants_strong_identity",
]
