"""Forecourt as a user starts it: `forecourt up` with a home, ports and processes of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.bench.prepared import give_database

_OF_THE_TESTS = {"DATABASE_URL", "FORECOURT_KEYS", "DJANGO_ALLOW_ASYNC_UNSAFE"}
_MANY = """
import io, json, os, sys
from contextlib import redirect_stdout
from forecourt.faces.cli.main import cli
os.environ["DJANGO_SETTINGS_MODULE"] = "forecourt.settings"
said = []
for arguments in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()) as out:
        cli(arguments, standalone_mode=False)
    said.append(out.getvalue())
print(json.dumps(said))
"""
_START_SECONDS = 90
_STOP_SECONDS = 30


@dataclass
class Live:
    """A running Forecourt. `web` and `till` are the addresses of its doors, "http://127.0.0.1:40001"."""

    home: Path
    web_port: int
    till_port: int
    log: Path
    workers: int = 1
    """Processes of each door. Each reads the whole of Forecourt in before it answers, which most tests would only wait for."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def till(self) -> str:
        return f"http://127.0.0.1:{self.till_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which `forecourt` commands speak to this installation."""
        kept = {name: value for name, value in os.environ.items() if name not in _OF_THE_TESTS}
        return kept | {
            "FORECOURT_HOME": str(self.home),
            "PORT": str(self.web_port),
            "TILL_PORT": str(self.till_port),
            "FORECOURT_WEB_WORKERS": str(self.workers),
            "FORECOURT_TILL_WORKERS": str(self.workers),
            "PYTHONUNBUFFERED": "1",
        }

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `forecourt ARGUMENTS` against this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "forecourt", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, f"forecourt {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done

    def commands(self, *many: Sequence[str]) -> list[str]:
        """Run `forecourt` with each of these arguments in one process, which loads it once; returns what each said."""
        done = subprocess.run(
            [sys.executable, "-c", _MANY, json.dumps(many)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{many}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def start(self) -> None:
        """Start it and wait until it says it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "forecourt", "up", "--no-demo"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = _START_SECONDS) -> None:
        until = time.monotonic() + seconds
        while True:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"forecourt up ended by itself:\n{self.words()}")
            if self._answers():
                return
            if time.monotonic() > until:
                raise AssertionError(f"forecourt up was not ready after {seconds} s:\n{self.words()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        return answers(f"{self.web}/readyz") and answers(f"{self.till}/healthz")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(_STOP_SECONDS)

    def words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-3000:]


def answers(address: str) -> bool:
    """Whether a door says that all is well. Certificates, which nobody shows here, would take longer to load than to ask."""
    try:
        return httpx.get(address, timeout=5, verify=False).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_live(*, workers: int = 1, from_nothing: bool = False) -> Live:
    """An installation that was never started, with a home of its own, which holds an empty database or nothing at all."""
    home = Path(tempfile.mkdtemp(prefix="forecourt-live-"))
    if not from_nothing:
        give_database(home)
    return Live(home, free_port(), free_port(), home.with_suffix(".out"), workers)


def stop_cleanly(live: Live, how: signal.Signals = signal.SIGTERM) -> None:
    """Stop it and see that nothing of it is left: neither a process nor PostgreSQL's mark."""
    assert live.process is not None
    family = psutil.Process(live.process.pid).children(recursive=True)
    assert live.stop(how) == 0, live.words()
    assert not [one for one in family if is_alive(one)]
    assert not (live.home / "postgres" / "data" / "postmaster.pid").exists()


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that ended but was not collected by the system's first process does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def remove(live: Live) -> None:
    """Stop it if it runs, which must go cleanly whatever it went through, and remove its home."""
    try:
        if live.process is not None and live.process.poll() is None:
            stop_cleanly(live)
    finally:
        shutil.rmtree(live.home, ignore_errors=True)
        live.log.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """Forecourt, running, without demo data, for the whole session. Make what you need with names of your own."""
    running = new_live()
    try:
        running.start()
        yield running
    finally:
        remove(running)
