"""A catalogue to work with, and those who work with it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.catalogue import services
from forecourt.catalogue.values import NewPrice
from forecourt.kernel import clock, rights
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.organisation.services import open_stations
from forecourt.organisation.values import NewStation, Role


@pytest.fixture
def stations(db) -> dict[str, int]:
    """S1 and S2; ids by code."""
    return open_stations(SYSTEM, [NewStation(code="S1", name="福田站"), NewStation(code="S2", name="南山站")])


@pytest.fixture
def fuels(db) -> dict[str, int]:
    """The standard fuels; ids by code."""
    return services.add_standard_fuels(SYSTEM)


@pytest.fixture
def manager(stations) -> Actor:
    """The manager of S1."""
    return Actor(
        kind="staff",
        id=1,
        name="manager",
        permissions=rights.permissions_of([Role.STATION_MANAGER]),
        stations=frozenset({stations["S1"]}),
    )


@pytest.fixture
def announce(fuels, stations):
    """Announce the price of 92, so many hours from now, at a station or everywhere; returns its id."""
    start = clock.now()

    def announce(price: str, hours: float, station: str = "", *, actor: Actor = SYSTEM, product: str = "92") -> int:
        effective_from = start + timedelta(hours=hours)
        new = NewPrice(product=product, price=Decimal(price), effective_from=effective_from, station=station)
        return services.announce_prices(actor, [new])[0]

    return announce
