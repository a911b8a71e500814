"""Books to close."""

import pytest

from tests.accounts.scenes import Books, a_policy, approve
from tests.sales.scenes import open_chain


@pytest.fixture
def books(db) -> Books:
    """A chain with a policy in force; two members."""
    chain = open_chain()
    ids = chain.enrol(2)
    approve(a_policy())
    return Books(chain, ids)
