"""Redemptions: one, a customer's, or a page of the list."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from forecourt import rewards
from forecourt.customers import queries as customers
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.offers.values import Share
from forecourt.rewards import permissions, rules
from forecourt.rewards.models import RedemptionRow
from forecourt.rewards.values import IdentifiedBy, OnExpiry, Redemption, RedemptionState, RewardKind

REDEMPTIONS: Final = sql.load(rewards.__file__, "redemptions")
DUE: Final = """
SELECT id FROM rewards_redemption WHERE state = 'open' AND expires_on < %(day)s::date ORDER BY expires_on, id LIMIT %(limit)s
"""


def find(**wanted: Any) -> list[Redemption]:
    """Redemptions, the latest first: by ids, code, customer_ids, reward_id, state, stations, before (an id), limit."""
    asked: dict[str, Any] = dict.fromkeys(
        ("ids", "code", "customer_ids", "reward_id", "state", "stations", "before"), None
    )
    return [_redemption(row) for row in sql.dicts(REDEMPTIONS, asked | {"limit": 1000} | wanted)]


def redemption(actor: Actor, redemption_id: UUID) -> Redemption:
    """A redemption; NotFound when there is none."""
    actor.require(permissions.VIEW_REWARDS)
    found = find(ids=[redemption_id])
    if not found:
        raise NotFound(_("There is no redemption %(id)s.") % {"id": redemption_id})
    return found[0]


def redemption_by_code(actor: Actor, code: str) -> Redemption:
    """The redemption with that code, however it was typed; whoever holds the code may know it. NotFound without one."""
    actor.require(permissions.VIEW_REWARDS)
    found = find(code=rules.normal_code(code)) if code else []
    if not found:
        raise NotFound(_("There is no redemption with the code %(code)s; look at it again.") % {"code": code})
    return found[0]


def of_customer(actor: Actor, customer_id: int, limit: int = 50) -> list[Redemption]:
    """A customer's redemptions, the latest first, those of customers merged into it too."""
    actor.require(permissions.VIEW_REWARDS)
    return find(customer_ids=customers.family_ids(customer_id), limit=limit)


def list_redemptions(
    actor: Actor,
    *,
    customer_ids: Sequence[int] | None = None,
    code: str | None = None,
    reward_id: int | None = None,
    state: RedemptionState | None = None,
    station_id: int | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Redemption]:
    """A page of the list, the latest first; `before` is the last one seen. Scoped actors see their stations' only."""
    actor.require(permissions.VIEW_REWARDS)
    stations = None if actor.stations is None else sorted(actor.stations)
    if station_id is not None:
        stations = [station_id] if actor.may_at(station_id) else []
    return find(
        customer_ids=None if customer_ids is None else list(customer_ids),
        code=rules.normal_code(code) if code else None,
        reward_id=reward_id,
        state=state.value if state else None,
        stations=stations,
        before=before,
        limit=limit,
    )


def due(day: date, limit: int) -> list[UUID]:
    """Open redemptions whose last day lies before that day, the oldest first."""
    return [row[0] for row in sql.rows(DUE, {"day": day, "limit": limit})]


def is_code_taken(code: str) -> bool:
    """Whether a redemption has that code already."""
    return RedemptionRow.objects.filter(code=code).exists()


def _redemption(row: dict[str, Any]) -> Redemption:
    return Redemption(
        **{
            **row,
            "kind": RewardKind(row["kind"]),
            "state": RedemptionState(row["state"]),
            "identified_by": IdentifiedBy(row["identified_by"]),
            "on_expiry": OnExpiry(row["on_expiry"]),
            "shares": msgspec.json.decode(row["shares"], type=tuple[Share, ...]),
        }
    )
