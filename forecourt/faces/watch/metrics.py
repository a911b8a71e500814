"""Metrics in Prometheus' format, of all processes together: what they counted, and what the database tells."""

import os
import secrets
from collections.abc import Iterable, Iterator
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from forecourt.kernel import sql

WEB: Final = "web"
TILL: Final = "till"

REQUESTS: Final = Counter("forecourt_requests", "Requests answered", ["door", "route", "method", "status"])
REQUEST_SECONDS: Final = Histogram(
    "forecourt_request_seconds",
    "Time to answer a request",
    ["door", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

READERS: Final = sql.load(__file__, "readers")
OPEN_REPAIRS: Final = sql.load(__file__, "open_repairs")
WAITING_JOBS: Final = sql.load(__file__, "waiting_jobs")

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1", ""})


class DatabaseState(Collector):
    """What the database tells at the moment of asking: how far readers are behind, what waits to be mended or done."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("forecourt_database_up", "Whether the database answers")
        try:
            families = list(self._families())
        except DatabaseError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from families

    def _families(self) -> Iterable[Metric]:
        lag = GaugeMetricFamily("forecourt_reader_lag_events", "Events a reader has yet to take", labels=["reader"])
        failures = GaugeMetricFamily("forecourt_reader_failures", "Failures of a reader in a row", labels=["reader"])
        for reader, behind, failed in sql.rows(READERS):
            lag.add_metric([reader], behind)
            failures.add_metric([reader], failed)
        repairs = GaugeMetricFamily("forecourt_open_repairs", "Flagged sales that wait to be mended")
        repairs.add_metric([], sql.rows(OPEN_REPAIRS)[0][0])
        jobs = GaugeMetricFamily("forecourt_waiting_jobs", "Jobs that wait, by queue", labels=["queue"])
        for queue, waiting in sql.rows(WAITING_JOBS):
            jobs.add_metric([queue], waiting)
        return [lag, failures, repairs, jobs]


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' page. For callers on this machine, or who bear FORECOURT_METRICS_TOKEN when one is set."""
    if not _may_read(request):
        return HttpResponse("Set FORECOURT_METRICS_TOKEN and send it as a bearer token.\n", status=403)
    registry = CollectorRegistry()
    registry.register(DatabaseState())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        page = generate_latest(registry)
    else:
        page = generate_latest(registry) + generate_latest(REGISTRY)
    return HttpResponse(page, content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = os.environ.get("FORECOURT_METRICS_TOKEN")
    if token:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
    # a proxy on this machine would make everybody local; proxies name those they speak for
    return request.META.get("REMOTE_ADDR", "") in _LOOPBACK and "X-Forwarded-For" not in request.headers
