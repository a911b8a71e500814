"""Schedules of the house itself. Times are UTC."""

import procrastinate
from procrastinate.contrib.django import app

from forecourt.kernel import clock, partitions

_FAILED_JOB_HOURS = 30 * 24


@app.periodic(cron="10 18 * * *")
@app.task(name="house.prepare_partitions", queueing_lock="house.prepare_partitions")
def prepare_partitions(timestamp: int) -> int:
    """Make the partitions of the months ahead."""
    return partitions.prepare(clock.now().date())


@app.periodic(cron="* * * * *")
@app.task(name="house.resume_stalled_jobs", queueing_lock="house.resume_stalled_jobs", pass_context=True)
async def resume_stalled_jobs(context: procrastinate.JobContext, timestamp: int) -> int:
    """Put back into the queue what a worker had begun when it was killed."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs())
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)


@app.periodic(cron="40 18 * * *")
@app.task(name="house.forget_old_jobs", queueing_lock="house.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: procrastinate.JobContext, timestamp: int) -> None:
    """Delete jobs that failed more than a month ago; those that succeeded are deleted at once."""
    await context.app.job_manager.delete_old_jobs(nb_hours=_FAILED_JOB_HOURS, include_failed=True)
