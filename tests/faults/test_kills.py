"""kill -9 of each process in turn, under load from clients that try again: every acknowledged sale is there, once."""

import random
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import psutil
import psycopg
import pytest

from forecourt.faces.api.limits import BURST_SECONDS
from tests.bench.live import Live, new_live, remove
from tests.till.equipment import Equipment, a_sale, equip

pytestmark = pytest.mark.slow

CLIENTS = 6
SECONDS_BETWEEN_KILLS = 1
REST_SECONDS = 0.03
"""Between a client's sales: what was killed is started beside them, and comes back the sooner the less they take."""


@pytest.fixture(scope="module")
def own() -> Iterator[Live]:
    fresh = new_live(workers=2)
    try:
        fresh.start()
        yield fresh
    finally:
        remove(fresh)


@dataclass
class Till:
    """A client that sends one sale after the other and sends each until it is acknowledged."""

    live: Live
    chain: Equipment
    number: int
    stop: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)
    retries: int = 0
    last: str = ""
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        chance = random.Random(self.number)
        with httpx.Client(headers={"Authorization": f"Bearer {self.chain.keys['all']}"}, timeout=10) as client:
            count = 0
            while not self.stop.is_set():
                count += 1
                sales = [
                    self.sale(chance, f"k{self.number}-{count}-{item}") for item in range(chance.choice((1, 1, 5)))
                ]
                door = self.live.web if self.number % 3 == 0 else self.live.till
                for sale, receipt in zip(sales, self.send(client, door, sales), strict=True):
                    self.acknowledged[str(sale["source_ref"])] = receipt
                time.sleep(REST_SECONDS)

    def sale(self, chance: random.Random, ref: str) -> dict[str, object]:
        taken_back = chance.random() < 0.2
        line = {"product": "6901234567892", "quantity": "-1" if taken_back else "3"}
        line["amount"] = "-5.00" if taken_back else "15.00"
        return a_sale(self.chain.stations[0], ref, chance.choice(self.chain.phones), lines=[line], tenders=[])

    def send(self, client: httpx.Client, door: str, sales: list[dict[str, object]]) -> list[str]:
        """The ids of the sales, once they are acknowledged."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = client.post(f"{door}/api/v1/sales", json=sales if len(sales) > 1 else sales[0])
            except httpx.HTTPError as error:
                self.last = repr(error)
                self.retries += 1
                time.sleep(0.05)
                continue
            self.last = f"{answer.status_code} {answer.text[:300]}"
            items = answer.json() if answer.status_code in (200, 201) else None
            if items is not None:
                listed = items if isinstance(items, list) else [items]
                if all("id" in item for item in listed):
                    return [item["id"] for item in listed]
                if any(item["status"] != 503 for item in listed if "id" not in item):
                    self.wrong.append(answer.text[:300])
            elif answer.status_code not in (500, 502, 503):
                self.wrong.append(answer.text[:300])
            self.retries += 1
            time.sleep(0.05)
        self.wrong.append(f"a sale was not taken within a minute by {door}; last {self.last}")
        self.stop.set()
        raise AssertionError(self.wrong[-1])


def victims(live: Live) -> dict[str, int]:
    """Process ids by what they do, once the till's door has both of its processes again."""
    for _ in range(600):
        found, workers = _running(live)
        if len(workers) == 2:
            return found | {"one of the till's workers": workers[0]}
        time.sleep(0.1)
    raise AssertionError(f"the till's door has {len(workers)} processes after a minute")


def _running(live: Live) -> tuple[dict[str, int], list[int]]:
    assert live.process is not None
    found = {"postgres": int((live.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])}
    workers: list[int] = []
    try:
        for child in psutil.Process(live.process.pid).children():
            words = child.cmdline()
            for name, last in (("till", ["serve", "till"]), ("web", ["serve", "web"]), ("worker", ["worker"])):
                if all(word in words for word in last):
                    found[name] = child.pid
        if "till" in found:
            workers = [one.pid for one in psutil.Process(found["till"]).children() if "serve" in one.cmdline()]
    except psutil.NoSuchProcess:  # one ended while it was looked at
        workers = []
    return found, workers


@pytest.mark.parametrize("door", ["till", "web"])
def test_a_key_gets_no_more_from_a_door_in_two_processes(own, door):
    made = own.command("apikey", "create", f"few-{door}", "--scope", "sales:write", "--rate", "40").stdout
    (key,) = [word for word in made.split() if word.startswith("fc_")]

    def ask(_: int) -> int:  # each by a connection of its own, which either process may take
        answer = httpx.post(
            f"{getattr(own, door)}/api/v1/sales",
            content=b"{",
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            timeout=60,
            verify=False,
        )
        return answer.status_code

    until = time.monotonic() + 90
    with ThreadPoolExecutor(8) as clients:
        while _processes_that_answered(own, door) < 2:
            assert time.monotonic() < until, "one process alone answers"
            list(clients.map(ask, range(8)))
        time.sleep(BURST_SECONDS)
        began = time.monotonic()
        statuses = list(clients.map(ask, range(240)))
    taken = sum(status != 429 for status in statuses)
    assert 80 <= taken <= 80 + 40 * (time.monotonic() - began) + 1


def _processes_that_answered(live: Live, door: str) -> int:
    """How many of a door's processes have counted a request against its key's limit so far."""
    file = live.home / "run" / f"limits-{door}"
    return struct.unpack_from("q", file.read_bytes())[0] if file.exists() else 0


def test_nothing_acknowledged_is_lost_or_doubled(own):
    chain = equip(own, "KILL", stations=1, members=10, prefix="1383333")
    stop = threading.Event()
    tills = [Till(own, chain, number, stop) for number in range(CLIENTS)]
    threads = [threading.Thread(target=till.run) for till in tills]
    for thread in threads:
        thread.start()
    try:
        for name in ("one of the till's workers", "till", "web", "worker", "postgres"):
            time.sleep(SECONDS_BETWEEN_KILLS)
            psutil.Process(victims(own)[name]).kill()
            _wait_for_progress(own, tills, name)
        own.wait_until_ready()
    finally:
        stop.set()
        for thread in threads:
            thread.join(70)
    assert not any(thread.is_alive() for thread in threads)
    assert [wrong for till in tills for wrong in till.wrong] == []
    acknowledged = {ref: sale_id for till in tills for ref, sale_id in till.acknowledged.items()}
    assert len(acknowledged) > 200
    assert sum(till.retries for till in tills) > 0, "the kills were not felt"
    with psycopg.connect(host=str(own.home / "postgres" / "run"), user="postgres", dbname="forecourt") as books:
        stored = books.execute("SELECT source_ref, id::text FROM sales_sale").fetchall()
        told = books.execute(
            "SELECT count(*), count(DISTINCT body ->> 'sale_id') FROM kernel_event WHERE name ~ '^sale[.]'"
        ).fetchone()
    assert len(stored) == len(dict(stored)), "a sale is there twice"
    assert dict(stored) == acknowledged
    assert told == (len(stored), len(stored))
    own.command("prove")


def _wait_for_progress(live: Live, tills: list[Till], name: str) -> None:
    """Every till goes on after the kill: each acknowledges a sale that it had not before."""
    counts = [len(till.acknowledged) for till in tills]
    until = time.monotonic() + 45
    while any(len(till.acknowledged) <= count for till, count in zip(tills, counts, strict=True)):
        last = [till.last for till in tills]
        assert time.monotonic() < until, f"after the {name} was killed not all tills went on: {last}\n{live.words()}"
        time.sleep(0.1)
