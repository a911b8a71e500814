"""What happens to points and tiers beside sales (a sale's own points are in `sale.posted`)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
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


class TierAtRisk(Event):
    """A member has too little to keep the tier: `missing`, of what the programme counts, until the last day `until`."""

    name: ClassVar[str] = "tier.at_risk.v1"
    tier: str
    falls_to: str
    missing: Decimal
    until: date


class PointsExpiring(Event):
    """Points that are good for 30 days at most, until `expires_on` the first of them. Told once a customer and month."""

    name: ClassVar[str] = "points.expiring.v1"
    points: int
    expires_on: date


class PointsTransferred(Event):
    """Points that went to another customer (negative) or came from one; told of both."""

    name: ClassVar[str] = "points.transferred.v1"
    points: int
    other_id: int
    reason: str
    actor: str


class AdjustmentAsked(Event):
    """An adjustment beyond the programme's limit waits for a second person."""

    name: ClassVar[str] = "points.adjustment_asked.v1"
    adjustment_id: int
    points: int
    reason: str
    actor: str


class AdjustmentRefused(Event):
    name: ClassVar[str] = "points.adjustment_refused.v1"
    adjustment_id: int
    points: int
    note: str
    actor: str


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
        if entry.kind in kinds
    ]
