"""The tier review: once a trading day, everybody's tier from the sales of the rolling window before it.

A sale is rated in the tier of the last review, whatever the order in which a day's sales arrive; a tier earned today
counts from tomorrow.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import transaction

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.loyalty import permissions as loyalty_permissions
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import TierAtRisk, TierChanged
from forecourt.loyalty.rules import missing_to_keep, next_state
from forecourt.loyalty.values import Programme, TierState, TierStep
from forecourt.sales import queries

BATCH: Final = 5000


def review_tiers(actor: Actor, day: date) -> int:
    """Review everybody's tier for the trading day `day`; returns how many tiers changed. Safe to repeat.

    Counts the sales with business dates of the window before `day` that were recorded when the review began. A day that
    is reviewed again starts from where tiers stood before it, so that the last review of a day is as if it were the only
    one.
    """
    actor.require(loyalty_permissions.EDIT_PROGRAMME)
    review_id, cut_at, programme = _begin(day)
    before = loyalty.states_before(day)
    pending: list[TierStep] = []
    for member in queries.tier_values(programme, day, cut_at):
        start = before.get(member.customer_id, member.state)
        after = next_state(start, member.value, day, programme, is_business=member.is_business, kept=member.kept)
        if (member.state, member.stored, member.stored_kept) != (after, member.value, member.kept):
            pending.append(
                TierStep(
                    customer_id=member.customer_id,
                    before=start,
                    found=member.state,
                    after=after,
                    counted=member.stored,
                    value=member.value,
                    is_business=member.is_business,
                    kept=member.kept,
                )
            )
    changed = 0
    for position in range(0, len(pending), BATCH):
        changed += _save(review_id, day, programme, pending[position : position + BATCH])
    loyalty_records.finish_review(review_id, changed)
    return changed


@transaction.atomic(durable=True)
def _begin(day: date) -> tuple[int, datetime, Programme]:
    """Fix which sales count: those recorded by now. Waits for lists under way, which hold their claims' lock."""
    sql.run("LOCK TABLE sales_claim IN SHARE MODE")
    now = clock.now()
    programme = loyalty.programme_at(now)
    return loyalty_records.begin_review(day, now, programme.version), now, programme


@transaction.atomic(durable=True)
def _save(review_id: int, day: date, programme: Programme, batch: Sequence[TierStep]) -> int:
    customer_records.lock([step.customer_id for step in batch])
    saved = loyalty_records.save_tiers(review_id, day, batch)
    now = clock.now()
    publish([event for step in saved for event in _events(step, day, programme, now)])
    return sum(step.found.tier != step.after.tier for step in saved)


def _events(step: TierStep, day: date, programme: Programme, now: datetime) -> list[Event]:
    """What a step tells: another tier, and once that a tier will be lost."""
    events: list[Event] = []
    if step.found.tier != step.after.tier:
        events.append(
            TierChanged(customer_id=step.customer_id, occurred_at=now, before=step.found.tier, after=step.after.tier)
        )
    if step.after.until is not None and step.after.warned_on is not None and step.found.warned_on is None:
        fallen = next_state(TierState(), step.value, day, programme, is_business=step.is_business)
        events.append(
            TierAtRisk(
                customer_id=step.customer_id,
                occurred_at=now,
                tier=step.after.tier,
                falls_to=fallen.tier,
                missing=missing_to_keep(programme, step.after.tier, step.value, step.kept),
                until=step.after.until,
            )
        )
    return events
