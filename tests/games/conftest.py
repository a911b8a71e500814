"""A chain with members who play."""

import pytest

from tests.sales.scenes import Chain, catch_up, open_chain


@pytest.fixture
def chain(db) -> Chain:
    """A chain in the test's own transaction."""
    return open_chain()


@pytest.fixture
def real_chain(committed) -> Chain:
    """A chain whose commits are real, with its readers up to date."""
    made = open_chain()
    catch_up()
    return made
