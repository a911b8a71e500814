"""A chain whose programme lets things happen."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.sales.scenes import PROGRAMME, Chain, ago, open_chain


@pytest.fixture
def chain(db) -> Chain:
    return open_chain()


@pytest.fixture
def real_chain(committed) -> Chain:
    return open_chain()


@pytest.fixture
def ruled(chain) -> Callable[..., Chain]:
    """`ruled(pending_days=14)`: the chain under a programme that says so since two days ago."""

    def publish(**changes: Any) -> Chain:
        chain.publish(replace(PROGRAMME, **changes), valid_from=ago(2))
        return chain

    return publish
