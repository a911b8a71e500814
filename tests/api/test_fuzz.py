"""Schemathesis over the whole document with a valid key: nothing undocumented, nothing of ours that breaks."""

import sys
from collections.abc import Callable, Iterable, Iterator

import msgspec
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of
from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.api.conftest import Caller, new_caller
from tests.api.test_customers import PERSON
from tests.api.test_document import SNAPSHOT
from tests.api.test_sales import a_sale
from tests.bench.samples import add_sample_products, open_sample_station

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

OPERATIONS = [
    f"{method.upper()} {path}"
    for path, item in msgspec.json.decode(SNAPSHOT.read_bytes())["paths"].items()
    for method in item
]
"""By the committed document, which test_document.py holds to what is served: so that to collect tests costs nothing."""
LEADING = [operation for operation in OPERATIONS if "{" in operation]
"""Those whose address names something."""


@pytest.fixture(scope="module")
def document(django_db_setup, django_db_blocker):
    from forecourt.faces.wsgi import application

    sys.modules.setdefault("flask", None)  # not there: Schemathesis would look for it anew before each request
    config = schemathesis.Config.from_dict({"generation": {"mode": "all", "allow-x00": True}})
    with django_db_blocker.unblock():
        return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def as_lines(_context, value):
    """The body of an import: whatever text was thought of."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


KEYS = {"Authorization", "X-API-Key"}
"""Headers that show a key; the one of the test is shown whatever was thought of."""
CODES = {"products": "92", "coupon-templates": "FIVE", "offers": "litre", "games": "wheel"}
"""Codes that lead somewhere, by the first part of the address; stations' elsewhere."""
NOTHING = "00000000-0000-7000-8000-000000000001"
ANYTHING = {"origin": "app-1", "day": "2026-01-02", "claim_code": "ABCDEFGHJK"} | dict.fromkeys(
    ("coupon_id", "play_id", "redemption_id", "reservation_id"), NOTHING
)
"""Well-formed parts of addresses of which nothing is made here; numbers are 1."""


def try_out(
    operation: APIOperation,
    modes: list[GenerationMode],
    examples: int,
    answer: Callable[[Case], None],
    *,
    addresses_are_known: bool = False,
) -> None:
    """Have all answered that the description itself gives rise to, then so many requests thought of; always the same.

    Each field at its bounds, beyond them, of another type, left out... is what Schemathesis calls coverage; it is sent
    as it comes and not as Hypothesis's examples, which takes a third of the time.
    """
    generation = operation.schema.config.generation_for(operation=operation, phase="coverage")
    cases = operation.schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=generation)
    for case in telling(cases, addresses_are_known=addresses_are_known):
        answer(case)
    bounds = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    thought_of = one_of([operation.as_strategy(generation_mode=mode) for mode in modes])
    bounds(given(case=thought_of)(answer))()


def telling(cases: Iterable[Case], *, addresses_are_known: bool = False) -> Iterator[Case]:
    """Without what tells nothing new: another way to be wrong alike in one field, and thousands of the same right item.

    Nor other ways to be right where the right one is put in before a request is sent: the key, a known address.
    """
    seen: set[object] = set()
    for case in cases:
        about = case.meta.phase.data
        where = about.parameter_location
        if case.meta.generation.mode is GenerationMode.NEGATIVE:
            kind = (about.scenario, where, about.parameter, about.location)
            tells = kind not in seen
            seen.add(kind)
        elif where is ParameterLocation.PATH:
            tells = not addresses_are_known
        elif where is ParameterLocation.HEADER:
            tells = not KEYS.issuperset(case.headers or ())
        else:
            tells = not (isinstance(case.body, list) and len(case.body) > 1000)
        if tells:
            yield case


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, head_office) -> Iterator[str]:
    """A key with every scope, a station and products, in a transaction around those of the tests."""
    around = transaction.atomic()
    around._from_testcase = True  # as those of the tests: commands that must be outermost may stand in it
    with django_db_blocker.unblock(), around:
        open_sample_station()
        add_sample_products()
        yield new_caller(head_office, requests_per_second=100_000).key
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def present(made, head_office) -> dict[str, object]:
    """Parts of addresses that lead to something: a customer with a vehicle and points, a sale, a price."""
    caller, chief = Caller(made), new_caller(head_office, "coupons:approve")
    person = caller.post("/customers", PERSON).json()
    caller.post("/customers", {"name": "另一位"})
    sale = caller.post("/sales", a_sale(customer={"id": person["id"]})).json()
    price = {"product": "92", "price": "7.99", "effective_from": "2199-01-01T00:00:00Z", "station": "S001"}
    price_id = caller.post("/prices", price).json()["ids"][0]
    template = {"code": "FIVE", "name": "五元券"}
    assert caller.post("/coupon-templates", template).status_code == 201
    assert caller.post("/coupon-templates/FIVE/submit", {}).status_code == 200
    assert chief.post("/coupon-templates/FIVE/approve", None).status_code == 200
    offer = {"code": "litre", "name": "每升立减", "then": [{"give": "per_unit", "off": "0.30"}]}
    assert caller.post("/offers", offer).status_code == 201
    game = {"code": "wheel", "name": "大转盘", "kind": "wheel"}
    game |= {"starts_at": "2026-01-01T00:00:00+08:00", "ends_at": "2199-01-01T00:00:00+08:00"}
    assert caller.post("/games", game).status_code == 201
    claim = caller.post("/claims", {"funder": "brand", "since": "2026-01-01", "until": "2026-01-31"}).json()
    policy = {"valid_from": "2199-01-01", "point_value": "0.01", "redemption_percent": "70", "reason": "as before"}
    policy_id = caller.post("/liability/policies", policy).json()["id"]
    reserved = caller.post("/sales/reserve", a_sale("reserved")).json()
    return {
        "reservation_id": reserved["reservation"],
        "customer_id": person["id"],
        "identity_id": person["identities"][0]["id"],
        "vehicle_id": person["vehicles"][0]["id"],
        "merge_id": 1,
        "sale_id": sale["id"],
        "price_id": price_id,
        "claim_id": claim["id"],
        "policy_id": policy_id,
    }


@pytest.fixture
def key(made, db) -> Iterator[str]:
    """A key with every scope. What is written is rolled back, so the connection must outlive each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_the_api(label, document, key):
    operation = document.find_operation_by_label(label)
    is_import = operation.path.endswith("/import")
    takes_lists = operation.path.startswith("/api/v1/sales")
    headers = {"Authorization": f"Bearer {key}"}

    def answer(case: Case) -> None:
        answers_items = is_import or (takes_lists and isinstance(case.body, list))
        case.call_and_validate(headers=headers, checks=SHAPES if answers_items else REFUSALS)

    if label in LEADING:
        # right requests to an address that leads nowhere only find that out: those that lead somewhere are below
        try_out(operation, [GenerationMode.NEGATIVE], 1, answer)
    else:
        try_out(operation, list(GenerationMode), 2, answer)


@pytest.mark.slow
@pytest.mark.parametrize("label", LEADING)
def test_no_request_breaks_what_is_there(label, document, present, key):
    """Right requests to addresses that lead somewhere, where the commands themselves are reached."""
    operation = document.find_operation_by_label(label)
    part = operation.path.split("/")[3]
    known = {**ANYTHING, **present, "code": CODES.get(part, "S001")}
    headers = {"Authorization": f"Bearer {key}"}

    def answer(case: Case) -> None:
        case.path_parameters = {name: known.get(name, 1) for name in case.path_parameters}
        case.call_and_validate(headers=headers, checks=SHAPES)

    try_out(operation, [GenerationMode.POSITIVE], 1, answer, addresses_are_known=True)
