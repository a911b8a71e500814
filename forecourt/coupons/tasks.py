"""Schedules and jobs of coupons: thin."""

from uuid import UUID

import procrastinate
from django.db import IntegrityError
from procrastinate.contrib.django import app

from forecourt.coupons import queries, services
from forecourt.coupons.services.batches import JOB
from forecourt.coupons.services.sheets import JOB as SHEETS_JOB
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM

_COLLISIONS = 3


@app.task(name=JOB, pass_context=True, retry=procrastinate.RetryStrategy(max_attempts=20, wait=30))
def make_batch(context: procrastinate.JobContext, batch_id: int) -> None:
    """Make a batch's coupons, step by step. A worker that stops in between leaves the rest to another job."""
    collisions = 0
    left = 1
    while left:
        if context.should_abort():
            app.configure_task(JOB).defer(batch_id=batch_id)
            return
        try:
            left = services.extend_batch(SYSTEM, batch_id)
        except IntegrityError:
            # a code of 60 bits that was there already: draw others, but do not take another fault for that
            collisions += 1
            if collisions > _COLLISIONS:
                raise


@app.task(
    name=SHEETS_JOB, pass_context=True, retry=procrastinate.RetryStrategy(max_attempts=5, wait=60), lock=SHEETS_JOB
)
def make_sheets(context: procrastinate.JobContext, batch_id: int, ticket: str) -> None:
    """Make a batch's sheets, of one batch at a time. A worker that stops in between leaves them to another job."""
    try:
        services.make_sheets(SYSTEM, batch_id, UUID(ticket), context.should_abort)
    except services.Interrupted:
        app.configure_task(SHEETS_JOB).defer(batch_id=batch_id, ticket=ticket)


@app.periodic(cron="25 * * * *")
@app.task(name="coupons.forget_sheets", queueing_lock="coupons.forget_sheets")
def forget_sheets(timestamp: int) -> int:
    """Throw away sheets of a week ago."""
    return services.forget_sheets()


@app.periodic(cron="20 * * * *")
@app.task(name="coupons.tell_expiring", queueing_lock="coupons.tell_expiring")
def tell_expiring(timestamp: int) -> int:
    """Tell of coupons that end in a week: of today's, and of those of days on which nothing ran."""
    days = queries.days_to_tell(clock.now())
    for day in days:
        while services.tell_expiring(SYSTEM, day):
            pass
    return len(days)
