"""What tests of both doors share: one chain in the running Forecourt."""

import pytest

from tests.till.equipment import Equipment, equip


@pytest.fixture(scope="session")
def chain(live) -> Equipment:
    """Stations DOORS-1 and DOORS-2, members and keys."""
    return equip(live, "DOORS")
