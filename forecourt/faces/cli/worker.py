"""`forecourt worker`: started by `forecourt up`, or by your own process manager."""

import click

from forecourt.faces.jobs.worker import run


@click.command()
def worker() -> None:
    """Run jobs, schedules and the readers of the event log until SIGTERM."""
    run()
