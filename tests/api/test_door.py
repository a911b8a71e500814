"""What every request meets before its route: keys, scopes, limits, bodies, and problems instead of pages."""

import gzip

import pytest

from tests.api.conftest import Caller

STATION = {"code": "S900", "name": "Test", "position": {"latitude": 22.5, "longitude": 114.0}}


def is_problem(response, status: int) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:forecourt:problem:")
    return body


def test_no_key_and_a_wrong_key_are_told_how_to_sign_in(caller):
    for key in ("", "fc_wrong", "fc_" + "x" * 5000, "nothing"):
        response = Caller(key).get("/stations")
        is_problem(response, 401)
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_the_key_may_stand_in_a_header_of_its_own(caller):
    assert Caller("").get("/stations", X_API_KEY=caller.key).status_code == 200


def test_a_missing_scope_is_named(make_key):
    problem = is_problem(make_key("sales:read").get("/stations"), 403)
    assert "catalogue:read" in problem["detail"]


def test_an_unknown_address_and_method_are_problems(caller):
    assert "/api/v1/nothing" in is_problem(caller.get("/nothing"), 404)["detail"]
    response = caller.send("DELETE", "/stations")
    is_problem(response, 405)
    assert set(response["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body", [b"{", b"", b"nonsense", b"[" * 100_000, b'{"a":' * 5_000, b"\xff\xfe", b'{"code": "\\ud800"}']
)
def test_what_is_not_json_is_refused(caller, body):
    is_problem(caller.post("/stations", body), 400)


def test_a_field_at_fault_is_named_with_its_value(caller):
    problem = is_problem(caller.post("/stations", {"code": "a b", "pumps": [{"number": "7"}], "colour": 1}), 422)
    assert set(problem["fields"]) == {"code", "name", "pumps.0.number", "colour"}
    assert "a b" in problem["fields"]["code"]
    assert problem["fields"]["name"] == "is missing; add it"


def test_nul_is_refused_wherever_it_stands(caller):
    assert is_problem(caller.post("/stations", {**STATION, "name": "a\0b"}), 422)["fields"].keys() == {"name"}
    is_problem(caller.get("/stations?q=a%00b"), 422)
    is_problem(caller.get("/stations/a%00b"), 404)


def test_other_formats_are_refused(caller):
    is_problem(caller.send("POST", "/stations", b"a=b", content_type="application/x-www-form-urlencoded"), 415)
    is_problem(caller.post("/stations", STATION, CONTENT_ENCODING="br"), 415)


def test_gzip_is_taken_and_a_bomb_is_not(caller):
    import msgspec

    packed = gzip.compress(msgspec.json.encode(STATION))
    assert caller.post("/stations", packed, CONTENT_ENCODING="gzip").status_code == 201
    is_problem(caller.post("/stations", packed[:-9], CONTENT_ENCODING="gzip"), 400)
    is_problem(caller.post("/stations", b"not gzip", CONTENT_ENCODING="gzip"), 400)
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=1)
    is_problem(caller.post("/stations", bomb, CONTENT_ENCODING="gzip"), 413)


def test_a_key_that_calls_too_often_waits(make_key):
    slow = make_key(requests_per_second=1)
    first = slow.get("/stations")
    assert first["RateLimit-Policy"] == '"key";q=2;w=2'
    assert first["RateLimit"] == '"key";r=1;t=1'
    slow.get("/stations")
    refused = slow.get("/stations")
    is_problem(refused, 429)
    assert int(refused["Retry-After"]) >= 1


def test_a_failure_of_ours_shows_a_number_and_no_details(caller, monkeypatch):
    from forecourt.organisation import queries

    def fail(*_args, **_options):
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(queries, "list_stations", fail)
    response = caller.get("/stations")
    problem = is_problem(response, 500)
    assert "secret" not in response.content.decode()
    assert response["X-Request-Id"] in problem["detail"]


def test_a_database_that_is_away_is_said_so(caller, monkeypatch):
    from django.db import OperationalError

    from forecourt.organisation import queries

    def away(*_args, **_options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(queries, "list_stations", away)
    response = caller.get("/stations")
    is_problem(response, 503)
    assert int(response["Retry-After"]) > 0


def test_pages_follow_each_other(caller):
    for number in range(5):
        caller.post("/stations", {"code": f"S{number}", "name": "x"})
    seen, path = [], "/stations?limit=2"
    while path:
        page = caller.get(path).json()
        seen += [item["code"] for item in page["items"]]
        path = page["next"] and f"/stations?limit=2&cursor={page['next']}"
    assert seen == ["S0", "S1", "S2", "S3", "S4"]
    is_problem(caller.get("/stations?cursor=bm9uc2Vuc2U"), 422)
    is_problem(caller.get("/stations?limit=201"), 422)
