"""Schemathesis over the whole document with a valid key: nothing undocumented, nothing of ours that breaks."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from forecourt.faces.wsgi import application
from tests.api.conftest import Caller, new_caller
from tests.api.test_customers import PERSON
from tests.api.test_sales import a_sale

SHAPES = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
"""What holds of every answer."""
REFUSALS = [*SHAPES, negative_data_rejection, unsupported_method]
"""What holds besides where a request is wrong as a whole (each item of a list or an import is answered by itself)."""

_config = schemathesis.Config.from_dict({"generation": {"mode": "all", "allow-x00": True}})
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=_config)


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def as_lines(_context, value):
    """The body of an import: whatever text was thought of."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


CODES = {"products": "92", "coupon-templates": "FIVE", "offers": "litre"}
"""Codes that lead somewhere, by the first part of the address; stations' elsewhere."""
NOTHING = "00000000-0000-7000-8000-000000000001"
ANYTHING = {"origin": "app-1", "day": "2026-01-02", "claim_code": "ABCDEFGHJK"} | dict.fromkeys(
    ("coupon_id", "play_id", "redemption_id", "reservation_id"), NOTHING
)
"""Well-formed parts of addresses of which nothing is made here; numbers are 1."""


def bounded(examples: int):
    """So many requests an operation, the same ones every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def keep_connection() -> None:
    """Let requests end without closing the connection. Django's own test client undoes this after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)


@pytest.fixture
def key(db, head_office, grades, station) -> Iterator[str]:
    """A key with every scope. What is written is rolled back, so the connection must outlive each request."""
    keep_connection()
    yield new_caller(head_office, requests_per_second=100_000).key
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def present(key) -> dict[str, object]:
    """Parts of addresses that lead to something: a customer with a vehicle and points, a sale, a price."""
    caller = Caller(key)
    person = caller.post("/customers", PERSON).json()
    caller.post("/customers", {"name": "另一位"})
    sale = caller.post("/sales", a_sale(customer={"id": person["id"]})).json()
    price = {"product": "92", "price": "7.99", "effective_from": "2199-01-01T00:00:00Z", "station": "S001"}
    price_id = caller.post("/prices", price).json()["ids"][0]
    template = {"code": "FIVE", "name": "五元券"}
    assert caller.post("/coupon-templates", template).status_code == 201
    offer = {"code": "litre", "name": "每升立减", "then": [{"give": "per_unit", "off": "0.30"}]}
    assert caller.post("/offers", offer).status_code == 201
    reserved = caller.post("/sales/reserve", a_sale("reserved")).json()
    keep_connection()
    return {
        "reservation_id": reserved["reservation"],
        "customer_id": person["id"],
        "identity_id": person["identities"][0]["id"],
        "vehicle_id": person["vehicles"][0]["id"],
        "merge_id": 1,
        "sale_id": sale["id"],
        "price_id": price_id,
    }


@pytest.mark.slow
@schema.parametrize()
@bounded(5)
def test_no_request_breaks_the_api(case, key):
    answers_items = case.path.endswith("/import") or (
        case.path.startswith("/api/v1/sales") and isinstance(case.body, list)
    )
    checks = SHAPES if answers_items else REFUSALS
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=checks)


@pytest.mark.slow
@schema.include(path_regex=r"\{").parametrize()
@bounded(3)
def test_no_request_breaks_what_is_there(case, key, present):
    """The same for addresses that lead somewhere, where the commands themselves are reached."""
    part = case.path.split("/")[3]
    known = {**ANYTHING, **present, "code": CODES.get(part, "S001")}
    case.path_parameters = {name: known.get(name, 1) for name in case.path_parameters}
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=SHAPES)
