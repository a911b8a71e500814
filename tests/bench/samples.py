"""Things that most tests start from: somebody who may do everything, a station, its grades and a key."""

import json
import os
from datetime import time
from decimal import Decimal

import pytest

from forecourt.catalogue.models import Price, Product, ProductCode
from forecourt.catalogue.values import Family, Kind, Unit
from forecourt.kernel import clock, crypto
from forecourt.kernel.actors import Actor
from forecourt.organisation.models import Pump, Station
from forecourt.organisation.values import StationFacts


@pytest.fixture(scope="session")
def head_office() -> Actor:
    """Somebody who may do everything everywhere."""
    return Actor(kind="staff", id=0, name="head-office", everything=True)


def open_sample_station(code: str = "S001", *, rolls_at: time = time(0)) -> StationFacts:
    """A station in Shenzhen with four pumps."""
    row = Station.objects.create(
        code=code, name=f"Station {code}", zone="Asia/Shanghai", day_rolls_at=rolls_at, address="深南大道1号"
    )
    Pump.objects.bulk_create([Pump(station=row, number=number, grades=["92", "95"]) for number in range(1, 5)])
    return StationFacts(
        id=row.id, code=code, name=row.name, zone=row.zone, day_rolls_at=rolls_at, pumps=frozenset(range(1, 5))
    )


@pytest.fixture
def station(db) -> StationFacts:
    """Station S001, in Asia/Shanghai, its day beginning at midnight, with pumps 1 to 4."""
    return open_sample_station()


@pytest.fixture
def grades(db) -> dict[str, Product]:
    """Products by code: 92 and 95 petrol, 0 diesel, and a bottle of water, with prices in force everywhere."""
    return add_sample_products()


def add_sample_products() -> dict[str, Product]:
    """Add 92, 95, 0 and the water 6901234567892 with prices in force everywhere."""
    wanted = [
        ("92", "92#汽油", Kind.FUEL, Unit.VOLUME, Family.PETROL, "7.65"),
        ("95", "95#汽油", Kind.FUEL, Unit.VOLUME, Family.PETROL, "8.14"),
        ("0", "0#柴油", Kind.FUEL, Unit.VOLUME, Family.DIESEL, "7.29"),
        ("6901234567892", "矿泉水550ml", Kind.GOODS, Unit.PIECE, Family.NONE, "5.00"),
    ]
    made = {}
    now = clock.now()
    for code, name, kind, unit, family, price in wanted:
        made[code] = Product.objects.create(code=code, name=name, kind=kind, unit=unit, family=family)
        ProductCode.objects.create(code=code, product=made[code])
        Price.objects.create(
            product=made[code],
            price=Decimal(price),
            effective_from=now.replace(year=now.year - 2, day=1),
            announced_at=now,
            announced_by="system:forecourt",
        )
    return made


@pytest.fixture
def client_key(db, head_office: Actor) -> str:
    """An API key with every scope, for all stations: send it as `Authorization: Bearer KEY`."""
    from forecourt.organisation import services
    from forecourt.organisation.values import Scope

    return services.create_api_key(head_office, "tests", [scope.value for scope in Scope])


@pytest.fixture
def rotate(monkeypatch):
    """Add a key and make it current, as `forecourt keys rotate` does; put back after the test.

    With `known`, this process knows these versions alone.
    """
    keys = {1: os.urandom(32).hex()}

    def use(known: set[int]) -> None:
        ring = {"current": max(known), "keys": {str(version): keys[version] for version in known}}
        monkeypatch.setenv("FORECOURT_KEYS", json.dumps(ring))
        crypto.keyring.cache_clear()

    def rotate(known: set[int] | None = None) -> None:
        if known is None:
            keys[len(keys) + 1] = os.urandom(32).hex()
        use(known or set(keys))

    use({1})
    yield rotate
    monkeypatch.undo()
    crypto.keyring.cache_clear()
