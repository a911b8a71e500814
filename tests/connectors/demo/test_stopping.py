"""A demonstration that is stopped while it is loaded."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from tests.bench.live import Live, new_live

pytestmark = pytest.mark.slow

LARGE = ("--stations", "12", "--customers", "1000", "--days", "90")
"""Enough for a second process."""
SECONDS = 30


@pytest.fixture
def own() -> Iterator[Live]:
    """An installation of the test's own, with an empty database."""
    fresh = new_live()
    yield fresh
    shutil.rmtree(fresh.home, ignore_errors=True)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_nothing_of_it_runs_on(own, how):
    demo = subprocess.Popen(
        [sys.executable, "-m", "forecourt", "demo", *LARGE],
        env=own.environment,
        stderr=subprocess.DEVNULL,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - it sets a signal and no more
    )
    family = family_with_a_second_process(demo.pid)
    try:
        demo.send_signal(how)
        assert demo.wait(SECONDS) != 0
        assert not psutil.wait_procs(family, timeout=SECONDS)[1]
    finally:
        for one in [demo, *family]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


def heed_interrupts() -> None:
    """As in a terminal: tests that run behind a shell's `&` ignore interrupts, and all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def family_with_a_second_process(pid: int) -> list[psutil.Process]:
    """All that a demonstration has started, once its second process is among them."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        family = psutil.Process(pid).children(recursive=True)
        if any("from multiprocessing.spawn" in " ".join(one.cmdline()) for one in family):
            return family
        time.sleep(0.1)
    raise AssertionError(f"there was no second process after {SECONDS} s")
