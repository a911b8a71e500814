"""`forecourt up`, step by step: one at a time in a home; database, schema, demo data, doors and worker."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from typing import Final

import django

from forecourt import __version__
from forecourt.faces.host.children import Child, dies_with_parent, end_leftovers
from forecourt.faces.host.place import prepared_place
from forecourt.faces.host.probe import Probe
from forecourt.faces.host.sessions import owned, take
from forecourt.faces.host.settings import HostSettings, host_settings
from forecourt.faces.host.supervisor import Stopped, Supervisor
from forecourt.faces.watch.logs import AS_JSON
from forecourt.kernel import database
from forecourt.kernel.home import folder, home
from forecourt.kernel.problems import Conflict, Unavailable
from forecourt.kernel.processes import loading

_READY_SECONDS: Final = 90.0


def up(*, with_demo: bool) -> int:
    """Run Forecourt until it is told to stop; returns the exit code."""
    started = time.monotonic()
    settings = host_settings()
    with _alone():
        supervisor = Supervisor()
        try:
            return _up(supervisor, settings, with_demo=with_demo, started=started)
        except Stopped:
            return 130
        finally:
            supervisor.stop()
            supervisor.say("Forecourt has stopped.")


def _up(supervisor: Supervisor, settings: HostSettings, *, with_demo: bool, started: float) -> int:
    supervisor.say(f"Forecourt {__version__} starts in {home()}")
    for leftover in end_leftovers():
        supervisor.say(f"ended what an earlier start left behind: {leftover}")
    for variable, port in (("PORT", settings.web_port), ("TILL_PORT", settings.till_port)):
        _require_free(settings.bind, port, variable)
    with _postgres(supervisor):
        with loading():
            django.setup()
        _prepare(supervisor, with_demo=with_demo)
        _start_processes(supervisor, settings)
        until = time.monotonic() + _READY_SECONDS
        if not supervisor.run(until=lambda: _is_ready(settings, until)):
            return 0
        _announce(settings, time.monotonic() - started)
        supervisor.run()
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """One supervisor a home. Conflict names the process that is there already."""
    with (folder("run") / "up.lock").open("a+") as lock:
        if not take(lock):
            lock.seek(0)
            raise Conflict(f"Forecourt already runs in {home()} as process {lock.read().strip()}.")
        yield


@contextmanager
def _postgres(supervisor: Supervisor) -> Iterator[None]:
    if not database.is_embedded():
        yield
        return
    place = prepared_place()
    with owned(place):
        if not place.data.exists():
            supervisor.say("making a new PostgreSQL database")
        supervisor.start_postgres(place)
        try:
            yield
        finally:
            # PostgreSQL must be down before its lock is free
            supervisor.stop()


def _prepare(supervisor: Supervisor, *, with_demo: bool) -> None:
    from django.db import connections

    from forecourt.faces.host import schema, signins
    from forecourt.kernel.actors import SYSTEM
    from forecourt.organisation import queries

    schema.bring_up_to_date()
    is_empty = not queries.all_stations(SYSTEM)
    connections.close_all()
    if with_demo and is_empty:
        _load_demo(supervisor)
    signins.make_first_sign_ins()
    connections.close_all()


def _load_demo(supervisor: Supervisor) -> None:
    if find_spec("forecourt.faces.cli.demo") is None:
        supervisor.say("there is no demo data in this version")
        return
    supervisor.say("loading demo data (`forecourt up --no-demo` starts without)")
    # what it simulates the worker does beside the doors, as whatever somebody asks for
    command = [sys.executable, "-m", "forecourt", "demo", "--leave-simulations"]
    done = subprocess.run(command, check=False, preexec_fn=dies_with_parent())
    if done.returncode != 0:
        raise Unavailable(
            f"The demo data could not be loaded (exit code {done.returncode}). Remove {home()} to begin anew, "
            "or start without by `forecourt up --no-demo`."
        )
    supervisor.say("the worker runs the simulations of the demo beside the doors; their page tells how far they are")


def _start_processes(supervisor: Supervisor, settings: HostSettings) -> None:
    measures = folder("run") / "metrics"
    shutil.rmtree(measures, ignore_errors=True)
    measures.mkdir()
    environment = dict(os.environ) | {
        "FORECOURT_HOME": str(home()),
        "PROMETHEUS_MULTIPROC_DIR": str(measures),
        "PYTHONUNBUFFERED": "1",
        AS_JSON: "1",
    }
    run = (sys.executable, "-m", "forecourt")
    supervisor.start(Child("worker", [*run, "worker"], environment))
    if find_spec("forecourt.faces.till.app") is not None:
        till = Probe((settings.probe_host, settings.till_port))
        supervisor.start(Child("till", [*run, "serve", "till"], environment), till)
    web = Probe((settings.probe_host, settings.web_port))
    supervisor.start(Child("web", [*run, "serve", "web"], environment), web)


def _require_free(host: str, port: int, variable: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable(
                f"Port {port} of {host} cannot be used ({error.strerror}); set {variable} to a free one."
            ) from None


def _is_ready(settings: HostSettings, until: float) -> bool:
    """Whether both doors answer; Unavailable when they still do not at `until`."""
    if time.monotonic() > until:
        raise Unavailable(f"The doors did not open; see {folder('log')}.")
    doors = [(settings.web_port, "/readyz")]
    if find_spec("forecourt.faces.till.app") is not None:
        doors.append((settings.till_port, "/healthz"))
    return all(_answers(settings.probe_host, port, path) for port, path in doors)


def _answers(host: str, port: int, path: str) -> bool:
    asking = HTTPConnection(host, port, timeout=2)
    try:
        asking.request("GET", path)
        return asking.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()


def _announce(settings: HostSettings, seconds: float) -> None:
    from forecourt.faces.host import signins

    web = settings.address(settings.web_port)
    lines = [
        "",
        f"  Forecourt is ready after {seconds:.1f} s.",
        "",
        f"    Back office   {web}/",
        f"    API           {web}/api/v1/docs",
        f"    Till door     {settings.address(settings.till_port)}/api/v1/sales",
        f"    State         {home()}",
        "",
    ]
    kept = signins.kept_sign_ins()
    for number, (name, password, role) in enumerate(kept):
        lines.append(f"    {'Sign in as' if number == 0 else '':<13} {name:<11} {password}   {role}")
    if kept:
        lines += [f"    {'':<13} (kept in {signins.path()})", ""]
    lines += ["  Ctrl-C stops it.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
