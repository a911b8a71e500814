"""API keys."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.organisation import queries, services
from forecourt.organisation.models import ApiKey
from forecourt.organisation.values import Role


@pytest.fixture
def key(db) -> str:
    return services.create_api_key(SYSTEM, "pos", ["sales:write", "sales:read"], requests_per_second=200)


def test_a_key_acts_within_its_scopes(key):
    record = queries.key_record(key)
    assert record.requests_per_second == 200
    assert (record.actor.kind, record.actor.name, record.actor.stations) == ("key", "pos", None)
    assert record.actor.permissions == {"sales.post", "sales.refund", "sales.view"}
    assert queries.actor_for_key(key) == record.actor


def test_the_key_itself_is_nowhere(key, audited):
    row = ApiKey.objects.get()
    assert key.startswith(row.prefix)
    assert len(key) - len(row.prefix) >= 32
    assert key.encode() not in bytes(row.digest)
    assert key not in str([entry.detail for entry in audited("apikey.create")])


def test_a_key_of_a_station_stays_there(stations):
    key = services.create_api_key(SYSTEM, "pos", ["sales:write"], "S2")
    assert queries.actor_for_key(key).stations == {stations["S2"]}


@pytest.mark.parametrize("wrong", ["", "fc_", "fc_abcdefgh", "Bearer x", "fc_\0", "钥匙", "x" * 10_000])
def test_what_is_no_key_is_nobody(db, wrong):
    assert queries.key_record(wrong) is None


def test_another_secret_behind_a_known_beginning_is_nobody(key):
    assert queries.key_record(key[:-1] + ("a" if key[-1] != "a" else "b")) is None
    assert queries.key_record(key + "a") is None


def test_a_revoked_key_is_nobody_at_once(key, audited):
    assert queries.key_record(key)
    services.revoke_api_key(SYSTEM, "pos")
    assert queries.key_record(key) is None
    services.revoke_api_key(SYSTEM, key[:11])
    assert len(audited("apikey.revoke")) == 1


def test_other_processes_notice_a_revocation_within_five_seconds(key, monkeypatch):
    assert queries.key_record(key)
    # as another process does it: what this one remembers stays
    ApiKey.objects.update(revoked_at=clock.now())
    assert queries.key_record(key)
    now = queries.time.monotonic()
    monkeypatch.setattr(queries.time, "monotonic", lambda: now + 5)
    assert queries.key_record(key) is None


def test_a_key_in_use_costs_no_statement(key, django_assert_num_queries):
    queries.key_record(key)
    with django_assert_num_queries(0):
        queries.key_record(key)


def test_last_use_is_noted_once_a_minute(key, monkeypatch):
    queries.key_record(key)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    queries.forget()
    queries.key_record(key)
    assert ApiKey.objects.get().last_used_at == first
    queries.forget()
    monkeypatch.setattr(clock, "now", lambda: first + timedelta(seconds=61))
    queries.key_record(key)
    assert ApiKey.objects.get().last_used_at > first


def test_names_scopes_stations_and_rates_are_checked(key):
    with pytest.raises(Conflict, match="pos"):
        services.create_api_key(SYSTEM, "pos", ["sales:read"])
    with pytest.raises(Invalid, match="allowed are"):
        services.create_api_key(SYSTEM, "b", ["everything"])
    with pytest.raises(Invalid, match="no station S9"):
        services.create_api_key(SYSTEM, "b", ["sales:read"], "S9")
    with pytest.raises(Invalid, match="requests_per_second"):
        services.create_api_key(SYSTEM, "b", ["sales:read"], requests_per_second=0)
    with pytest.raises(NotFound):
        services.revoke_api_key(SYSTEM, "b")


def test_who_may_act_for_some_stations_makes_keys_for_these(stations, hire):
    local = hire("it", (Role.INTEGRATOR, "S1"))
    for station in (None, "S2"):
        with pytest.raises(NotAllowed):
            services.create_api_key(local, "x", ["sales:write"], station)
    services.create_api_key(local, "x", ["sales:write"], "S1")
    services.create_api_key(SYSTEM, "y", ["sales:write"], "S2")
    assert [view.name for view in queries.list_keys(local)] == ["x"]
    with pytest.raises(NotAllowed):
        services.revoke_api_key(local, "y")


def test_cashiers_make_no_keys(stations, hire):
    with pytest.raises(NotAllowed):
        services.create_api_key(hire("c", (Role.CASHIER, "S1")), "x", ["sales:write"], "S1")
