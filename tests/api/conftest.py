"""What the API's tests start from: keys of several kinds and a way to send a request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import msgspec
import pytest
from django.test import Client

from forecourt.faces.api import limits
from forecourt.kernel.actors import Actor
from forecourt.organisation import services as organisation
from forecourt.organisation.values import Scope

ALL_SCOPES = [scope.value for scope in Scope]


_numbers = count(1)


@dataclass
class Caller:
    """Somebody with an API key."""

    key: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def send(self, method: str, path: str, body: Any = None, *, content_type="application/json", **headers: str) -> Any:
        """The response; a body that is not bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
        extra = {"HTTP_AUTHORIZATION": f"Bearer {self.key}"} if self.key else {}
        extra |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        return self.client.generic(method, f"/api/v1{path}", data, content_type=content_type, **extra)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)


@pytest.fixture(autouse=True)
def _full_buckets():
    limits.web.refill()


def new_caller(
    head_office: Actor, *scopes: str, station: str | None = None, requests_per_second: int = 10_000
) -> Caller:
    """Somebody with a key of these scopes, all unless given, for one station or all."""
    name = f"key-{next(_numbers)}"
    return Caller(
        organisation.create_api_key(
            head_office,
            name,
            list(scopes) or ALL_SCOPES,
            station_code=station,
            requests_per_second=requests_per_second,
        )
    )


@pytest.fixture
def make_key(db, head_office: Actor) -> Callable[..., Caller]:
    """Make callers: `make_key(*scopes, station=, requests_per_second=)`."""
    return partial(new_caller, head_office)


@pytest.fixture
def caller(make_key) -> Caller:
    """Somebody with every scope everywhere."""
    return make_key()
