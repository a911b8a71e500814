"""Schedules of sales: thin."""

from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty import services as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales import services


def close_day() -> tuple[int, int]:
    """Once a trading day has ended: take expired points, then review tiers; returns (points expired, tiers changed)."""
    today = clock.now().astimezone(clock.zone(organisation.company().zone)).date()
    return loyalty.expire_points(SYSTEM, today), services.review_tiers(SYSTEM, today)
