"""What happens to points and tiers beside sales (a sale's own points are in `sale.posted`)."""

from collections.abc import Iterable
from typing import ClassVar

from forecourt.kernel.events import Event
from forecourt.loyalty.values import EntryKind, PointsEntry


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


class PointsGiven(Event):
    """Points for something other than a sale; `origin` names it."""

    name: ClassVar[str] = "points.given.v1"
    points: int
    origin: str


class PointsSpent(Event):
    name: ClassVar[str] = "points.spent.v1"
    points: int
    origin: str


class PointsReturned(Event):
    """A spending was taken back."""

    name: ClassVar[str] = "points.returned.v1"
    points: int
    origin: str


def moved(entries: Iterable[PointsEntry]) -> list[Event]:
    """The events that tell of gifts, spendings and what was given back."""
    kinds = {EntryKind.BONUS: PointsGiven, EntryKind.SPEND: PointsSpent, EntryKind.RETURN: PointsReturned}
    return [
        kinds[entry.kind](
            customer_id=entry.customer_id, occurred_at=entry.occurred_at, points=abs(entry.points), origin=entry.origin
        )
        for entry in entries
    ]
