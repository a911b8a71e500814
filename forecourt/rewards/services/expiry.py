"""Redemptions that nobody collected in time."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as ledger
from forecourt.rewards import permissions, queries, records
from forecourt.rewards.events import RewardExpired
from forecourt.rewards.services.subjects import spent_on
from forecourt.rewards.values import OnExpiry, Redemption, RedemptionState

BATCH: Final = 200
REASON: Final = "not collected in time"


def expire_redemptions(actor: Actor, day: date) -> int:
    """End the open redemptions whose last day lies before `day`; returns how many. Safe to repeat."""
    total = 0
    while redemption_ids := queries.due(day, BATCH):
        total += expire_these(actor, redemption_ids, day)
    return total


@transaction.atomic(durable=True)
def expire_these(actor: Actor, redemption_ids: Sequence[UUID], day: date) -> int:
    """End those of these redemptions that are past their last day on `day`; the piece returns to its stock.

    Points are given back or forfeited as the reward said when it was redeemed; returns how many ended.
    """
    actor.require(permissions.EDIT_REWARDS)
    known = queries.find(ids=list(redemption_ids), limit=len(redemption_ids))
    wanted = {one.id: spent_on(one, REASON, actor) for one in known if one.on_expiry is OnExpiry.RETURN}
    ledger.lock_sharing({one.customer_id for one in known}, list(wanted.values()))
    due = records.lock_due(redemption_ids, day)
    ended = queries.find(ids=due, limit=len(redemption_ids)) if due else []
    if not ended:
        return 0
    now = clock.now()
    returned = [redemption_id for redemption_id in due if redemption_id in wanted]
    entries = ledger.give_back_all([wanted[redemption_id] for redemption_id in returned])
    records.close(due, RedemptionState.EXPIRED, now, day, actor.label, reason=REASON, returned=returned)
    told: list[Event] = [
        RewardExpired(
            customer_id=one.customer_id,
            occurred_at=now,
            redemption_id=one.id,
            reward=one.reward,
            reward_name=one.reward_name,
            points=one.points if one.on_expiry is OnExpiry.RETURN else 0,
        )
        for one in ended
    ]
    publish([*loyalty_events.moved(entries), *told])
    records.put_back(_pieces(ended), now, actor.label, REASON)
    return len(ended)


def _pieces(ended: Sequence[Redemption]) -> list[records.Piece]:
    rewards = {known.reward.code: known.id for known in queries.known_rewards({one.reward for one in ended})}
    return [
        records.Piece(rewards[one.reward], one.stock_station_id, one.id)
        for one in ended
        if one.stock_station_id is not None
    ]
