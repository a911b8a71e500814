"""Using the database from one command: the server that runs, or one started for as long as the command takes."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Final

from forecourt.faces.host import postgres
from forecourt.faces.host.children import dies_with_parent
from forecourt.faces.host.place import Place, prepared_place
from forecourt.kernel import database
from forecourt.kernel.home import home
from forecourt.kernel.problems import Unavailable

_LOCK_SECONDS: Final = 60


@contextmanager
def running_database() -> Iterator[None]:
    """A database to work with. Starts the embedded one when it does not run, and stops it once nobody uses it."""
    if not database.is_embedded():
        yield
        return
    place = prepared_place()
    with (place.data.parent / "users.lock").open("a") as users, ExitStack() as ownership:
        fcntl.flock(users, fcntl.LOCK_SH)
        process = _start_unless_running(place, ownership)
        try:
            postgres.wait_until_ready(place, process)
            yield
        finally:
            if process is not None:
                # other commands may have begun to use this server
                fcntl.flock(users, fcntl.LOCK_EX)
                postgres.stop(process)


def _start_unless_running(place: Place, ownership: ExitStack) -> subprocess.Popen[bytes] | None:
    until = time.monotonic() + _LOCK_SECONDS
    while postgres.running_pid(place) is None:
        lock = ownership.enter_context((place.data.parent / "owner.lock").open("a+"))
        if take(lock):
            return postgres.start(place, in_child=dies_with_parent(signal.SIGINT))
        if time.monotonic() > until:
            raise Unavailable(busy_message(lock))
        time.sleep(0.1)
    return None


@contextmanager
def owned(place: Place) -> Iterator[None]:
    """Be the one who runs the server, waiting for a command that started it. Unavailable when that takes too long."""
    with (place.data.parent / "owner.lock").open("a+") as lock:
        until = time.monotonic() + _LOCK_SECONDS
        while not take(lock):
            if time.monotonic() > until:
                raise Unavailable(busy_message(lock))
            time.sleep(0.1)
        yield


def take(lock: IO[str]) -> bool:
    """Whether this process got the lock; its number is then in the file. The lock ends with the process."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return True


def busy_message(lock: IO[str]) -> str:
    """Who holds the lock, for the one who may not."""
    lock.seek(0)
    return f"Process {lock.read().strip()} runs the PostgreSQL in {home()}; wait for it to end, or end it."
