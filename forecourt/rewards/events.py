"""What happens to rewards. A redemption's code is as good as the reward, so no event holds it."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from forecourt.kernel.events import Event


class RewardRedeemed(Event):
    """A customer spent points on a reward; `station_id` is where, null for none."""

    name: ClassVar[str] = "reward.redeemed.v1"
    redemption_id: UUID
    reward: str
    reward_name: str
    kind: str
    points: int
    money: Decimal
    station_id: int | None
    expires_on: date | None


class RewardCollected(Event):
    name: ClassVar[str] = "reward.collected.v1"
    redemption_id: UUID
    reward: str
    reward_name: str
    station_id: int | None


class RewardCancelled(Event):
    """A redemption was taken back; `points` went back to the customer."""

    name: ClassVar[str] = "reward.cancelled.v1"
    redemption_id: UUID
    reward: str
    reward_name: str
    points: int
    station_id: int | None
    reason: str


class RewardExpired(Event):
    """Nobody collected it in time; `points` went back to the customer, 0 where they are forfeited."""

    name: ClassVar[str] = "reward.expired.v1"
    redemption_id: UUID
    reward: str
    reward_name: str
    points: int
