"""The embedded PostgreSQL: made, started, waited for, stopped. Only its owner can reach its socket."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

import psutil
import psycopg

from forecourt.faces.host.place import Place
from forecourt.kernel import database
from forecourt.kernel.problems import Unavailable

_START_SECONDS: Final = 600
"""Recovery after a crash replays at most max_wal_size; ten minutes is far more than that takes."""
_STOP_SECONDS: Final = 20
_ORPHAN_SECONDS: Final = 5
"""Sessions of a killed server end by themselves as soon as they notice."""
_LOG_BYTES: Final = 10 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024
_GIGABYTE: Final = 1024 * _MEGABYTE


def start(place: Place, *, in_child: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
    """Start the server, making its data first when there is none. Returns at once; see `wait_until_ready`."""
    if not (place.data / "PG_VERSION").exists():
        _make_data(place)
    _write_configuration(place)
    _clear_after_crash(place)
    with _log_file(place.log) as log:
        return subprocess.Popen(
            [place.programs / "postgres", "-D", place.data],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=in_child,  # noqa: PLW1509  the caller has no threads
            **_as_account(place),
        )


def wait_until_ready(place: Place, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait for the end of start-up and recovery, then see that our database exists. Unavailable if the server died."""
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            with psycopg.connect(_conninfo(place, "postgres"), autocommit=True) as connection:
                _make_database(connection)
                return
        except psycopg.OperationalError as error:
            gone = running_pid(place) is None if process is None else process.poll() is not None
            if gone or time.monotonic() > until:
                raise Unavailable(f"PostgreSQL did not start: {_last_words(place.log) or error}") from error
            time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server: sessions are ended, all is written; without a checkpoint when that takes too long."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait()


def running_pid(place: Place) -> int | None:
    """The process of the server that uses our data, if one does."""
    pid = _noted_pid(place)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        is_ours = process.status() != psutil.STATUS_ZOMBIE and str(place.data) in process.cmdline()
    except psutil.Error:
        return None
    return pid if is_ours else None


def _noted_pid(place: Place) -> int | None:
    path = place.data / "postmaster.pid"
    try:
        first = path.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _clear_after_crash(place: Place) -> None:
    """Remove the marks of a server that was killed, once nothing of it works on the data any more.

    PostgreSQL goes by process numbers, which may be another program's by now, or a zombie's, and would refuse to start.
    """
    if running_pid(place) is not None:
        return
    orphans = [process for process in psutil.process_iter(["name"]) if _works_on(place, process)]
    _, remaining = psutil.wait_procs(orphans, timeout=_ORPHAN_SECONDS)
    for process in remaining:
        if _works_on(place, process):
            process.kill()
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (place.sockets / name).unlink(missing_ok=True)


def _works_on(place: Place, process: psutil.Process) -> bool:
    """Whether this is a process of PostgreSQL in our data folder, which is where all of them stand."""
    try:
        is_alive = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
        return is_alive and Path(process.cwd()) == place.data
    except psutil.Error:
        return False


def _make_data(place: Place) -> None:
    """Make the data folder whole or not at all: beside its place, then renamed."""
    draft = place.data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if place.account is not None:
        os.chown(draft, place.account.uid, place.account.gid)
    command: list[str | Path] = [
        *(place.programs / "initdb", "--pgdata", draft, "--username", database.EMBEDDED_USER),
        *("--auth", "trust", "--encoding", "UTF8", "--no-instructions"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
    ]
    # trust is safe here: there is no TCP, and only the owner can enter the folder of the socket
    made = subprocess.run(command, check=False, capture_output=True, text=True, **_as_account(place))
    if made.returncode != 0:
        raise Unavailable(f"PostgreSQL's data could not be made in {place.data}: {made.stderr.strip()[-500:]}")
    with (draft / "postgresql.conf").open("a") as file:
        file.write("\ninclude 'forecourt.conf'\n")
    draft.rename(place.data)


def _write_configuration(place: Place) -> None:
    memory = psutil.virtual_memory().total
    shared = max(min(memory // 4, _GIGABYTE), 128 * _MEGABYTE) // _MEGABYTE
    spacious = shutil.disk_usage("/dev/shm").free > _GIGABYTE if Path("/dev/shm").is_dir() else False  # noqa: S108
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{place.sockets}'",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(memory // 2 // _MEGABYTE, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "dynamic_shared_memory_type": "posix" if spacious else "mmap",
        "fsync": "on",
        "synchronous_commit": "on",
        # compressing costs more processor than the disk it spares: lz4 is not built in
        "wal_compression": "off",
        "checkpoint_timeout": "15min",
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "logging_collector": "off",
        # statements and details of errors could hold personal data
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
    }
    text = "# Written at every start of Forecourt. Your own settings belong in postgresql.conf, below the include.\n"
    text += "".join(f"{name} = {value}\n" for name, value in settings.items())
    path = place.data / "forecourt.conf"
    path.write_text(text)
    if place.account is not None:
        os.chown(path, place.account.uid, place.account.gid)


def _make_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.EMBEDDED_NAME]).fetchone()
    if not known:
        connection.execute(f'CREATE DATABASE "{database.EMBEDDED_NAME}"')


def _conninfo(place: Place, name: str) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(place.sockets), user=database.EMBEDDED_USER, dbname=name, connect_timeout=10
    )


def _as_account(place: Place) -> dict[str, Any]:
    if place.account is None:
        return {"cwd": place.data.parent}
    account = place.account
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "cwd": "/"}


def _log_file(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _last_words(log: Path) -> str:
    """The last fatal lines of the server's log, without their stamps."""
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").splitlines()[-20:]
    found = [match[1] for line in lines if (match := re.search(r"(?:FATAL|PANIC|LOG|ERROR):\s+(.*)", line))]
    return "; ".join(found[-3:])
