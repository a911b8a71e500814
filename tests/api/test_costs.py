"""Costs over the API: noted by who keeps them, seen by who may know them."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock
from tests.api.test_door import is_problem


@pytest.fixture
def noted(caller, station, grades):
    """92 costs 6.80 everywhere and 6.90 at S001 from a month ago, 6.95 everywhere from tomorrow on; 95 costs 7."""
    month, soon = (clock.now() + timedelta(days=days) for days in (-30, 1))
    body = [
        {"product": "92", "cost": "6.80", "effective_from": month.isoformat()},
        {"product": "92", "cost": "6.9050", "effective_from": month.isoformat(), "station": "S001"},
        {"product": "92", "cost": "6.95", "effective_from": soon.isoformat()},
        {"product": "95", "cost": "7", "effective_from": month.isoformat()},
    ]
    answer = caller.post("/costs", body)
    assert answer.status_code == 201, answer.content
    assert answer.json() == {"noted": 4, "known": 0}
    return body


def told(answer) -> list[tuple[str, str, float]]:
    assert answer.status_code == 200, answer.content
    return [(one["product"], one["station"], float(one["cost"])) for one in answer.json()["items"]]


def later(days: float) -> str:
    return (clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_list_sent_again_notes_nothing_twice(caller, noted):
    assert caller.post("/costs", noted).json() == {"noted": 0, "known": 4}
    assert caller.post("/costs", noted[0]).json() == {"noted": 0, "known": 1}
    assert len(caller.get("/costs/history?product=92").json()["items"]) == 3


def test_what_holds_is_told_now_at_a_moment_and_at_a_station(caller, noted):
    assert told(caller.get("/costs")) == [("92", "", 6.8), ("92", "S001", 6.905), ("95", "", 7.0)]
    assert told(caller.get("/costs?station=S001")) == [("92", "S001", 6.905), ("95", "", 7.0)]
    assert told(caller.get("/costs?product=95")) == [("95", "", 7.0)]
    assert told(caller.get(f"/costs?product=92&at={later(2)}")) == [("92", "", 6.95), ("92", "S001", 6.905)]
    assert told(caller.get(f"/costs?at={later(-40)}")) == []
    first = caller.get("/costs?limit=2").json()
    assert told(caller.get(f"/costs?limit=2&cursor={first['next']}")) == [("95", "", 7.0)]
    states = [line["state"] for line in caller.get("/costs/history?product=92").json()["items"]]
    assert states == ["announced", "in_force", "in_force"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"product": "none"}, "1.product"),
        ({"station": "none"}, "1.station"),
        ({"cost": "-1"}, "1.cost"),
        ({"cost": "1000000"}, "1.cost"),
        ({"effective_from": "1900-01-01T00:00:00Z"}, "1.effective_from"),
        ({"cost": 7}, "1.cost"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place_and_nothing_is_noted(caller, station, grades, changes, field):
    good = {"product": "92", "cost": "6.80", "effective_from": "2026-01-02T00:00:00+08:00"}
    assert field in is_problem(caller.post("/costs", [good, good | changes]), 422)["fields"]
    assert told(caller.get("/costs")) == []


def test_costs_are_for_keys_that_may_know_them(make_key, noted):
    plain = make_key("catalogue:read", "catalogue:write", "offers:read")
    reader = make_key("costs:read")
    is_problem(plain.get("/costs"), 403)
    is_problem(plain.post("/costs", noted), 403)
    is_problem(reader.post("/costs", noted), 403)
    assert len(told(reader.get("/costs"))) == 3


def test_a_key_of_one_station_sees_and_notes_costs_there(make_key, noted):
    scoped = make_key(station="S001")
    is_problem(scoped.post("/costs", noted[0] | {"cost": "6"}), 403)
    assert scoped.post("/costs", noted[1] | {"cost": "6"}).json() == {"noted": 1, "known": 0}
    assert told(scoped.get("/costs?station=S001&product=92")) == [("92", "S001", 6.0)]
    is_problem(scoped.get("/costs?station=S404"), 404)
    is_problem(scoped.get("/costs?product=none"), 404)
