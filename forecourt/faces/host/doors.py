"""The two doors, each in processes of its own: Django on WSGI for the web, a lean ASGI application for the till."""

import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from granian import Granian
from granian._internal import load_target
from granian.constants import Interfaces, Loops
from granian.log import LogLevels

from forecourt.faces.host.children import dies_with_parent
from forecourt.faces.host.settings import host_settings
from forecourt.faces.watch import logs
from forecourt.kernel.processes import settle_in

_WEB_THREADS: Final = 4
"""Threads of a web worker, each with a database connection."""
_IDLE_SECONDS: Final = 600
_STOP_SECONDS: Final = 5
_BACKLOG: Final = 2048


def serve(door: str) -> None:
    """Run one door, "web" or "till", until SIGTERM."""
    settings = host_settings()
    common: dict[str, Any] = {
        "address": settings.bind,
        "backlog": _BACKLOG,
        "workers_kill_timeout": _STOP_SECONDS,
        "websockets": False,
        "respawn_failed_workers": True,
        "respawn_interval": 0.5,
        "log_level": LogLevels.warning,
        "log_dictconfig": _logging(),
    }
    if door == "web":
        server = Granian(
            "forecourt.faces.wsgi:application",
            port=settings.web_port,
            interface=Interfaces.WSGI,
            workers=settings.web_workers,
            blocking_threads=_WEB_THREADS,
            blocking_threads_idle_timeout=_IDLE_SECONDS,
            **common,
        )
    else:
        server = Granian(
            "forecourt.faces.till.app:application",
            port=settings.till_port,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            workers=settings.till_workers,
            **common,
        )
    server.serve(target_loader=partial(_load, os.getpid()))


def _load(parent: int, target: str) -> Callable[..., Any]:
    """Load the application in a worker, which from then on ends with the process that started it."""
    dies_with_parent(signal.SIGKILL, parent=parent)()
    application: Callable[..., Any] = load_target(target)
    settle_in()
    return application


def _logging() -> dict[str, Any]:
    """Granian's own few lines in the form of all others."""
    configuration = logs.configuration()
    quiet = {"handlers": ["out"], "propagate": False}
    return configuration | {"loggers": {"_granian": dict(quiet), "granian.access": dict(quiet)}}
