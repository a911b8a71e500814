"""Hours, places, codes, scopes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.kernel.problems import Invalid
from forecourt.organisation import rules
from forecourt.organisation.values import HeldRole, NewPump, Role

MONDAY = datetime(2026, 1, 5)


def at(day: int, clock: str) -> datetime:
    """A moment in the week of Monday 5 January 2026; day 0 is Monday."""
    hours, minutes = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hours, minutes=minutes)


def test_no_hours_mean_day_and_night():
    assert rules.is_open_at({}, at(3, "03:33"))


def test_a_day_that_is_missing_is_closed():
    hours = rules.normal_hours({"mon": [["06:00", "22:00"]]})
    assert rules.is_open_at(hours, at(0, "06:00"))
    assert not rules.is_open_at(hours, at(0, "22:00"))
    assert not rules.is_open_at(hours, at(1, "12:00"))


def test_a_span_runs_past_midnight_and_past_the_end_of_the_week():
    hours = rules.normal_hours({"sun": [["22:00", "06:00"]]})
    assert rules.is_open_at(hours, at(6, "23:00"))
    assert rules.is_open_at(hours, at(0, "05:59"))
    assert not rules.is_open_at(hours, at(0, "06:00"))
    assert not rules.is_open_at(hours, at(6, "05:00"))


def test_a_whole_day_and_a_break_at_noon():
    hours = rules.normal_hours({"tue": [["14:00", "18:00"], ["08:00", "12:00"]], "wed": [["00:00", "24:00"]]})
    assert hours["tue"] == (("08:00", "12:00"), ("14:00", "18:00"))
    assert not rules.is_open_at(hours, at(1, "13:00"))
    assert rules.is_open_at(hours, at(2, "23:59"))
    assert not rules.is_open_at(hours, at(3, "00:00"))


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        ({"monday": [["06:00", "22:00"]]}, "hours.monday"),
        ({"mon": [["6:00", "22:00"]]}, "hours.mon.0.0"),
        ({"mon": [["06:00", "24:01"]]}, "hours.mon.0.1"),
        ({"mon": [["06:00", "06:00"]]}, "hours.mon.0"),
        ({"mon": [["24:00", "06:00"]]}, "hours.mon.0.0"),
        ({"mon": [["06:00"]]}, "hours.mon.0"),
        ({"mon": [["06:00", "12:00"], ["11:00", "13:00"]]}, "hours.mon"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_their_place(hours, field):
    with pytest.raises(Invalid) as refused:
        rules.normal_hours(hours)
    assert list(refused.value.fields) == [field]


clocks = st.builds(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}", st.integers(0, 24 * 60 - 1))


@given(st.sampled_from(rules.DAYS), clocks, clocks, st.integers(0, 7 * 24 * 60 - 1))
def test_a_span_is_open_as_long_as_it_says(day, start, end, minute):
    if start == end:
        return
    hours = rules.normal_hours({day: [[start, end]]})
    assert rules.normal_hours(hours) == hours
    begins = at(rules.DAYS.index(day), start)
    ends = at(rules.DAYS.index(day) + (end < start), end)
    moment = MONDAY + timedelta(minutes=minute)
    expected = begins <= moment < ends or begins <= moment + timedelta(days=7) < ends
    assert rules.is_open_at(hours, moment) == expected


@pytest.mark.parametrize("code", ["S001", "福田01", "a.b-c_d", "367"])
def test_station_codes(code):
    assert rules.normal_station_code(f" {code} ") == code


@pytest.mark.parametrize("code", ["", "../etc", "a/b", ".hidden", "a b", "x" * 33, "a\n"[:1] + "\0"])
def test_a_station_code_must_do_for_a_folder_name(code):
    with pytest.raises(Invalid, match="code"):
        rules.normal_station_code(code)


def test_swapped_coordinates_are_noticed():
    assert rules.valid_position((22.5, 114.05)) == (22.5, 114.05)
    with pytest.raises(Invalid, match="latitude comes first"):
        rules.valid_position((114.05, 22.5))
    with pytest.raises(Invalid):
        rules.valid_position((float("nan"), 0.0))


def test_zones_are_those_of_the_data_base():
    assert rules.known_zone("Asia/Urumqi") == "Asia/Urumqi"
    for name in ("Beijing", "../etc/passwd", "", "America"):
        with pytest.raises(Invalid, match="zone"):
            rules.known_zone(name)


def test_a_pump_number_is_listed_once():
    with pytest.raises(Invalid, match="listed twice"):
        rules.valid_pumps([NewPump(number=1), NewPump(number=1)])


def test_sign_in_names_ignore_case_and_width():
    assert rules.normal_username(" Ｃhen.Wei ") == "chen.wei"
    with pytest.raises(Invalid):
        rules.normal_username("chen wei")


def limited(role: Role, *stations: int) -> HeldRole:
    return HeldRole(role=role, is_limited=True, stations=frozenset(stations))


def test_scope_is_all_stations_or_those_of_the_roles_together():
    assert rules.stations_in_scope([HeldRole(role=Role.ANALYST)]) is None
    assert rules.stations_in_scope([limited(Role.ANALYST, 1, 2), limited(Role.CASHIER, 3)]) == {1, 2, 3}
    assert rules.stations_in_scope([limited(Role.CASHIER, 3), HeldRole(role=Role.HEAD_OFFICE)]) is None


def test_a_station_manager_without_a_station_sees_none():
    assert rules.stations_in_scope([HeldRole(role=Role.STATION_MANAGER)]) == frozenset()
    assert rules.stations_in_scope([]) == frozenset()


def test_an_unknown_scope_is_refused_with_the_allowed_ones():
    with pytest.raises(Invalid, match=r"'sales:all' is not a scope; allowed are sales:write, .*catalogue:read"):
        rules.valid_scopes(["sales:read", "sales:all"])
    with pytest.raises(Invalid, match="is empty"):
        rules.valid_scopes([])


def test_scopes_give_permissions():
    assert rules.permissions_of_scopes(["sales:write", "points:read"]) == {
        "sales.post",
        "sales.refund",
        "loyalty.view_points",
        "loyalty.view_programme",
    }
