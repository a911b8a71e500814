"""kill -9 of both doors, one of the till's processes and PostgreSQL while tills redeem, collect and take back at either door.

Nothing is spent without a reward.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import psutil
import psycopg
import pytest

from tests.bench.live import Live, new_live, remove
from tests.faults.test_kills import victims

pytestmark = pytest.mark.slow

TILLS = 4
MEMBERS = 8
POINTS = 100_000
PRICE = 10
REST_SECONDS = 0.05
"""Between what a till does: the door that was killed is started beside it."""
STOCK = 5000
SCOPES = ("customers:write", "points:write", "points:read", "catalogue:write", "rewards:write", "rewards:redeem")


@pytest.fixture
def own() -> Iterator[Live]:
    fresh = new_live(workers=2)
    try:
        fresh.start()
        yield fresh
    finally:
        remove(fresh)


@dataclass
class Till:
    """A till that redeems for one member after the other, hands over some and takes back others; it tries again."""

    live: Live
    key: str
    number: int
    members: list[int]
    stop: threading.Event
    standing: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    unknown: int = 0
    retries: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def door(self) -> str:
        """Every other till is at the till's door."""
        return self.live.web if self.number % 2 else self.live.till

    def run(self) -> None:
        chance = random.Random(self.number)
        with httpx.Client(headers={"Authorization": f"Bearer {self.key}"}, timeout=10) as client:
            count = 0
            while not self.stop.is_set():
                count += 1
                time.sleep(REST_SECONDS)
                body = {"reward": "MUG", "customer": {"id": chance.choice(self.members)}}
                made = self.send(client, "/redemptions", body, f"kill-{self.number}-{count}")
                if made is None:
                    self.unknown += 1
                    continue
                self.standing.add(made["id"])
                if chance.random() < 0.3 and self.finish(client, made, "collect", "collected"):
                    continue
                if chance.random() < 0.5 and self.finish(client, made, "cancel", "cancelled"):
                    self.standing.remove(made["id"])
                    self.taken_back.add(made["id"])

    def finish(self, client: httpx.Client, made: dict, what: str, state: str) -> bool:
        """Collect or cancel; a second try that finds it done is done."""
        body = {"reason": "test"} if what == "cancel" else {}
        self.send(client, f"/redemptions/{made['code']}/{what}", body, None)
        return self.send(client, f"/redemptions/{made['code']}", None, None)["state"] == state

    def send(self, client: httpx.Client, path: str, body: dict | None, key: str | None) -> dict | None:
        """What was answered; None when the first try was cut off, so that its end is not known."""
        headers = {"Idempotency-Key": key} if key else {}
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = client.request(
                    "GET" if body is None else "POST", f"{self.door}/api/v1{path}", json=body, headers=headers
                )
            except httpx.HTTPError:
                self.retries += 1
                time.sleep(0.05)
                continue
            if answer.status_code in (200, 201):
                return answer.json()
            if answer.status_code == 409:
                return None
            if answer.status_code not in (500, 502, 503):
                self.wrong.append(answer.text[:300])
                return None
            self.retries += 1
            time.sleep(0.05)
        self.wrong.append(f"{path} was not answered within a minute")
        self.stop.set()
        raise AssertionError(self.wrong[-1])


def prepared(live: Live) -> tuple[str, list[int]]:
    """A key, and members with points, in front of a reward in stock."""
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    key, approval = (
        said.strip().splitlines()[-1]
        for said in live.commands(
            ["apikey", "create", "kills", *scopes], ["apikey", "create", "chief", "--scope", "rewards:approve"]
        )
    )
    with httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30) as door:
        members = [
            door.post(
                "/customers", json={"name": "M", "identities": [{"kind": "phone", "value": f"1384444{number:04}"}]}
            ).json()["id"]
            for number in range(MEMBERS)
        ]
        for member in members:
            body = {"points": POINTS, "reason": "test"}
            assert door.post(f"/customers/{member}/points/adjust", json=body).status_code == 201
        reward = {"code": "MUG", "name": "Mug", "kind": "goods", "points": PRICE, "stock": "common"}
        assert door.post("/rewards", json=reward).status_code == 201
        assert door.post("/rewards/MUG/submit", json={}).status_code == 200
        chief = {"Authorization": f"Bearer {approval}"}
        assert door.post("/rewards/MUG/approve", headers=chief).status_code == 200
        assert door.post("/rewards/MUG/stock", json={"pieces": STOCK, "reason": "delivery"}).status_code == 201
    return key, members


def test_points_pieces_and_redemptions_agree_whatever_is_killed(own):
    key, members = prepared(own)
    stop = threading.Event()
    tills = [Till(own, key, number, members, stop) for number in range(TILLS)]
    threads = [threading.Thread(target=till.run) for till in tills]
    for thread in threads:
        thread.start()
    try:
        for name in ("one of the till's workers", "web", "till", "postgres", "web"):
            time.sleep(1.5)
            before = [len(till.standing) for till in tills]
            psutil.Process(victims(own)[name]).kill()
            until = time.monotonic() + 45
            while any(len(till.standing) <= count for till, count in zip(tills, before, strict=True)):
                assert time.monotonic() < until, f"after the {name} was killed not all tills went on\n{own.words()}"
                time.sleep(0.1)
        own.wait_until_ready()
    finally:
        stop.set()
        for thread in threads:
            thread.join(70)
    assert [wrong for till in tills for wrong in till.wrong] == []
    assert sum(till.retries for till in tills) > 0, "the kills were not felt"
    own.command("prove")
    standing = {one for till in tills for one in till.standing}
    taken_back = {one for till in tills for one in till.taken_back}
    with psycopg.connect(host=str(own.home / "postgres" / "run"), user="postgres", dbname="forecourt") as books:
        stored = dict(books.execute("SELECT id::text, state FROM rewards_redemption").fetchall())
        balance = books.execute("SELECT sum(points) FROM loyalty_balance").fetchone()[0]
        left = books.execute("SELECT pieces FROM rewards_stock").fetchone()[0]
    assert len(standing) > 15
    assert taken_back
    assert standing <= {one for one, state in stored.items() if state != "cancelled"}
    assert taken_back <= {one for one, state in stored.items() if state == "cancelled"}
    assert len(stored) <= len(standing | taken_back) + sum(till.unknown for till in tills)
    gone = sum(state != "cancelled" for state in stored.values())
    assert balance == MEMBERS * POINTS - gone * PRICE
    assert left == STOCK - gone
