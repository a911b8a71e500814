"""Schedules of the points of sale."""

from procrastinate.contrib.django import app

from forecourt.connectors.pos import inbox
from forecourt.kernel.actors import SYSTEM


@app.periodic(cron="* * * * *")
@app.task(name="pos.take_in_inbox", queueing_lock="pos.take_in_inbox")
def take_in_inbox(timestamp: int) -> int:
    """Import the files that lie in the inbox."""
    return len(inbox.take_in(SYSTEM))
