"""Commands of rewards: the catalogue, its stock, redeeming, collecting, cancelling, expiry."""

from forecourt.rewards.services.catalogue import change_reward, discard_reward_draft, end_reward, make_reward
from forecourt.rewards.services.collecting import collect_redemption
from forecourt.rewards.services.expiry import expire_redemptions, expire_these
from forecourt.rewards.services.redeeming import redeem_reward
from forecourt.rewards.services.returning import cancel_redemption
from forecourt.rewards.services.reviews import approve_reward, refuse_reward, submit_reward, withdraw_reward
from forecourt.rewards.services.stock import add_stock, count_stock

__all__ = [
    "add_stock",
    "approve_reward",
    "cancel_redemption",
    "change_reward",
    "collect_redemption",
    "count_stock",
    "discard_reward_draft",
    "end_reward",
    "expire_redemptions",
    "expire_these",
    "make_reward",
    "redeem_reward",
    "refuse_reward",
    "submit_reward",
    "withdraw_reward",
]
