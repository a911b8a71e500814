"""Staff in lists: known at once, signing in only once somebody gives them a password."""

import pytest

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Invalid, NotAllowed
from forecourt.organisation import queries, services
from forecourt.organisation.services.roster import Worker, enlist_staff
from forecourt.organisation.values import NewStation, Role


@pytest.fixture
def station(db) -> int:
    return services.open_stations(SYSTEM, [NewStation(code="S001", name="福田站")])["S001"]


def actor_of(username: str):
    return queries.actor_for_staff(queries.staff_id(username))


def test_somebody_at_a_station_acts_there_and_an_office_worker_everywhere(station):
    workers = [
        Worker("e001", "E001", "李强", Role.CASHIER, "S001"),
        Worker("林晓雯", "H001", "林晓雯", Role.MARKETER, ""),
    ]
    assert enlist_staff(SYSTEM, workers) == 2
    assert actor_of("e001").stations == {station}
    assert actor_of("林晓雯").stations is None
    assert actor_of("林晓雯").may("offers.edit")


def test_who_is_bound_to_stations_needs_one_and_enlists_nobody_beyond(station):
    with pytest.raises(Invalid, match="station"):
        enlist_staff(SYSTEM, [Worker("e001", "E001", "李强", Role.CASHIER, "")])
    enlist_staff(SYSTEM, [Worker("head", "H001", "陈志强", Role.HEAD_OFFICE, "S001")])
    with pytest.raises(NotAllowed):
        enlist_staff(actor_of("head"), [Worker("林晓雯", "H002", "林晓雯", Role.MARKETER, "")])
