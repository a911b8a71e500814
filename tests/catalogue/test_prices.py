"""Prices are announced, take effect by themselves, are taken back in time, and stay in the history."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecourt.catalogue import queries, services
from forecourt.catalogue.values import NewPrice, PriceState
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import AuditEntry, EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound


@pytest.fixture
def price_of_92(fuels, stations):
    """The price of 92 at a station, so many hours from now."""
    start = clock.now()

    def price(station: str, hours: float) -> Decimal | None:
        at = start + timedelta(hours=hours)
        return queries.prices_in_force(stations[station], [fuels["92"]], at).get(fuels["92"])

    return price


def test_an_announced_price_takes_effect_by_itself(announce, price_of_92):
    announce("7.65", -1)
    announce("7.80", 24)
    assert price_of_92("S1", -2) is None
    assert price_of_92("S1", 23) == Decimal("7.65")
    assert price_of_92("S1", 25) == Decimal("7.80")


def test_a_stations_own_price_goes_before_the_one_everywhere(announce, price_of_92):
    announce("7.65", -2)
    announce("7.60", -1, "S1")
    announce("7.80", 24)
    assert (price_of_92("S1", 0), price_of_92("S2", 0)) == (Decimal("7.60"), Decimal("7.65"))
    assert (price_of_92("S1", 25), price_of_92("S2", 25)) == (Decimal("7.60"), Decimal("7.80"))


def test_of_two_for_the_same_moment_the_later_announced_holds(announce, price_of_92):
    first = announce("7.65", 1)
    second = announce("7.66", 1)
    assert second != first
    assert price_of_92("S1", 2) == Decimal("7.66")
    third = announce("7.65", 1)
    assert third not in {first, second}
    assert price_of_92("S1", 2) == Decimal("7.65")


def test_announcing_again_adds_nothing(announce):
    assert announce("7.65", 1, "S1") == announce("7.650", 1, "S1")
    assert EventRow.objects.filter(name="price.announced.v1").count() == 1


def test_four_decimal_places_are_kept(announce, price_of_92):
    announce("7.6543", -1)
    assert price_of_92("S1", 0) == Decimal("7.6543")


def test_an_announcement_is_told_and_audited(announce, stations, fuels):
    id = announce("7.65", 1, "S1")
    event = EventRow.objects.get(name="price.announced.v1")
    assert event.body["price"] == "7.65"
    assert (event.body["price_id"], event.body["product"], event.body["station_id"]) == (id, "92", stations["S1"])
    entry = AuditEntry.objects.get(action="price.announce")
    assert entry.station_id == stations["S1"]
    assert entry.detail["prices"][0][:2] == ["92", "7.65"]


def test_a_price_can_be_taken_back_before_it_takes_effect(announce, price_of_92, fuels):
    announce("7.65", -1)
    id = announce("7.80", 24)
    services.withdraw_price(SYSTEM, id, "typing error")
    services.withdraw_price(SYSTEM, id)
    assert price_of_92("S1", 25) == Decimal("7.65")
    assert [view.state for view in queries.price_history(fuels["92"])] == [PriceState.WITHDRAWN, PriceState.IN_FORCE]
    assert AuditEntry.objects.get(action="price.withdraw").reason == "typing error"
    assert EventRow.objects.filter(name="price.withdrawn.v1").count() == 1


def test_but_not_afterwards(announce):
    with pytest.raises(Conflict, match="in force since"):
        services.withdraw_price(SYSTEM, announce("7.65", -1))
    with pytest.raises(NotFound):
        services.withdraw_price(SYSTEM, 0)


def test_a_withdrawn_price_can_be_announced_again(announce, price_of_92):
    id = announce("7.80", 24)
    services.withdraw_price(SYSTEM, id)
    assert announce("7.80", 24) != id
    assert price_of_92("S1", 25) == Decimal("7.80")


def test_the_history_says_where_each_price_stands(announce, fuels, stations):
    announce("7.00", -48)
    announce("7.10", -24)
    announce("7.20", -1, "S1")
    announce("7.30", 24)
    announce("7.40", 24, "S2")
    history = queries.price_history(fuels["92"], stations["S1"])
    assert [(view.price, view.station, view.state) for view in history] == [
        (Decimal("7.30"), "", PriceState.ANNOUNCED),
        (Decimal("7.20"), "S1", PriceState.IN_FORCE),
        (Decimal("7.10"), "", PriceState.IN_FORCE),
        (Decimal("7.00"), "", PriceState.PAST),
    ]
    assert len(queries.price_history(fuels["92"])) == 5
    assert history[0].announced_by == "system:forecourt"


def test_next_changes_are_those_in_scope_beside_the_present_price(announce, manager):
    announce("7.00", -1)
    announce("7.10", -1, "S2")
    announce("7.30", 48)
    announce("7.20", 24, "S2")
    announce("6.00", 24, "S1", product="95")
    assert [
        (change.product, change.station, change.price, change.before) for change in queries.next_changes(SYSTEM)
    ] == [
        ("92", "S2", Decimal("7.20"), Decimal("7.10")),
        ("95", "S1", Decimal("6.00"), None),
        ("92", "", Decimal("7.30"), Decimal("7.00")),
    ]
    assert [change.station for change in queries.next_changes(manager)] == ["S1", ""]


def test_a_manager_sets_prices_at_their_own_station_only(announce, manager, price_of_92):
    announce("7.55", -1, "S1", actor=manager)
    assert price_of_92("S1", 0) == Decimal("7.55")
    with pytest.raises(NotAllowed, match="S2"):
        announce("7.55", -1, "S2", actor=manager)
    with pytest.raises(NotAllowed, match="name the station"):
        announce("7.55", -1, actor=manager)
    with pytest.raises(NotAllowed):
        services.withdraw_price(manager, announce("7.55", 5))
    services.withdraw_price(manager, announce("7.55", 5, "S1"))


def test_unknown_products_and_stations_are_named_by_their_place(fuels):
    now = datetime.now(UTC)
    good = NewPrice(product="92", price=Decimal(1), effective_from=now)
    for bad, field in (
        (NewPrice(product="93", price=Decimal(1), effective_from=now), "1.product"),
        (NewPrice(product="92", price=Decimal(1), effective_from=now, station="S9"), "1.station"),
        (NewPrice(product="92", price=Decimal(-1), effective_from=now), "1.price"),
    ):
        with pytest.raises(Invalid) as refused:
            services.announce_prices(SYSTEM, [good, bad])
        assert list(refused.value.fields) == [field]
    assert not EventRow.objects.filter(name="price.announced.v1").exists()


def test_lists_of_any_size_take_the_same_statements(fuels, stations):
    now = datetime.now(UTC)

    def announced(count: int, price: str) -> int:
        prices = [
            NewPrice(product="92", price=Decimal(price), effective_from=now - timedelta(hours=n), station="S1")
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as statements, sql.watching() as watched:
            assert len(set(services.announce_prices(SYSTEM, prices))) == count
        return len(statements) + sum(statement.startswith("COPY") for statement in watched)

    announced(1, "6")
    assert announced(1, "7") == announced(100, "8")
    with CaptureQueriesContext(connection) as statements:
        queries.prices_at_stations(list(stations.values()), list(fuels.values()), now)
    assert len(statements) == 1


def test_the_same_price_twice_in_a_list_is_once(fuels):
    price = NewPrice(product="92", price=Decimal(7), effective_from=datetime.now(UTC))
    first, second = services.announce_prices(SYSTEM, [price, price])
    assert first == second
    assert services.announce_prices(SYSTEM, []) == []
