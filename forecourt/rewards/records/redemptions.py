"""Redemptions written, locked and closed, in lists."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from forecourt.kernel import sql
from forecourt.rewards.values import Redemption, RedemptionState

COLUMNS: Final = (
    "id",
    "code",
    "reward_id",
    "customer_id",
    "redeemed_for",
    "points",
    "money",
    "cost",
    "shares",
    "state",
    "redeemed_at",
    "redeemed_on",
    "redeemed_by",
    "station_id",
    "identified_by",
    "vouched_by",
    "expires_on",
    "on_expiry",
    "stock_station_id",
    "coupon_id",
    "closed_at",
    "closed_on",
    "closed_by",
    "collected_station_id",
    "reason",
    "is_returned",
)
LOCK: Final = """
SELECT id, state FROM rewards_redemption WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR UPDATE
"""
LOCK_DUE: Final = """
SELECT id FROM rewards_redemption
WHERE id = ANY(%(ids)s::uuid[]) AND state = 'open' AND expires_on < %(day)s::date
ORDER BY id FOR UPDATE
"""
CLOSE: Final = """
UPDATE rewards_redemption SET state = %(state)s, closed_at = %(at)s, closed_on = %(day)s, closed_by = %(by)s,
       collected_station_id = coalesce(%(station_id)s, collected_station_id), reason = %(reason)s,
       is_returned = id = ANY(%(returned)s::uuid[])
WHERE id = ANY(%(ids)s::uuid[])
"""
CARRY_OVER: Final = """
UPDATE rewards_redemption SET customer_id = %(taker)s
WHERE id IN (
    SELECT id FROM rewards_redemption
    WHERE state = 'open' AND customer_id = ANY(%(givers)s::bigint[])
      AND (%(made_for)s::bigint[] IS NULL OR redeemed_for = ANY(%(made_for)s::bigint[]))
    ORDER BY id FOR UPDATE
)
"""


def insert(redemptions: Sequence[tuple[int, str, Redemption]]) -> None:
    """Add redemptions, each with its reward's id and who vouched for the customer."""
    sql.copy_in(
        "rewards_redemption",
        COLUMNS,
        [
            sql.copy_line(
                one.id,
                one.code,
                reward_id,
                one.customer_id,
                one.redeemed_for,
                one.points,
                one.money,
                one.cost,
                msgspec.json.encode(one.shares).decode(),
                one.state.value,
                one.redeemed_at,
                one.redeemed_on,
                one.redeemed_by,
                one.station_id,
                one.identified_by.value,
                vouched_by,
                one.expires_on,
                one.on_expiry.value,
                one.stock_station_id,
                one.coupon_id,
                one.closed_at,
                one.redeemed_on if one.closed_at else None,
                one.closed_by,
                one.collected_station_id,
                one.reason,
                one.is_returned,
            )
            for reward_id, vouched_by, one in redemptions
        ],
    )


def lock(redemption_ids: Collection[UUID]) -> dict[UUID, RedemptionState]:
    """Lock redemptions until the transaction ends; returns the state of each."""
    found = sql.rows(LOCK, {"ids": sql.array(redemption_ids)})
    return {row[0]: RedemptionState(row[1]) for row in found}


def lock_due(redemption_ids: Collection[UUID], day: date) -> list[UUID]:
    """Lock those of these redemptions that are still open and past their last day on that day."""
    return [row[0] for row in sql.rows(LOCK_DUE, {"ids": sql.array(redemption_ids), "day": day})]


def close(
    redemption_ids: Collection[UUID],
    state: RedemptionState,
    at: datetime,
    day: date,
    by: str,
    *,
    station_id: int | None = None,
    reason: str = "",
    returned: Collection[UUID] = (),
) -> None:
    """Put locked redemptions into their last state; `returned` are those whose points were given back."""
    sql.run(
        CLOSE,
        {
            "ids": sql.array(redemption_ids),
            "state": state.value,
            "at": at,
            "day": day,
            "by": by,
            "station_id": station_id,
            "reason": reason,
            "returned": sql.array(returned),
        },
    )


def carry_over(givers: Collection[int], taker: int, *, made_for: Collection[int] | None = None) -> int:
    """Make the open redemptions of some customers another's, only those made for certain ones if given; returns how many."""
    return sql.run(
        CARRY_OVER,
        {
            "givers": sql.array(givers),
            "taker": taker,
            "made_for": None if made_for is None else sql.array(made_for),
        },
    )
