"""Stations, products and prices over the API."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock
from tests.api.test_door import is_problem

STATION = {
    "code": "S010",
    "name": "深南大道站",
    "region": "深圳",
    "position": {"latitude": 22.54, "longitude": 114.05},
    "day_rolls_at": "06:00",
    "hours": {"mon": [["06:00", "22:00"]]},
    "pumps": [{"number": 1, "grades": ["92"]}],
}


def test_a_station_is_opened_changed_and_closed(caller):
    opened = caller.post("/stations", STATION)
    assert opened.status_code == 201, opened.content
    assert opened.json()["position"] == {"latitude": 22.54, "longitude": 114.05}
    assert opened.json()["day_rolls_at"] == "06:00"
    changed = caller.patch("/stations/S010", {"name": "新名", "position": None}).json()
    assert (changed["name"], changed["position"], changed["region"]) == ("新名", None, "深圳")
    assert caller.post("/stations/S010/close", None).json()["is_open"] is False
    assert caller.post("/stations/S010/reopen", None).json()["is_open"] is True
    is_problem(caller.post("/stations", STATION), 409)
    is_problem(caller.get("/stations/S404"), 404)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"position": {"latitude": 114, "longitude": 22}}, "position.latitude"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"day_rolls_at": "25:00"}, "day_rolls_at"),
        ({"hours": {"mon": [["06:00"]]}}, "hours.mon.0"),
        ({"pumps": [{"number": 1}, {"number": 1}]}, "pumps.1.number"),
        ({"opened_on": "2026-02-30"}, "opened_on"),
        ({"opened_on": 5}, "opened_on"),
    ],
)
def test_a_station_that_cannot_be_is_refused(caller, changes, field):
    assert field in is_problem(caller.post("/stations", STATION | changes), 422)["fields"]


def test_products_are_added_found_and_changed(caller):
    water = {"code": "W1", "name": "矿泉水", "barcodes": ["6901234567892"], "category": "SHOP/DRINKS"}
    assert caller.post("/products", water).json()["category"] == "SHOP/DRINKS"
    many = caller.post("/products", [{"code": f"P{n}", "name": f"商品{n}"} for n in range(3)])
    assert set(many.json()["ids"]) == {"P0", "P1", "P2"}
    assert caller.get("/products/6901234567892").json()["code"] == "W1"
    assert [one["code"] for one in caller.get("/products?q=6901234567892").json()["items"]] == ["W1"]
    assert [one["code"] for one in caller.get("/products?category=SHOP").json()["items"]] == ["W1"]
    changed = caller.patch("/products/W1", {"is_active": False}).json()
    assert (changed["is_active"], changed["name"]) == (False, "矿泉水")
    problem = is_problem(caller.post("/products", [{"code": "a"}, {"code": "b", "name": ""}]), 422)
    assert set(problem["fields"]) == {"0.name", "1.name"}
    is_problem(caller.post("/products", []), 422)
    is_problem(caller.post("/products", 7), 422)
    is_problem(caller.get("/products/none"), 404)


def test_prices_take_effect_by_themselves(caller, station, grades):
    soon = (clock.now() + timedelta(days=1)).isoformat()
    made = caller.post("/prices", {"product": "92", "price": "7.99", "effective_from": soon, "station": "S001"})
    assert made.status_code == 201, made.content
    now = caller.get("/prices?station=S001&product=92").json()["items"]
    assert [(one["product"], float(one["price"])) for one in now] == [("92", 7.65)]
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert float(caller.get(f"/prices?station=S001&product=92&at={later}").json()["items"][0]["price"]) == 7.99
    assert len(caller.get("/prices?station=S001").json()["items"]) == 4
    history = caller.get("/prices/history?product=92").json()["items"]
    assert [line["state"] for line in history] == ["announced", "in_force"]
    assert caller.delete(f"/prices/{made.json()['ids'][0]}").status_code == 204
    is_problem(caller.delete(f"/prices/{history[1]['id']}"), 409)
    is_problem(caller.delete("/prices/99999999"), 404)
    is_problem(caller.post("/prices", {"product": "92", "price": 7.99, "effective_from": soon}), 422)
    is_problem(caller.post("/prices", {"product": "none", "price": "1", "effective_from": soon}), 422)


def test_a_key_of_one_station_sets_prices_there_only(make_key, station, grades):
    scoped = make_key(station="S001")
    price = {"product": "92", "price": "7.99", "effective_from": "2030-01-01T00:00:00Z"}
    is_problem(scoped.post("/prices", price), 403)
    assert scoped.post("/prices", price | {"station": "S001"}).status_code == 201
    is_problem(scoped.post("/products", {"code": "X", "name": "X"}), 403)
    is_problem(scoped.post("/stations", STATION), 403)
    assert [one["code"] for one in scoped.get("/stations").json()["items"]] == ["S001"]
