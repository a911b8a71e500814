"""A small chain behind a running Forecourt, and somebody signed in to its back office."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx
import pytest

from forecourt.organisation.values import Scope
from tests.bench.browser import PASSWORD


@dataclass
class Chain:
    """What the tests look for: the station codes, the customer's id, its sale, and a sale that waits for its product.

    `key` has every scope.
    """

    prefix: str
    customer_id: int
    sale_id: str
    flagged_id: str
    unknown_code: str
    key: str


STAFF = {
    "bo-head": "head_office",
    "bo-manager": "station_manager@BO1",
    "bo-marketer": "marketer",
    "bo-offers": "marketer",
}


@pytest.fixture(scope="session")
def chain(live) -> Chain:
    """Two stations, a member with a sale at the first one, and a sale at the second with an unknown product."""
    key = live.command("apikey", "create", "backoffice-tests", *_scopes()).stdout.strip().splitlines()[-1]
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30)
    for code in ("BO1", "BO2"):
        _made(door.post("/stations", json={"code": code, "name": f"Back office {code}"}))
    _made(door.post("/products", json={"code": "BO95", "name": "95# BO", "kind": "fuel", "family": "petrol"}))
    customer = _made(
        door.post(
            "/customers",
            json={
                "name": "测试一",
                "identities": [{"kind": "phone", "value": "13712348765"}],
                "vehicles": [{"plate": "粤B9K8J7"}],
            },
        )
    )
    sale = _made(door.post("/sales", json=_sale("BO1", "bo-1", "BO95", {"phone": "13712348765"})))
    flagged = _made(door.post("/sales", json=_sale("BO2", "bo-2", "BO-UNKNOWN", None)))
    live.commands(*(["staff", "create", name, "--role", role, "--password", PASSWORD] for name, role in STAFF.items()))
    return Chain("BO", customer["id"], sale["id"], flagged["id"], "BO-UNKNOWN", key)


def _scopes() -> list[str]:
    return [part for scope in Scope for part in ("--scope", scope.value)]


def _made(answer: httpx.Response) -> dict:
    assert answer.status_code in {200, 201}, answer.text
    body = json.loads(answer.text)
    return body[0] if isinstance(body, list) else body


def _sale(station: str, ref: str, product: str, customer: dict | None) -> dict:
    return {
        "station": station,
        "source": "pos-1",
        "source_ref": ref,
        "occurred_at": "2026-01-02T08:30:00+08:00",
        "customer": customer,
        "lines": [{"product": product, "quantity": "20.000", "unit_price": "8.00", "amount": "160.00"}],
        "tenders": [{"kind": "wechat", "amount": "160.00"}],
    }


@pytest.fixture
def signed_in(live, desk, chain) -> Callable:
    """An empty page of the back office as somebody, in a language: `signed_in("bo-head", "en-GB")`."""
    return partial(desk.sit_down, live.web)
