"""What tiers bring each month and each year. What they bring when they are reached is in `handlers`."""

from datetime import date
from typing import Final

from django.db import transaction

from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.loyalty import queries as loyalty
from forecourt.occasions import permissions, queries, records, rules
from forecourt.occasions.rules import Due

BATCH: Final = 1000


def give_benefits(actor: Actor, day: date) -> int:
    """Give everybody the coupons that their tier brings this month and this year, as of that day of the company's clock.

    Returns how many. Safe to repeat: who had a coupon of the period, from this tier or a higher one, gets none.
    """
    actor.require(permissions.EDIT_RULES)
    given = 0
    for due in rules.due_each(loyalty.programme_at(clock.now()), day):
        after = 0
        while found := queries.due_benefits(due, after, BATCH):
            after = found[-1]
            given += _give(actor, due, found)
    return given


@transaction.atomic(durable=True)
def _give(actor: Actor, due: Due, customer_ids: list[int]) -> int:
    today = records.lock_survivors(customer_ids)
    return records.give_due({one: [due] for one in sorted(set(today.values()))}, actor.label)
