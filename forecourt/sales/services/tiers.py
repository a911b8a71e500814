"""The tier review: once a trading day, everybody's tier from the sales of the rolling window before it.

A sale is rated in the tier of the last review, whatever the order in which a day's sales arrive; a tier earned today
counts from tomorrow.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import transaction

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.loyalty import permissions as loyalty_permissions
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.events import TierChanged
from forecourt.loyalty.rules import tier_for
from forecourt.loyalty.values import Programme
from forecourt.sales import queries

BATCH: Final = 5000

Reviewed = tuple[int, str, Decimal]


def review_tiers(actor: Actor, day: date) -> int:
    """Review everybody's tier for the trading day `day`; returns how many tiers changed. Safe to repeat.

    Counts the sales with business dates of the window before `day` that were recorded when the review began.
    """
    actor.require(loyalty_permissions.EDIT_PROGRAMME)
    review_id, cut_at, programme = _begin(day)
    changed = 0
    pending: list[tuple[Reviewed, str]] = []
    for customer_id, before, value_before, value in queries.tier_values(programme, day, cut_at):
        after = tier_for(programme.tiers, value)
        if (before, value_before) != (after, value):
            pending.append(((customer_id, after, value), before))
    for start in range(0, len(pending), BATCH):
        changed += _save(pending[start : start + BATCH])
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
def _save(batch: Sequence[tuple[Reviewed, str]]) -> int:
    customer_records.lock([customer_id for (customer_id, _, _), _ in batch])
    loyalty_records.save_tiers([reviewed for reviewed, _ in batch])
    now = clock.now()
    changed = [
        TierChanged(customer_id=reviewed[0], occurred_at=now, before=before, after=reviewed[1])
        for reviewed, before in batch
        if reviewed[1] != before
    ]
    publish(changed)
    return len(changed)
