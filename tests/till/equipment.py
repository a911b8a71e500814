"""A chain in a running Forecourt, made through the commands everybody uses, by a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.bench.live import Live

_SCRIPT = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "forecourt.settings"
import django
django.setup()
from datetime import time
from decimal import Decimal
from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import Family, Kind, NewProduct
from forecourt.customers import services as customers
from forecourt.customers.values import IdentityKind, NewCustomer, NewIdentity, NewVehicle
from forecourt.kernel.actors import SYSTEM
from forecourt.loyalty import services as loyalty
from forecourt.loyalty.queries import BEGINNING
from forecourt.loyalty.values import EarnRate, Per, Programme, Tier
from forecourt.organisation import services as organisation
from forecourt.organisation.values import NewStation

wanted = json.loads(sys.argv[1])
organisation.open_stations(SYSTEM, [NewStation(code=code, name=code) for code in wanted["stations"]])
catalogue.add_products(SYSTEM, [
    NewProduct(code="92", name="92#", kind=Kind.FUEL, family=Family.PETROL),
    NewProduct(code="6901234567892", name="water"),
    NewProduct(code="gold-bar", name="gold", kind=Kind.SERVICE),
])
loyalty.publish_programme(SYSTEM, Programme(
    name="P",
    rates=(
        EarnRate(code="petrol", points=Decimal(1), per=Per.UNIT, family="petrol"),
        EarnRate(code="shop", points=Decimal(1), per=Per.CURRENCY, kind="goods"),
        EarnRate(code="gold", points=Decimal(90000), per=Per.CURRENCY, product="gold-bar"),
    ),
    tiers=(Tier(code="basic", name="basic", threshold=Decimal(0)),),
), valid_from=BEGINNING)
made = customers.create_customers(SYSTEM, [
    NewCustomer(
        name="M",
        identities=(
            NewIdentity(kind=IdentityKind.PHONE, value=phone),
            NewIdentity(kind=IdentityKind.CARD, value="62" + phone),
        ),
        vehicles=(NewVehicle(plate=wanted["plates"] + phone[-4:]),),
    )
    for phone in wanted["phones"]
])
keys = {
    name: organisation.create_api_key(SYSTEM, wanted["name"] + "-" + name, scopes, requests_per_second=100_000)
    for name, scopes in (("all", ["sales:write", "sales:read"]), ("reader", ["sales:read"]))
}
keys["here"] = organisation.create_api_key(
    SYSTEM, wanted["name"] + "-here", ["sales:write"], station_code=wanted["stations"][0], requests_per_second=100_000
)
print(json.dumps({"customers": made, "keys": keys}))
"""


@dataclass
class Equipment:
    """What was made: `stations` by code, `phones` and the ids of the customers they lead to, keys by name."""

    stations: list[str]
    phones: list[str]
    customers: list[int]
    keys: dict[str, str]


def equip(live: Live, name: str, *, stations: int = 2, members: int = 20, prefix: str = "1390000") -> Equipment:
    """Stations NAME-1 and on, members by phones `prefix` + four digits, and three keys: all, reader, here."""
    codes = [f"{name}-{number}" for number in range(1, stations + 1)]
    phones = [f"{prefix}{number:04}" for number in range(members)]
    wanted = {"name": name, "stations": codes, "phones": phones, "plates": "粤B" + prefix[-1]}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(wanted)],
        env=live.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    return Equipment(codes, phones, made["customers"], made["keys"])


def a_sale(station: str, ref: str, phone: str | None = None, **changes: object) -> dict[str, object]:
    """A sale as JSON: 20 litres of petrol and a bottle of water for 158.00."""
    return {
        "station": station,
        "source": "pos-1",
        "source_ref": ref,
        "occurred_at": "2026-01-02T08:30:00+08:00",
        "customer": {"phone": phone} if phone else None,
        "pump": 4,
        "lines": [
            {"product": "92", "quantity": "20.000", "unit_price": "7.65", "amount": "153.00"},
            {"product": "6901234567892", "quantity": "1", "amount": "5.00"},
        ],
        "tenders": [{"kind": "wechat", "amount": "158.00"}],
        **changes,
    }
