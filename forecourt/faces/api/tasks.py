"""Schedules of the API."""

from procrastinate.contrib.django import app

from forecourt.faces.api import idempotency


@app.periodic(cron="17 * * * *")
@app.task(name="api.forget_idempotent_requests", queueing_lock="api.forget_idempotent_requests")
def forget_idempotent_requests(timestamp: int) -> int:
    """Delete stored answers that are older than a day."""
    return idempotency.forget_old()
