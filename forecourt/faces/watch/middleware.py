"""Every request: an id, a line in the log, a count and a duration. Addresses are named by route, never by query."""

import re
import time
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse

from forecourt.faces.watch import metrics
from forecourt.kernel import ids

_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET: Final = frozenset({"healthz", "readyz", "metrics", "static"})
_log = structlog.get_logger("forecourt.requests")


class WatchMiddleware:
    """Outermost, so that what others refuse is counted too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else ids.uuid7().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - started
        response["X-Request-ID"] = request_id
        route = _route(request)
        metrics.REQUESTS.labels(metrics.WEB, route, request.method or "", response.status_code).inc()
        metrics.REQUEST_SECONDS.labels(metrics.WEB, route).observe(seconds)
        if route not in _QUIET:
            _log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.route
    return "static" if request.path.startswith("/static/") else "unknown"
