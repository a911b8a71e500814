"""A chain whose members may hold coupons."""

import pytest

from tests.sales.scenes import Chain, open_chain


@pytest.fixture
def chain(db) -> Chain:
    """A chain in the test's own transaction."""
    return open_chain()


@pytest.fixture
def real_chain(committed) -> Chain:
    """A chain whose commits are real."""
    return open_chain()
