"""A command run as a user does, watched while it works: how long, how much processor time, how much memory."""

import contextlib
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_PAUSE_SECONDS = 0.1


class Watched(NamedTuple):
    """How a command ended and what it said; its processor time counts, its memory holds, those of all processes below it."""

    code: int
    said: str
    complained: str
    seconds: float
    processor_seconds: float
    peak_mb: float


def watched(command: Sequence[str], environment: Mapping[str, str]) -> Watched:
    """Run a command to its end."""
    import psutil

    started, peak, processor = time.perf_counter(), 0, 0.0
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        process = psutil.Popen(command, env=environment, stdout=said, stderr=complained)
        while process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                peak = max(peak, sum(one.memory_info().rss for one in [process, *process.children(recursive=True)]))
                processor = max(processor, processor_seconds(process))
            time.sleep(_PAUSE_SECONDS)
        seconds = time.perf_counter() - started
        said.seek(0)
        complained.seek(0)
        return Watched(process.returncode, said.read(), complained.read(), seconds, processor, peak / 2**20)


def processor_seconds(process: Any) -> float:
    """Of a process and of all below it, those that ended too."""
    times = process.cpu_times()
    own: float = times.user + times.system + times.children_user + times.children_system
    return own + sum(processor_seconds(child) for child in process.children())
