"""Stations are opened, found, changed and closed."""

from datetime import time

import pytest

from forecourt.kernel import sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import queries, services
from forecourt.organisation.values import CompanyFacts, NewPump, NewStation, StationChanges

FUTIAN = NewStation(
    code="S001",
    name="福田加油站",
    address="深南大道1号",
    region="深圳",
    legal_entity="深圳油品有限公司",
    position=(22.54, 114.05),
    day_rolls_at=time(6),
    services=("car_wash", "car_wash", "toilet"),
    pumps=(NewPump(number=2, grades=("92", "95")), NewPump(number=1, grades=("0",))),
    hours={"mon": (("22:00", "06:00"),)},
)


def test_a_station_is_shown_as_it_was_opened(db):
    services.open_station(SYSTEM, FUTIAN)
    shown = queries.station(SYSTEM, "S001")
    assert (shown.name, shown.region, shown.legal_entity, shown.position) == (
        "福田加油站",
        "深圳",
        "深圳油品有限公司",
        (22.54, 114.05),
    )
    assert shown.hours == {"mon": (("22:00", "06:00"),)}
    assert shown.services == ("car_wash", "toilet")
    assert shown.pumps == (NewPump(number=1, grades=("0",)), NewPump(number=2, grades=("92", "95")))
    assert shown.zone == "Asia/Shanghai"


def test_the_engine_gets_the_facts(db):
    id = services.open_station(SYSTEM, FUTIAN)
    facts = queries.station_facts(["S001", "nowhere"])
    assert list(facts) == ["S001"]
    assert (facts["S001"].id, facts["S001"].day_rolls_at, facts["S001"].pumps) == (id, time(6), {1, 2})
    assert queries.stations_by_id([id]) == {id: facts["S001"]}


@pytest.mark.parametrize("size", [1, 200])
def test_facts_of_any_number_of_stations_take_one_statement(db, size):
    services.open_stations(SYSTEM, [NewStation(code=f"S{n}", name=f"{n}") for n in range(size)])
    with sql.watching() as statements:
        assert len(queries.station_facts([f"S{n}" for n in range(size)])) == size
    assert len(statements) == 1


def test_opening_again_changes_nothing_and_returns_the_id(db):
    first = services.open_stations(SYSTEM, [FUTIAN])
    again = services.open_stations(SYSTEM, [NewStation(code="S001", name="别的"), NewStation(code="S002", name="新站")])
    assert again["S001"] == first["S001"]
    assert queries.station(SYSTEM, "S001").name == "福田加油站"
    assert EventRow.objects.filter(name="station.opened.v1").count() == 2
    with pytest.raises(Conflict, match="S001"):
        services.open_station(SYSTEM, FUTIAN)


def test_a_bad_station_in_a_list_is_named_by_its_place(db):
    with pytest.raises(Invalid) as refused:
        services.open_stations(SYSTEM, [FUTIAN, NewStation(code="S2", name="x", zone="Mars/Base")])
    assert list(refused.value.fields) == ["1.zone"]
    assert queries.all_stations(SYSTEM) == []


def test_a_new_station_takes_the_zone_of_the_company(db):
    services.set_company(SYSTEM, CompanyFacts(name="Acme", currency="USD", zone="America/New_York"))
    services.open_station(SYSTEM, NewStation(code="S1", name="x"))
    assert queries.station(SYSTEM, "S1").zone == "America/New_York"


def test_only_what_is_named_changes(db):
    id = services.open_station(SYSTEM, FUTIAN)
    services.update_station(SYSTEM, id, StationChanges(name="新名", region="", pumps=(NewPump(number=9),)))
    shown = queries.station(SYSTEM, "S001")
    assert (shown.name, shown.region, shown.address) == ("新名", "", "深南大道1号")
    assert shown.pumps == (NewPump(number=9),)
    event = EventRow.objects.get(name="station.changed.v1")
    assert event.body["fields"] == ["name", "region_id", "pumps"]


def test_changing_to_the_same_tells_nobody(db):
    id = services.open_station(SYSTEM, FUTIAN)
    services.update_station(SYSTEM, id, StationChanges(name=FUTIAN.name, hours=FUTIAN.hours, position=FUTIAN.position))
    assert not EventRow.objects.filter(name="station.changed.v1").exists()


def test_a_closed_station_still_takes_late_sales_and_can_open_again(db):
    id = services.open_station(SYSTEM, FUTIAN)
    services.close_station(SYSTEM, id)
    assert "S001" in queries.station_facts(["S001"])
    assert queries.list_stations(SYSTEM, with_closed=False) == []
    services.reopen_station(SYSTEM, id)
    assert queries.station(SYSTEM, "S001").is_open


def test_a_manager_sees_their_own_station_only(stations, manager):
    assert [facts.code for facts in queries.all_stations(manager)] == ["S1"]
    assert [view.code for view in queries.list_stations(manager)] == ["S1"]
    with pytest.raises(NotFound):
        queries.station(manager, "S2")
    with pytest.raises(NotAllowed):
        services.update_station(manager, stations["S1"], StationChanges(name="x"))


def test_stations_are_found_by_part_of_name_and_paged(stations):
    assert [view.code for view in queries.list_stations(SYSTEM, text="南山")] == ["S2"]
    assert queries.list_stations(SYSTEM, text="%") == []
    assert [view.code for view in queries.list_stations(SYSTEM, after="S1", limit=1)] == ["S2"]


def test_company_settings_hold_at_once_and_are_checked(db, chief, audited):
    assert queries.company().currency == "CNY"
    services.set_company(chief, CompanyFacts(name="Acme", currency="USD", digits=2))
    assert queries.company().currency == "USD"
    assert audited("company.set")[0].actor == "staff:chief"
    assert queries.company().solo_approval is False
    services.set_company(chief, CompanyFacts(name="Acme", solo_approval=True))
    assert queries.company().solo_approval is True
    with pytest.raises(Invalid, match="ISO 4217"):
        services.set_company(chief, CompanyFacts(name="Acme", currency="yuan"))


@pytest.mark.parametrize("minutes", [0, -5, 241])
def test_a_reservation_holds_for_minutes_that_a_till_can_work_with(db, chief, minutes):
    assert queries.company().hold_minutes == 20
    services.set_company(chief, CompanyFacts(name="Acme", hold_minutes=240))
    assert queries.company().hold_minutes == 240
    with pytest.raises(Invalid, match="it holds 1 to 240"):
        services.set_company(chief, CompanyFacts(name="Acme", hold_minutes=minutes))


def test_company_settings_are_remembered(db, django_assert_num_queries):
    queries.company()
    with django_assert_num_queries(0):
        queries.company()


def test_a_manager_does_not_set_the_company(manager):
    with pytest.raises(NotAllowed):
        services.set_company(manager, CompanyFacts(name="mine"))


def test_nothing_is_found_by_what_no_text_can_hold(db):
    assert queries.station_facts(["a\0b"]) == {}
    assert queries.list_stations(SYSTEM, text="\0") == []
    for broken in (
        NewStation(code="S1", name="a\0b"),
        NewStation(code="S1", name="a", region="\0"),
        NewStation(code="S1", name="a", legal_entity="x" * 161),
        NewStation(code="S1", name="a", pumps=(NewPump(number=1, grades=("x" * 33,)),)),
    ):
        with pytest.raises(Invalid):
            services.open_station(SYSTEM, broken)
