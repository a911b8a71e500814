"""The worker process: Procrastinate's jobs and schedules in one thread, the readers of the event log in another."""

import asyncio
import signal
import threading
from typing import Any, Final

import psycopg
import structlog
from django.db import DatabaseError, connection
from procrastinate.contrib.django import app

from forecourt.kernel import readers
from forecourt.kernel.events import CHANNEL
from forecourt.kernel.processes import settle_in

_LOOK_SECONDS: Final = 1.0
"""How long a wake-up may be lost before the readers look by themselves."""
_PAUSE_SECONDS: Final = 1.0
_CONCURRENCY: Final = 2
_log = structlog.get_logger("forecourt.worker")


def run() -> None:
    """Work until SIGTERM or SIGINT; what is under way is finished first."""
    settle_in()
    stopping = threading.Event()
    reading = threading.Thread(target=_read_or_end, args=(stopping,), name="readers")
    reading.start()
    try:
        asyncio.run(_work())
    finally:
        stopping.set()
        reading.join()


async def _work() -> None:
    # the worker's connector has a pool and LISTEN; Django's connection has neither
    jobs = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with jobs.open_async():
        await jobs.run_worker_async(
            name="forecourt", concurrency=_CONCURRENCY, delete_jobs="successful", shutdown_graceful_timeout=5
        )


def _read_or_end(stopping: threading.Event) -> None:
    """A worker whose readers stopped for an unforeseen reason must not live on: it ends, and is started again."""
    try:
        read_events(stopping)
    finally:
        if not stopping.is_set():
            signal.raise_signal(signal.SIGTERM)


def read_events(stopping: threading.Event) -> None:
    """Keep the readers of the event log up to date: at once when woken, and every second in any case."""
    while not stopping.is_set():
        try:
            _listen_and_read(stopping)
        except (psycopg.OperationalError, DatabaseError) as error:
            _log.warning("event log not available", error=type(error).__name__)
            connection.close()
            stopping.wait(_PAUSE_SECONDS)
    connection.close()


def _listen_and_read(stopping: threading.Event) -> None:
    with psycopg.connect(**_connection_parameters(), autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        while not stopping.is_set():
            readers.advance_all(seconds=_LOOK_SECONDS)
            for _ in listening.notifies(timeout=_LOOK_SECONDS, stop_after=1):
                pass


def _connection_parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {name: parameters[name] for name in ("host", "port", "user", "password", "dbname") if name in parameters}
