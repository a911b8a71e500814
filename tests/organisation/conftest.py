"""Members of staff to act as."""

import pytest

from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.models import AuditEntry
from forecourt.organisation import queries, services
from forecourt.organisation.values import NewStation, Role

PASSWORD = "correct horse 9 battery"


@pytest.fixture
def stations(db) -> dict[str, int]:
    """S1 and S2 in the region 深圳, S3 in none; ids by code."""
    return services.open_stations(
        SYSTEM,
        [
            NewStation(code="S1", name="福田站", region="深圳"),
            NewStation(code="S2", name="南山站", region="深圳"),
            NewStation(code="S3", name="天河站"),
        ],
    )


@pytest.fixture
def hire(db):
    """Add a member of staff with these roles and act as them."""

    def hire(username: str, *roles, **named) -> Actor:
        id = services.create_staff(SYSTEM, username=username, name=username, password=PASSWORD, roles=roles, **named)
        return queries.actor_for_staff(id)

    return hire


@pytest.fixture
def chief(hire) -> Actor:
    """Head office, everywhere."""
    return hire("chief", (Role.HEAD_OFFICE, None))


@pytest.fixture
def manager(stations, hire) -> Actor:
    """The manager of S1."""
    return hire("manager", (Role.STATION_MANAGER, "S1"))


@pytest.fixture
def audited(db):
    """The audit entries of an action, oldest first."""
    return lambda action: list(AuditEntry.objects.filter(action=action).order_by("at", "id"))
