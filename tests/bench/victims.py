"""Processes to kill, on the test's database, forked from one that has Forecourt loaded, so that each begins at once."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from django.db import connection

Say = Callable[[str], None]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.bench.loaded"])


class Victim:
    """A process that does `work(say, *arguments)`; made, it is about to begin. `work` must be importable by its name."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        self._said, say = _context.Pipe(duplex=False)
        wanted = (connection.settings_dict["NAME"], say, work, arguments)
        self.process = _context.Process(target=_begin, args=wanted, daemon=True)
        self.process.start()
        say.close()
        assert self._said.recv() == "ready"

    def heard(self) -> Any:
        """The next that it says."""
        return self._said.recv()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended by itself, without a fault."""
        self.process.join(seconds)
        assert self.process.exitcode == 0

    def killed_after(self, seconds: float, words: int = 0) -> list[str]:
        """Kill -9 when it has worked so long after its first so many words; returns what it said."""
        said: list[str] = [self._said.recv() for _ in range(words)]
        time.sleep(seconds)
        self.process.kill()
        self.process.join()
        while True:
            try:
                said.append(self._said.recv())
            except (EOFError, OSError):
                return said


def _begin(database: str, say: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    connection.settings_dict["NAME"] = database
    say.send("ready")
    work(say.send, *arguments)
