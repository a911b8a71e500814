"""Schemathesis over the whole document with a valid key: nothing undocumented, nothing of ours that breaks."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from forecourt.faces.wsgi import application
from tests.api.conftest import new_caller

EXAMPLES = 25
"""Requests of each kind and operation; enough to find what is wrong, few enough for a minute."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
]

_config = schemathesis.Config.from_dict({"generation": {"mode": "all", "allow-x00": True}})
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=_config)


@pytest.fixture
def key(db, head_office, grades, station) -> str:
    return new_caller(head_office, requests_per_second=1_000_000).key


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.slow
def test_no_request_breaks_the_api(case, key):
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)
