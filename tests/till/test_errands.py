"""Reservations let go and coupons looked up through both doors of a running Forecourt: the same statuses and bytes."""

import json

import httpx
import pytest

from tests.till.equipment import a_sale

pytestmark = pytest.mark.slow

NOBODYS = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def keys(live, chain) -> dict[str, str]:
    """Those of the equipment, one that issues coupons, one that approves templates and one that looks coupons up."""
    made = live.commands(
        ["apikey", "create", "er-keeper", "--scope", "coupons:write"],
        ["apikey", "create", "er-chief", "--scope", "coupons:approve"],
        ["apikey", "create", "er-looks", "--scope", "coupons:read"],
    )
    said = [one.strip().splitlines()[-1] for one in made]
    return chain.keys | dict(zip(("keeper", "chief", "looks"), said, strict=True))


@pytest.fixture
def send(keys):
    def send(door: str, path: str, body: object = None, key: str = "all") -> httpx.Response:
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {keys[key]}"}
        headers |= {} if content is None else {"Content-Type": "application/json"}
        return httpx.post(f"{door}/api/v1{path}", content=content, headers=headers, timeout=30, verify=False)

    return send


@pytest.fixture
def ask(live, send):
    """Ask both doors the same and compare; returns the one answer."""

    def ask(path: str, body: object = None, key: str = "all") -> httpx.Response:
        one, other = (send(door, path, body, key) for door in (live.till, live.web))
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.headers["content-type"] == other.headers["content-type"]
        return one

    return ask


def test_a_till_lets_go_where_it_reserved(live, chain, send, ask):
    for number, door in enumerate((live.till, live.web)):
        sale = a_sale("DOORS-1", f"let-go-{number}", chain.phones[number])
        kept = send(door, "/sales/reserve", sale).json()["reservation"]
        released = send(door, f"/sales/reserve/{kept}/release")
        assert (released.status_code, released.content) == (204, b"")
        assert ask(f"/sales/reserve/{kept}/release").status_code == 204, "safe to repeat"
        gone = send(door, "/sales", sale | {"source_ref": f"sold-{number}", "reservation": kept})
        assert gone.status_code == 201


def test_what_cannot_be_let_go(chain, live, send, ask):
    assert ask(f"/sales/reserve/{NOBODYS}/release").status_code == 404
    assert ask("/sales/reserve/ABC/release").json()["fields"].keys() == {"reservation_id"}
    assert ask(f"/sales/reserve/{NOBODYS}/release", key="looks").status_code == 403
    kept = send(live.till, "/sales/reserve", a_sale("DOORS-2", "elsewhere", chain.phones[3])).json()["reservation"]
    assert ask(f"/sales/reserve/{kept}/release", key="here").status_code == 404, "it is of another station"
    assert httpx.get(f"{live.till}/api/v1/sales/reserve/{kept}/release").status_code == 405


def test_what_a_code_stands_for(live, chain, send, ask):
    template = {"code": "er-wash", "name": "洗车券", "handover": "标准洗车", "is_transferable": False}
    assert send(live.web, "/coupon-templates", template, "keeper").status_code == 201
    assert send(live.web, "/coupon-templates/er-wash/submit", {}, "keeper").status_code == 200
    assert send(live.web, "/coupon-templates/er-wash/approve", key="chief").status_code == 200
    issued = {"template": "er-wash", "customer_ids": [chain.customers[0]], "reason": "sorry"}
    (coupon,) = send(live.web, "/coupons", issued, "keeper").json()
    body = {"code": coupon["code"].lower(), "customer_id": chain.customers[0], "station": "DOORS-1"}
    found = ask("/coupons/lookup", body, "looks")
    assert (found.status_code, found.headers["content-type"]) == (200, "application/json")
    assert (found.json()["coupon"]["id"], found.json()["handover"]) == (coupon["id"], "标准洗车")
    assert found.json()["coupon"].keys() == coupon.keys()
    other = ask("/coupons/lookup", body | {"customer_id": chain.customers[1]}, "looks").json()
    assert (other["usable"], set(other["messages"])) == (False, {"en", "zh-Hans"})
    unknown = ask("/coupons/lookup", {"code": "NOSUCHCODE"}, "looks").json()
    assert (unknown["usable"], unknown["coupon"]) == (False, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"code": ""}, 422),
        ({"code": "A", "colour": "red"}, 422),
        ({"code": "A\0"}, 422),
        ({"code": "A", "customer_id": 0}, 422),
        ({"code": "A", "customer_id": 999999999}, 404),
        ({"code": "A", "station": "NOWHERE"}, 422),
        (b"{", 400),
    ],
)
def test_what_is_no_question(ask, body, status):
    answer = ask("/coupons/lookup", body, "looks")
    assert answer.status_code == status, answer.content
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_coupon_is_looked_up_with_its_scope(ask):
    assert ask("/coupons/lookup", {"code": "A"}, "here").status_code == 403
