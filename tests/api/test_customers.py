"""Customers over the API: personal values come in clear and go out masked."""

import pytest

from forecourt.kernel import sql
from tests.api.test_door import is_problem
from tests.api.test_sales import a_sale
from tests.bench.samples import open_sample_station

PHONE = "13800138000"
PERSON = {
    "name": "王小明",
    "kind": "person",
    "identities": [{"kind": "phone", "value": PHONE}, {"kind": "card", "value": "6217000012345678"}],
    "vehicles": [{"plate": "粤B12345", "grade": "92", "tank": "50"}],
    "tags": ["vip"],
}


@pytest.fixture
def person(caller) -> dict:
    response = caller.post("/customers", PERSON)
    assert response.status_code == 201, response.content
    return response.json()


def test_a_new_customer_is_answered_with_an_id_and_masked(caller, person):
    assert person["id"] > 0
    assert person["name"] == "王小明"
    masked = {identity["kind"]: identity["masked"] for identity in person["identities"]}
    assert masked == {"phone": "138****8000", "card": "****5678"}
    shown = caller.get(f"/customers/{person['id']}").content.decode()
    for secret in (PHONE, "6217000012345678", "粤B12345"):
        assert secret not in shown


@pytest.mark.parametrize(
    "query",
    [f"phone={PHONE}", "plate=粤B12345", "plate=粤b·12345", "card=6217000012345678", "q=8000", "q=王小", "tag=vip", ""],
)
def test_a_customer_is_found_by_what_is_known_of_them(caller, person, query):
    page = caller.get(f"/customers?{query}").json()
    assert [found["id"] for found in page["items"]] == [person["id"]]
    assert page["next"] is None
    assert PHONE not in str(page)


def test_nobody_is_an_empty_page_and_nonsense_is_refused(caller, person):
    assert caller.get("/customers?phone=13900000000").json() == {"items": [], "next": None}
    assert is_problem(caller.get("/customers?phone=12"), 422)["fields"].keys() == {"phone"}
    is_problem(caller.get("/customers/999999"), 404)
    is_problem(caller.get(f"/customers/{10**30}"), 422)
    is_problem(caller.get("/customers?cursor=zzz"), 422)


def test_what_belongs_to_somebody_is_a_conflict_that_names_them(caller, person):
    problem = is_problem(caller.post("/customers", PERSON | {"name": "另一个"}), 409)
    assert str(person["id"]) in problem["detail"]


def test_a_customer_is_changed_by_what_is_sent(caller, person):
    path = f"/customers/{person['id']}"
    changed = caller.patch(path, {"name": "王大明", "custom": {"job": "driver", "children": 2}}).json()
    assert (changed["name"], changed["tags"]) == ("王大明", ["vip"])
    assert caller.patch(path, {"custom": {"job": None}}).json()["custom"] == {"children": 2}
    assert caller.send("PUT", f"{path}/tags", {"tags": ["fleet"]}).json()["tags"] == ["fleet"]
    is_problem(caller.patch(path, {"name": None}), 422)
    is_problem(caller.patch(path, {"custom": {"deep": {"er": 1}}}), 422)


def test_identities_and_vehicles_come_and_go(caller, person):
    path = f"/customers/{person['id']}"
    added = caller.post(f"{path}/identities", {"kind": "email", "value": "wang@example.com"})
    assert added.status_code == 201
    identity = next(one for one in added.json()["identities"] if one["kind"] == "email")
    assert caller.delete(f"{path}/identities/{identity['id']}").status_code == 204
    is_problem(caller.delete(f"{path}/identities/{identity['id']}"), 404)

    vehicle_id = caller.post(f"{path}/vehicles", {"plate": "粤BD12345", "usage": "business"}).json()["id"]
    assert len(caller.get(f"{path}/vehicles").json()["items"]) == 2
    changed = caller.patch(f"{path}/vehicles/{vehicle_id}", {"tank": "48.5"}).json()["items"]
    assert next(one for one in changed if one["id"] == vehicle_id)["tank"] in {"48.5", "48.500"}
    assert caller.delete(f"{path}/vehicles/{vehicle_id}").status_code == 204
    is_problem(caller.post(f"{path}/vehicles", {"plate": "!!"}), 422)


def test_notes_are_written_and_read(caller, person):
    path = f"/customers/{person['id']}/notes"
    assert caller.post(path, {"text": f"call back on {PHONE}"}).status_code == 201
    notes = caller.get(path).json()["items"]
    assert PHONE not in notes[0]["text"]
    is_problem(caller.post(path, {"text": "  "}), 422)


def test_two_who_are_one_are_merged_and_parted_again(caller, person):
    other = caller.post("/customers", {"name": "王小明"}).json()
    path = f"/customers/{person['id']}"
    merged = caller.post(f"{path}/merge", {"merged_id": other["id"], "reason": "same person"})
    assert merged.status_code == 201
    assert merged.json()["aliases"] == [other["id"]]
    assert caller.get(f"/customers/{other['id']}").json()["id"] == person["id"]
    merge_id = merged.json()["merges"][0]["id"]
    assert caller.post(f"{path}/merges/{merge_id}/undo", None).json()["aliases"] == []
    assert caller.get(f"/customers/{other['id']}").json()["id"] == other["id"]
    is_problem(caller.post(f"{path}/merges/{merge_id}/undo", None), 404)


def test_points_are_given_taken_and_listed(caller, person):
    path = f"/customers/{person['id']}/points"
    assert caller.get(path).json()["points"] == 0
    given = caller.post(f"{path}/adjust", {"points": 100, "reason": "apology"}, IDEMPOTENCY_KEY="k1")
    again = caller.post(f"{path}/adjust", {"points": 100, "reason": "apology"}, IDEMPOTENCY_KEY="k1")
    assert given.json()["points"] == again.json()["points"] == 100
    caller.post(f"{path}/adjust", {"points": -30, "reason": "too much"})
    first = caller.get(f"{path}/entries?limit=1").json()
    second = caller.get(f"{path}/entries?limit=1&cursor={first['next']}").json()
    assert [entry["points"] for entry in first["items"] + second["items"]] == [-30, 100]
    assert second["next"] is None
    is_problem(caller.post(f"{path}/adjust", {"points": "5", "reason": "x"}), 422)
    is_problem(caller.post(f"{path}/adjust", {"points": 10**30, "reason": "x"}), 422)
    is_problem(caller.get("/customers/999999/points"), 404)
    assert caller.get("/programme").json()["version"] >= 0


def test_the_timeline_shows_a_key_of_one_station_only_its_own(caller, person, make_key, station, grades):
    open_sample_station("S002")
    for code in ("S001", "S002"):
        sale = a_sale(code, station=code, customer={"id": person["id"]})
        assert caller.post("/sales", sale).json()["customer_id"] == person["id"]
    path = f"/customers/{person['id']}/timeline"
    everywhere = [event["name"] for event in caller.get(path).json()["items"]]
    assert everywhere.count("sale.posted.v1") == 2
    scoped = make_key(station="S002")
    mine = scoped.get(path).json()["items"]
    assert [event["name"] for event in mine].count("sale.posted.v1") == 1
    assert len(scoped.get(f"/sales?customer={person['id']}").json()["items"]) == 1
    assert len(caller.get(f"/sales?customer={person['id']}").json()["items"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/customers", "customers:read"),
        ("POST", "/customers", "customers:write"),
        ("GET", "/customers/1/points", "points:read"),
        ("POST", "/customers/1/points/adjust", "points:write"),
        ("GET", "/sales", "sales:read"),
        ("POST", "/sales", "sales:write"),
        ("POST", "/sales/import", "sales:write"),
        ("GET", "/products", "catalogue:read"),
        ("POST", "/prices", "catalogue:write"),
    ],
)
def test_each_route_needs_its_scope(make_key, method, path, scope):
    from tests.api.conftest import ALL_SCOPES

    area = scope.partition(":")[0]
    without = [one for one in ALL_SCOPES if one != scope and not (scope.endswith("read") and one.startswith(area))]
    problem = is_problem(make_key(*without).send(method, path, {}), 403)
    assert scope in problem["detail"]


def test_a_customer_is_blocked_and_let_in_again_with_a_reason(caller, make_key):
    path = f"/customers/{caller.post('/customers', PERSON).json()['id']}"
    assert caller.post(f"{path}/block", {"reason": "stolen card"}).json()["is_blocked"] is True
    assert caller.post(f"{path}/block", {"reason": "again"}).json()["is_blocked"] is True
    assert is_problem(caller.post(f"{path}/unblock", {"reason": " "}), 422)["fields"].keys() == {"reason"}
    assert caller.post(f"{path}/unblock", {"reason": "found"}).json()["is_blocked"] is False
    is_problem(caller.post("/customers/999999/block", {"reason": "x"}), 404)
    is_problem(make_key("customers:read").post(f"{path}/block", {"reason": "x"}), 403)
    said = sql.rows("SELECT action, reason FROM kernel_audit WHERE action LIKE 'customer.%block' ORDER BY at")
    assert said == [("customer.block", "stolen card"), ("customer.unblock", "found")]
