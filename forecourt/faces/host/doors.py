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
from forecourt.kernel.processes import loading, settle_in

_WEB_THREADS: Final = 4
"""Threads of a web worker, each with a database connection."""
_IDLE_SECONDS: Final = 600
_STOP_SECONDS: Final = 5
_BACKLOG: Final = 2048


_WEB: Final = "forecourt.faces.wsgi:application"
_TILL: Final = "forecourt.faces.till.app:application"


def serve(door: str) -> None:
    """Run one door, "web" or "till", until SIGTERM.

    The application is loaded before the workers are forked, so that they share it and one that was killed is back at once.
    """
    settings = host_settings()
    with loading():
        load_target(_WEB if door == "web" else _TILL)
    settle_in()
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
            _WEB,
            port=settings.web_port,
            interface=Interfaces.WSGI,
            workers=settings.web_workers,
            blocking_threads=_WEB_THREADS,
            blocking_threads_idle_timeout=_IDLE_SECONDS,
            **common,
        )
    else:
        server = Granian(
            _TILL,
            port=settings.till_port,
            interface=Interfaces.ASGI,
            loop=Loops.uvloop,
            workers=settings.till_workers,
            **common,
        )
    server.serve(target_loader=partial(_load, os.getpid()))


def _load(parent: int, target: str) -> Callable[..., Any]:
    """The application in a worker, which from now on ends with the process that started it."""
    dies_with_parent(signal.SIGKILL, parent=parent)()
    application: Callable[..., Any] = load_target(target)
    return application


def _logging() -> dict[str, Any]:
    """Granian's own few lines in the form of all others."""
    configuration = logs.configuration()
    quiet = {"handlers": ["out"], "propagate": False}
    return configuration | {"loggers": {"_granian": dict(quiet), "granian.access": dict(quiet)}}
