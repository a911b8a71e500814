"""Forecourt as a user starts it: it comes up, refuses to come up twice, comes back after kill -9, and stops."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import httpx
import psutil
import pytest

from tests.bench.live import Live, free_port, is_alive, new_live, remove, stop_cleanly

pytestmark = pytest.mark.slow


@pytest.fixture
def own() -> Iterator[Live]:
    """An installation of the test's own, with a database."""
    fresh = new_live()
    yield fresh
    remove(fresh)


@pytest.fixture
def bare() -> Iterator[Live]:
    """An installation of the test's own, in an empty folder."""
    fresh = new_live(from_nothing=True)
    yield fresh
    remove(fresh)


@pytest.fixture(scope="module")
def installed() -> Iterator[Live]:
    fresh = new_live(from_nothing=True)
    yield fresh
    remove(fresh)


@pytest.fixture
def running(installed) -> Live:
    """An installation of this file's own, begun in an empty folder and running; a test may kill or stop it."""
    if installed.process is None or installed.process.poll() is not None:
        installed.start()
    return installed


def process_of(live: Live, *words: str) -> psutil.Process:
    """The one process below the supervisor whose command line ends in these words, or holds the only one given."""
    found = [one for one in psutil.Process(live.process.pid).children() if all(word in one.cmdline() for word in words)]
    assert len(found) == 1, f"{words}: {[one.cmdline() for one in found]}"
    return found[0]


def postgres_of(live: Live) -> psutil.Process:
    pid = int((live.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    return psutil.Process(pid)


def wait_for(what: Callable[[], bool], seconds: float = 30, of: Sequence[psutil.Process] = ()) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"it did not happen in time; alive: {[one for one in of if is_alive(one)]}"
        time.sleep(0.1)


def descendants(live: Live) -> list[psutil.Process]:
    return psutil.Process(live.process.pid).children(recursive=True)


def test_doors_answer_and_only_the_owner_reaches_the_database(live):
    assert httpx.get(f"{live.web}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{live.web}/readyz").json() == {"status": "ok"}
    sockets = (live.home / "postgres" / "run").resolve()
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((live.home / "secrets").stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE((live.home / "secrets" / "sign-ins").stat().st_mode) == 0o600
    assert all(not one.net_connections(kind="tcp") for one in [postgres_of(live), *postgres_of(live).children()])


def test_the_first_sign_ins_are_told(live):
    name, password, role = (live.home / "secrets" / "sign-ins").read_text().splitlines()[1].split("\t")
    assert (name, role) == ("admin", "head_office")
    assert password in live.words()


def test_a_second_start_in_the_same_home_says_so(live):
    second = live.command("up", "--no-demo", check=False)
    assert second.returncode == 1
    assert f"already runs in {live.home} as process {live.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_commands_use_the_running_database(live):
    key = live.command("apikey", "create", "a-test-of-commands", "--scope", "sales:write").stdout.strip()
    assert len(key) > 20
    assert "a-test-of-commands" in live.command("apikey", "list").stdout
    assert postgres_of(live).is_running()


def test_a_port_in_use_is_told(bare, live):
    bare.web_port = live.web_port
    refused = bare.command("up", "--no-demo", check=False)
    assert refused.returncode == 2
    assert f"Port {live.web_port} of 127.0.0.1 cannot be used" in refused.stderr
    assert "set PORT" in refused.stderr


def test_metrics_tell_of_requests_and_readers(live):
    httpx.get(f"{live.web}/no-such-page?phone=13800138000")
    page = httpx.get(f"{live.web}/metrics").text
    assert 'forecourt_requests_total{door="web",method="GET",route="unknown",status="404"}' in page
    assert "forecourt_request_seconds_bucket" in page
    assert "forecourt_database_up 1.0" in page
    assert "forecourt_open_repairs " in page
    assert httpx.get(f"{live.web}/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403


def test_logs_hold_no_personal_data(live):
    httpx.get(f"{live.web}/no-such-page?phone=13912345678&plate=粤B12345", headers={"X-Request-ID": "request-4711"})
    wait_for(lambda: "request-4711" in (live.home / "log" / "web.log").read_text())
    everything = "".join(path.read_text(errors="replace") for path in (live.home / "log").iterdir())
    assert "13912345678" not in everything
    assert "粤B12345" not in everything


@pytest.mark.parametrize("words", [("serve", "web"), ("serve", "till"), ("worker",)])
def test_a_killed_process_is_started_again(live, words):
    killed = process_of(live, *words)
    killed.kill()
    wait_for(lambda: not killed.is_running() and bool(_others(live, words, killed.pid)))
    live.wait_until_ready()


def _others(live: Live, words: tuple[str, ...], pid: int) -> list[psutil.Process]:
    children = psutil.Process(live.process.pid).children()
    return [one for one in children if one.pid != pid and all(word in one.cmdline() for word in words)]


def _has_another_postgres(live: Live, killed: int) -> bool:
    try:
        return postgres_of(live).pid != killed
    except (psutil.NoSuchProcess, FileNotFoundError, IndexError):
        return False  # the file still names the killed one, or is being written anew


def test_a_killed_postgres_is_started_again_with_nothing_lost(live):
    live.command("apikey", "create", "before-the-crash", "--scope", "sales:read")
    killed = postgres_of(live)
    killed.kill()
    wait_for(lambda: _has_another_postgres(live, killed.pid))
    live.wait_until_ready()
    assert "before-the-crash" in live.command("apikey", "list").stdout


def test_a_killed_supervisor_leaves_nobody_behind_and_comes_back(running):
    running.command("apikey", "create", "before-its-end", "--scope", "sales:read")
    family = descendants(running)
    running.process.kill()
    running.process.wait()
    wait_for(lambda: not any(is_alive(one) for one in family), of=family)
    running.start()
    assert "before-its-end" in running.command("apikey", "list").stdout


def test_everything_killed_at_once_comes_back(running):
    running.command("apikey", "create", "before-the-end-of-all", "--scope", "sales:read")
    for one in [psutil.Process(running.process.pid), *descendants(running)]:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    running.process.wait()
    running.start()
    assert "before-the-end-of-all" in running.command("apikey", "list").stdout


def test_it_stops_cleanly_and_at_once_on_ctrl_c(running):
    """So it does on SIGTERM: every installation of the tests is seen to, see `tests.bench.live.remove`."""
    stop_cleanly(running, signal.SIGINT)


def test_a_command_starts_and_stops_the_database_by_itself(own):
    assert "up to date" in own.command("migrate").stdout
    assert not (own.home / "postgres" / "data" / "postmaster.pid").exists()
    assert own.command("apikey", "list").stdout == ""


def test_a_stale_process_number_does_not_keep_the_database_down(own):
    (own.home / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    assert own.command("apikey", "list").returncode == 0


def test_a_database_that_is_not_there_is_told_in_one_line(bare):
    bare_environment = bare.environment | {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none"}
    done = subprocess.run(
        [sys.executable, "-m", "forecourt", "apikey", "list"],
        env=bare_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Error: The database cannot be reached")
    assert "Traceback" not in done.stderr
