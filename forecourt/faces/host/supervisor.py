"""Looks after Forecourt's processes: starts them, writes down what they say, starts again what dies, stops them all.

One loop without threads, so that children can be made safely and end with this process, whose death they follow.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

from forecourt.faces.host import postgres
from forecourt.faces.host.children import Child, dies_with_parent
from forecourt.faces.host.logfile import LogFile, is_loud
from forecourt.faces.host.place import Place
from forecourt.faces.host.probe import Probe
from forecourt.kernel import clock
from forecourt.kernel.home import folder
from forecourt.kernel.problems import Problem

_TICK_SECONDS: Final = 0.2
_STOP_SECONDS: Final = 8.0
_READ_BYTES: Final = 65_536


class Stopped(BaseException):
    """Somebody asked Forecourt to stop while it was still starting."""


class Supervisor:
    """The processes of one installation. `start_postgres`, `start`, then `run` until SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._probes: dict[str, Probe] = {}
        self._due: dict[str, float] = {}
        self._place: Place | None = None
        self._postgres: subprocess.Popen[bytes] | None = None
        self._postgres_due = 0.0
        self._selector = selectors.DefaultSelector()
        self._log = LogFile(folder("log") / "supervisor.log")
        self._signals = 0
        self._is_running = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def start_postgres(self, place: Place) -> None:
        """Start the embedded server and wait until it has recovered."""
        self._place = place
        self._postgres = postgres.start(place, in_child=dies_with_parent(signal.SIGINT))
        postgres.wait_until_ready(place, self._postgres)

    def start(self, child: Child, probe: Probe | None = None) -> None:
        """Start a child and look after it from now on."""
        self._children.append(child)
        if probe is not None:
            self._probes[child.name] = probe
        self._start(child)

    def run(self, until: Callable[[], bool] | None = None) -> bool:
        """Look after everything until `until` holds (True) or a signal asks to stop (False)."""
        self._is_running = True
        while not self._signals:
            self._hear(_TICK_SECONDS)
            self._mind_postgres()
            for child in self._children:
                self._mind(child)
            if until is not None and until():
                return True
        return False

    def stop(self) -> None:
        """Ask all to stop, PostgreSQL last; end what does not, at once on a second signal. May be called again."""
        asked = self._signals
        until = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            child.ask_to_stop()
        while any(child.is_running for child in self._children):
            self._hear(0.05)
            if time.monotonic() > until or self._signals > asked + 1:
                break
        for child in self._children:
            if child.is_running:
                self.say(f"{child.name} did not stop in time and was ended")
            child.end_group()
        self._hear(0)
        self._children.clear()
        if self._postgres is not None:
            postgres.stop(self._postgres)
            self._postgres = None

    def say(self, text: str) -> None:
        """A line for whoever watches, and for the log."""
        line = f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {text}\n"
        self._log.write(line.encode())
        sys.stdout.write(line)
        sys.stdout.flush()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if not self._is_running:
            raise Stopped

    def _start(self, child: Child) -> None:
        descriptor = child.start()
        self._selector.register(descriptor, selectors.EVENT_READ, child)
        if child.name in self._probes:
            self._probes[child.name].reset()

    def _mind(self, child: Child) -> None:
        due = self._due.get(child.name)
        if due is not None:
            if time.monotonic() >= due:
                del self._due[child.name]
                self._start(child)
            return
        probe = self._probes.get(child.name)
        if child.is_running and probe is not None:
            probe.step()
            if probe.is_dead:
                self.say(f"{child.name} does not answer any more and is ended")
                child.end_group()
        if child.process is not None and not child.is_running:
            code = child.process.returncode
            child.end_group()
            self._forget_pipe(child)
            pause = child.pause()
            self._due[child.name] = time.monotonic() + pause
            self.say(f"{child.name} ended ({_why(code)}); starting it again in {pause:g} s")

    def _mind_postgres(self) -> None:
        if self._postgres is None or self._place is None or self._postgres.poll() is None:
            return
        if time.monotonic() < self._postgres_due:
            return
        self.say(f"PostgreSQL ended ({_why(self._postgres.returncode)}); starting it again")
        self._postgres_due = time.monotonic() + 1.0
        try:
            self.start_postgres(self._place)
        except Problem as problem:
            self.say(problem.detail)

    def _hear(self, seconds: float) -> None:
        """Take what the children say for up to so many seconds; all of it goes to their logs, warnings here too."""
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            data = os.read(key.fd, _READ_BYTES)
            if not data:
                self._selector.unregister(key.fd)
                continue
            child.log.write(data)
            *lines, child.rest = (child.rest + data).split(b"\n")
            for line in lines:
                if is_loud(line):
                    sys.stdout.write(f"{child.name}: {line.decode(errors='replace')}\n")
            child.rest = child.rest[-_READ_BYTES:]
        sys.stdout.flush()

    def _forget_pipe(self, child: Child) -> None:
        descriptor = child.output
        if descriptor.fileno() in self._selector.get_map():
            last = descriptor.read() or b""
            child.log.write(last)
            self._selector.unregister(descriptor)
        descriptor.close()
        child.rest = b""


def _why(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
