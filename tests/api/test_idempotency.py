"""A request that creates something, sent twice under one Idempotency-Key, takes effect once."""

import threading
from datetime import timedelta

from django.db import connection

from forecourt.faces.api import idempotency
from forecourt.faces.api.models import IdempotentRequest
from tests.api.conftest import new_caller
from tests.api.test_door import is_problem

CUSTOMER = {"name": "王小明", "identities": [{"kind": "phone", "value": "13800138000"}]}


def test_the_first_answer_is_given_again(caller):
    first = caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1")
    again = caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1")
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert len(caller.get("/customers").json()["items"]) == 1


def test_another_body_under_the_same_key_is_refused(caller):
    caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1")
    problem = is_problem(caller.post("/customers", {"name": "李"}, IDEMPOTENCY_KEY="a1"), 422)
    assert problem["type"].endswith("idempotency-key-reused")


def test_a_refused_request_may_be_mended(caller):
    is_problem(caller.post("/customers", {"name": ""}, IDEMPOTENCY_KEY="a1"), 422)
    assert caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1").status_code == 201


def test_keys_of_two_callers_do_not_meet(caller, make_key):
    caller.post("/customers", {"name": "一"}, IDEMPOTENCY_KEY="a1")
    other = make_key("customers:write").post("/customers", {"name": "二"}, IDEMPOTENCY_KEY="a1")
    assert other.status_code == 201
    assert other.json()["name"] == "二"


def test_a_key_that_is_none_is_refused(caller):
    is_problem(caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="x" * 256), 422)
    is_problem(caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY=""), 422)


def test_while_the_first_is_under_way_the_second_is_told_so(caller, monkeypatch):
    """The same key twice at once: one is served, the other hears that it is."""
    caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1")
    IdempotentRequest.objects.update(status=None, answer_sealed=None)
    problem = is_problem(caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1"), 409)
    assert problem["type"].endswith("in-progress")


def test_two_at_once_create_one(committed, head_office):
    caller = new_caller(head_office)
    barrier = threading.Barrier(4)
    statuses = []

    def send():
        barrier.wait()
        statuses.append(caller.post("/customers", {"name": "同时"}, IDEMPOTENCY_KEY="a1").status_code)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    assert len(caller.get("/customers").json()["items"]) == 1


def test_answers_are_kept_sealed_and_for_a_day(caller):
    caller.post("/customers", CUSTOMER, IDEMPOTENCY_KEY="a1")
    stored = IdempotentRequest.objects.get()
    assert "王小明".encode() not in bytes(stored.answer_sealed)
    assert b"a1" not in bytes(stored.key_digest)
    IdempotentRequest.objects.update(created_at=stored.created_at - timedelta(hours=25))
    assert caller.post("/customers", {"name": "新"}, IDEMPOTENCY_KEY="a1").status_code == 201
    IdempotentRequest.objects.update(created_at=stored.created_at - timedelta(hours=25))
    assert idempotency.forget_old() == 1
