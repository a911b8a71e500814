"""What is watched: redaction, metrics' access, readiness."""

import io
import logging

import pytest
from django.test import RequestFactory

from forecourt.faces.watch import logs
from forecourt.faces.watch.logs import redacted


@pytest.mark.parametrize(
    "secret",
    ["13800138000", "+86 138 0013 8000", "粤B12345", "粤BD12345", "6222021234567890123", "li.wei@example.com"],
)
def test_what_looks_personal_is_blacked_out(secret):
    assert secret not in redacted(f"duplicate key value ({secret}) already exists")


@pytest.mark.parametrize("harmless", ["2026-01-02", "exit code 137", "station S001, pump 4", "0.1.0", "12345"])
def test_what_is_harmless_stays(harmless):
    assert redacted(harmless) == harmless


def test_health_asks_nobody(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_the_database_is(client, db):
    assert client.get("/readyz").status_code == 200


def test_metrics_are_for_this_machine_or_a_token(client, db, monkeypatch):
    assert b"forecourt_database_up 1.0" in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    monkeypatch.setenv("FORECOURT_METRICS_TOKEN", "a-long-token")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer a-long-token"}).status_code == 200


def test_an_answer_bears_the_request_id(client):
    assert client.get("/healthz", headers={"X-Request-ID": "till-4-000123"})["X-Request-ID"] == "till-4-000123"
    assert client.get("/healthz", headers={"X-Request-ID": "粤B12345 <script>"})["X-Request-ID"] != "粤B12345 <script>"


def test_a_failed_request_is_logged_without_its_address():
    stream = io.StringIO()
    settings = logs.configuration()
    formatter = settings["formatters"]["structured"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter["()"](**{name: value for name, value in formatter.items() if name != "()"}))
    log = logging.getLogger("tests.django_request")
    log.addHandler(handler)
    log.propagate = False
    request = RequestFactory().get("/admin/customers/?phone=13912345678&plate=%E7%B2%A4B12345")
    log.error("Internal Server Error: %s", "/admin/customers/", extra={"request": request, "status_code": 500})
    assert "Internal Server Error" in stream.getvalue()
    assert "13912345678" not in stream.getvalue()
    assert "B12345" not in stream.getvalue()
