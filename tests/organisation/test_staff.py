"""Staff, their rights, and signing in."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotSignedIn
from forecourt.organisation import queries, rules, services
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from tests.organisation.conftest import PASSWORD


def fail(username: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            services.sign_in(username, "wrong password")


def test_head_office_has_what_is_granted_to_it_everywhere(chief):
    assert chief.may("organisation.manage_staff")
    assert not chief.everything
    assert not chief.may("no.such_right")
    assert chief.stations is None


def test_a_region_means_all_its_stations(stations, hire):
    actor = hire("east", NewRole(role=Role.ACCOUNT_MANAGER, region="深圳"))
    assert actor.stations == {stations["S1"], stations["S2"]}


def test_roles_add_up(stations, hire):
    actor = hire("both", (Role.STATION_MANAGER, "S1"), (Role.CASHIER, "S3"))
    assert actor.stations == {stations["S1"], stations["S3"]}
    assert actor.may("catalogue.set_price")


def test_signing_in(db, chief, audited):
    assert services.sign_in("Chief", PASSWORD) == chief.id
    assert Staff.objects.get(pk=chief.id).last_login is not None
    assert [entry.actor for entry in audited("staff.sign_in")] == ["staff:chief"]


def test_five_failures_lock_for_fifteen_minutes_against_the_right_password_too(chief, audited, monkeypatch):
    fail("chief", 5)
    with pytest.raises(NotSignedIn):
        services.sign_in("chief", PASSWORD)
    later = clock.now() + rules.LOCKED_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert services.sign_in("chief", PASSWORD) == chief.id
    failures = audited("staff.sign_in_failed")
    assert len(failures) == 6
    assert failures[-1].detail["locked"] is True


def test_success_clears_the_count(chief):
    fail("chief", 4)
    services.sign_in("chief", PASSWORD)
    fail("chief", 4)
    services.sign_in("chief", PASSWORD)


def test_nobody_learns_which_names_exist(chief, audited):
    answers = set()
    for username in ("chief", "nobody", "not a name"):
        with pytest.raises(NotSignedIn) as refused:
            services.sign_in(username, "wrong password")
        answers.add(refused.value.detail)
    assert len(answers) == 1
    # what was typed as a name may be a password, and is nowhere
    assert {entry.subject for entry in audited("staff.sign_in_failed")} == {"staff:chief", "staff:unknown"}


def test_unknown_names_cost_the_same_work(chief, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    work = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *args: work.append(1) or encode(*args))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *args: work.append(1) or verify(*args))
    counts = []
    for username in ("chief", "nobody"):
        work.clear()
        fail(username, 1)
        counts.append(len(work))
    assert counts == [1, 1]


def test_passwords_are_kept_as_argon2_and_weak_ones_refused(chief, hire):
    assert Staff.objects.get(pk=chief.id).password.startswith("argon2$argon2id$")
    for weak in ("short", "password1234", "longusername"):
        with pytest.raises(Invalid, match="password"):
            services.create_staff(chief, username="longusername", name="x", password=weak, roles=[])


def test_names_and_numbers_are_taken_once(chief):
    services.create_staff(chief, username="a", name="A", password=PASSWORD, roles=[], code="E1")
    with pytest.raises(Conflict, match="sign-in name"):
        services.create_staff(chief, username="A", name="A", password=PASSWORD, roles=[])
    with pytest.raises(Conflict, match="E1"):
        services.create_staff(chief, username="b", name="B", password=PASSWORD, roles=[], code="E1")
    assert queries.staff_names(["E1", "E2", ""]) == {"E1": "A"}


def test_a_deactivated_member_is_out_at_once_and_can_come_back(chief, manager, audited):
    services.deactivate(chief, manager.id, "left")
    with pytest.raises(NotSignedIn):
        queries.actor_for_staff(manager.id)
    with pytest.raises(NotSignedIn):
        services.sign_in("manager", PASSWORD)
    services.reactivate(chief, manager.id)
    assert services.sign_in("manager", PASSWORD) == manager.id
    assert audited("staff.deactivate")[0].reason == "left"


def test_a_new_password_lifts_the_lock(chief, manager):
    fail("manager", 5)
    services.set_password(chief, manager.id, "another good one 7")
    assert services.sign_in("manager", "another good one 7") == manager.id


def test_ones_own_password_needs_the_old_one(manager):
    with pytest.raises(Invalid, match="old"):
        services.change_own_password(manager, "guess", "another good one 7")
    services.change_own_password(manager, PASSWORD, "another good one 7")
    assert services.sign_in("manager", "another good one 7") == manager.id


def test_roles_hold_from_the_next_request_and_are_audited(stations, chief, manager, audited):
    services.set_roles(chief, manager.id, [(Role.CASHIER, "S2")])
    actor = queries.actor_for_staff(manager.id)
    assert actor.stations == {stations["S2"]}
    assert not actor.may("catalogue.set_price")
    assert audited("staff.set_roles")[0].detail["before"] == ["station_manager"]


def test_somebody_at_head_office_must_remain(chief, hire):
    with pytest.raises(Conflict, match="head office"):
        services.deactivate(chief, chief.id)
    with pytest.raises(Conflict, match="head office"):
        services.set_roles(chief, chief.id, [(Role.ANALYST, None)])
    second = hire("second", (Role.HEAD_OFFICE, None))
    services.deactivate(second, chief.id)


def test_others_may_not_manage_staff(manager, chief):
    for attempt in (
        lambda: services.deactivate(manager, chief.id),
        lambda: services.set_password(manager, chief.id, PASSWORD),
        lambda: services.create_staff(manager, username="x", name="x", password=PASSWORD, roles=[]),
        lambda: queries.list_staff(manager),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_head_office_of_some_stations_gives_nothing_beyond_them(stations, hire, chief):
    local = hire("local", (Role.HEAD_OFFICE, "S1"))
    assert services.create_staff(local, username="a", name="a", password=PASSWORD, roles=[(Role.CASHIER, "S1")])
    for beyond in ((Role.CASHIER, "S2"), (Role.ANALYST, None), NewRole(role=Role.CASHIER, region="深圳")):
        with pytest.raises(NotAllowed):
            services.create_staff(local, username="b", name="b", password=PASSWORD, roles=[beyond])
    with pytest.raises(NotAllowed):
        services.set_password(local, chief.id, "take over 12345")


def test_unknown_roles_and_stations_are_named(chief):
    with pytest.raises(Invalid, match="allowed are head_office"):
        services.create_staff(chief, username="b", name="b", password=PASSWORD, roles=[("boss", None)])
    with pytest.raises(Invalid, match="no station S9"):
        services.create_staff(chief, username="b", name="b", password=PASSWORD, roles=[(Role.CASHIER, "S9")])


def test_the_admin_asks_the_roles(manager):
    member = Staff.objects.get(pk=manager.id)
    assert member.is_staff
    assert not member.is_superuser
    assert member.has_perm("catalogue.set_price")
    assert not member.has_perm("organisation.manage_staff")
    assert member.has_module_perms("catalogue")
    assert not member.has_module_perms("kernel")
    member = Staff(username="nobody")
    member.is_active = False
    assert not member.is_staff


def test_a_member_without_a_role_may_nothing(hire):
    assert hire("new").permissions == frozenset()
    assert not Staff.objects.get(username="new").is_staff


def test_staff_are_listed_with_roles_and_lock(chief, manager):
    fail("manager", 5)
    shown = {one.username: one for one in queries.list_staff(SYSTEM)}
    assert shown["manager"].is_locked
    assert shown["manager"].roles == ((Role.STATION_MANAGER, "S1", ""),)


def test_a_role_at_a_station_does_not_spread_beside_one_everywhere(stations, chief):
    with pytest.raises(Invalid, match="all stations"):
        services.create_staff(
            chief, username="b", name="b", password=PASSWORD, roles=[(Role.ANALYST, None), (Role.CASHIER, "S1")]
        )
    fine = [(Role.HEAD_OFFICE, None), (Role.CASHIER, "S1")]
    assert services.create_staff(chief, username="b", name="b", password=PASSWORD, roles=fine)
    both = [(Role.ANALYST, "S1"), (Role.CASHIER, "S1")]
    assert services.create_staff(chief, username="c", name="c", password=PASSWORD, roles=both)
