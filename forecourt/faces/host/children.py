"""Child processes: they write to a log, are started again when they die, and do not outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Final

import psutil

from forecourt.faces.host.logfile import LogFile
from forecourt.kernel.home import folder, home

MARK: Final = "FORECOURT_CHILD_OF"
"""In the environment of every child: the home it belongs to, by which a later start finds what was left behind."""

_PR_SET_PDEATHSIG: Final = 1
_PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_STEADY_SECONDS: Final = 60.0
"""A child that ran this long is started again at once when it dies."""


def dies_with_parent(with_signal: signal.Signals = signal.SIGTERM, *, parent: int | None = None) -> Callable[[], None]:
    """What a new child calls before it becomes its program: the kernel will send it the signal when its parent dies.

    Linux can do that; elsewhere the next start ends what was left behind. To be used from the main thread only, whose
    end is what the kernel watches. `parent` is the calling process unless given.
    """
    expected = os.getpid() if parent is None else parent
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def arrange() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
        if os.getppid() != expected:
            os._exit(1)

    return arrange


@dataclass
class Child:
    """One process of Forecourt, in a group of its own, so that all it started can be ended with it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    log: LogFile = field(init=False)
    rest: bytes = b""

    def __post_init__(self) -> None:
        self.log = LogFile(folder("log") / f"{self.name}.log")

    def start(self) -> int:
        """Start the process; returns the descriptor from which its words can be read."""
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment) | {MARK: str(home())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # at once: PostgreSQL goes too, and a worker that tidies up would wait for it in vain
            preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509  the supervisor has no threads
        )
        self.started = time.monotonic()
        descriptor = self.output.fileno()
        os.set_blocking(descriptor, False)
        return descriptor

    @property
    def output(self) -> IO[bytes]:
        """The end of the pipe from which its words come."""
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.stdout

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pause(self) -> float:
        """Seconds to wait before the next start, growing with every early death."""
        if time.monotonic() - self.started > _STEADY_SECONDS:
            self.deaths = 0
        pause = _PAUSES[min(self.deaths, len(_PAUSES) - 1)]
        self.deaths += 1
        return pause

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def end_group(self) -> None:
        """Kill whatever is left of the process and of what it started."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def end_leftovers() -> list[str]:
    """End processes that an earlier, killed supervisor of this home left behind; returns what they were."""
    ended = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home()):
                name = " ".join(process.cmdline()[-2:])
                process.kill()
                ended.append(f"{name} ({process.pid})")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return ended
