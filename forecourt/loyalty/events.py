"""What happens to points and tiers beside sales (a sale's own points are in `sale.posted`)."""

from typing import ClassVar

from forecourt.kernel.events import Event


class PointsAdjusted(Event):
    name: ClassVar[str] = "points.adjusted.v1"
    points: int
    reason: str
    actor: str


class PointsExpired(Event):
    name: ClassVar[str] = "points.expired.v1"
    points: int


class TierChanged(Event):
    name: ClassVar[str] = "tier.changed.v1"
    before: str
    after: str


class RulebookPublished(Event):
    name: ClassVar[str] = "rulebook.published.v1"
    version: int
