"""A shop window of rewards, members with points, and people to serve them."""

import pytest

from tests.rewards.windows import Window, open_window


@pytest.fixture
def window(db) -> Window:
    """Rewards in the test's own transaction."""
    return open_window()


@pytest.fixture
def real_window(committed) -> Window:
    """Rewards whose commits are real."""
    return open_window()
