"""kill -9 of the till door and of PostgreSQL's backends while tills sell with coupons, scarce budgets, points and gifts.

What was acknowledged stands, once; no coupon is used twice; budgets hold what offers gave, and never more than their limit.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import httpx
import pytest
from django.db import OperationalError, connection

from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.kernel import clock, database, sql
from forecourt.loyalty import records as loyalty_records
from forecourt.loyalty.values import Gift
from forecourt.organisation import services as organisation
from forecourt.sales import services
from tests.bench.live import answers, free_port
from tests.sales.scenes import HEAD_OFFICE, WATER, ago, everything_proves, open_chain, phone
from tests.sales.test_offers import FIVE_OFF, per_litre, publish

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not database.is_embedded(), reason="kills processes of a PostgreSQL of its own"),
]

TILLS = 6
MEMBERS = 6
COUPONS = 40  # of each member; some are shown at several tills
KILLS = ("backend", "door", "backend")
LITRES = 1000  # for 50 sales of 20: in slots first, then the last of them under everybody's hands
GIFTS = 45
POINTS = 40_000
REST_SECONDS = 0.03  # between a till's sales, so that the door is soon back
BONUS = 300


@dataclass
class Door:
    """The till door, a process of its own on the test's database, started again whenever it was killed."""

    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/sales"

    def start(self) -> None:
        settings = connection.settings_dict
        url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={quote(settings['HOST'], safe='')}"
        environment = os.environ | {"DATABASE_URL": url, "TILL_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "forecourt", "serve", "till"],
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def wait_until_it_answers(self) -> None:
        until = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{self.port}/readyz"):
            assert time.monotonic() < until, "the till door does not answer"
            time.sleep(0.1)


@dataclass
class Till:
    """A till that reserves some sales, sells them all, and sends each request until it is acknowledged."""

    door: Door
    key: str
    number: int
    codes: dict[str, list[str]]
    stop: threading.Event
    sold: dict[str, dict] = field(default_factory=dict)
    retries: int = 0
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        chance = random.Random(self.number)
        try:
            with httpx.Client(headers={"Authorization": f"Bearer {self.key}"}, timeout=10) as client:
                count = 0
                while not self.stop.is_set():
                    count += 1
                    self.sell(client, chance, f"t{self.number}-{count}")
                    time.sleep(REST_SECONDS)
        except AssertionError as error:
            self.wrong.append(str(error))

    def sell(self, client: httpx.Client, chance: random.Random, ref: str) -> None:
        who = chance.choice(sorted(self.codes))
        sale = {
            "station": "S001",
            "source": f"till-{self.number}",
            "source_ref": ref,
            "occurred_at": clock.now().isoformat(),
            "customer": {"phone": who},
            "lines": [{"product": "92", "quantity": "20.000", "amount": "153.00"}],
            "pricing": "offers",
            "coupons": chance.sample(self.codes[who], 1) if chance.random() < 0.6 else [],
            "tenders": [{"kind": "points", "amount": "3.00"}] if chance.random() < 0.5 else [],
        }
        if chance.random() < 0.4:
            promised = self.send(client, f"{self.door.address}/reserve", sale)
            if promised is None:  # the points are not there: paid otherwise
                sale["tenders"] = []
            else:
                sale["reservation"] = promised["reservation"]
                rest = Decimal(promised["totals"]["net"]) - sum(Decimal(one["amount"]) for one in sale["tenders"])
                sale["tenders"].append({"kind": "cash", "amount": str(rest)})
        receipt = self.send(client, self.door.address, sale)
        assert receipt is not None
        assert not (receipt["flags"] and "reservation" in sale), receipt["flags"]
        self.sold[ref] = receipt

    def send(self, client: httpx.Client, address: str, sale: dict) -> dict | None:
        """The answer, whenever it comes; None where points are short."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                answer = client.post(address, json=sale)
            except httpx.HTTPError:
                self.retries += 1
                time.sleep(0.2)
                continue
            if answer.status_code in (200, 201):
                return answer.json()
            if answer.status_code == 409 and answer.json()["type"].endswith("points-short"):
                return None
            assert answer.status_code in (500, 502, 503), answer.text[:300]
            self.retries += 1
            time.sleep(0.2)
        raise AssertionError(f"{sale['source_ref']} was not answered within a minute")


@pytest.fixture
def door(committed) -> Iterator[Door]:
    door = Door()
    try:
        yield door
    finally:
        door.kill()


def prepared() -> tuple[str, dict[str, list[str]]]:
    """A key for tills, and the coupons of each member by phone, in a chain with offers that run out."""
    chain = open_chain()
    members = chain.enrol(MEMBERS)
    coupons.create_template(HEAD_OFFICE, Template(code="FIVE", name="FIVE"))
    coupons.create_template(HEAD_OFFICE, Template(code="NEXT", name="NEXT", limit=GIFTS))
    publish(
        per_litre(budgets=[{"measure": "volume", "limit": str(LITRES)}]),
        FIVE_OFF,
        {
            "code": "gift",
            "then": [{"give": "gift", "product": WATER}, {"give": "coupon", "template": "NEXT"}],
            "budgets": [
                {"measure": "uses", "limit": str(GIFTS)},
                {"measure": "uses", "limit": str(GIFTS // 3), "per": "customer"},
            ],
        },
        {
            "code": "bonus",
            "then": [{"give": "points", "points": 7}],
            "budgets": [{"measure": "points", "limit": str(BONUS)}],
        },
    )
    loyalty_records.give(
        [Gift(customer_id=member, points=POINTS, origin=f"start:{member}", reason="", actor="") for member in members]
    )
    issued = coupon_records.issue(
        [
            NewCoupon(template="FIVE", customer_id=member, occurred_at=ago(2))
            for member in members
            for _ in range(COUPONS)
        ]
    )
    codes: dict[str, list[str]] = {}
    for number, member in enumerate(members, 1):
        codes[phone(number)] = [coupon.code for coupon in issued if coupon.customer_id == member]
    return organisation.create_api_key(HEAD_OFFICE, "tills", ["sales:write"], requests_per_second=100_000), codes


def kill_a_backend(chance: random.Random) -> None:
    """Kill -9 of one of the door's sessions; PostgreSQL then ends all the others and recovers."""
    wait_for_the_books()
    backends = sql.rows(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    connection.close()
    if backends:
        os.kill(chance.choice(backends)[0], signal.SIGKILL)


def wait_for_the_books() -> None:
    """Wait until PostgreSQL has recovered."""
    until = time.monotonic() + 30
    while True:
        try:
            connection.close()
            connection.ensure_connection()
            return
        except OperationalError:
            assert time.monotonic() < until, "PostgreSQL did not recover"
            time.sleep(0.1)


def test_coupons_budgets_points_and_gifts_agree_whatever_is_killed(door):
    key, codes = prepared()
    connection.close()
    door.start()
    door.wait_until_it_answers()
    stop = threading.Event()
    tills = [Till(door, key, number, codes, stop) for number in range(TILLS)]
    threads = [threading.Thread(target=till.run) for till in tills]
    chance = random.Random(7)
    for thread in threads:
        thread.start()
    try:
        for victim in KILLS:
            time.sleep(chance.uniform(0.2, 0.9))
            if victim == "door":
                door.kill()
                door.start()
            else:
                kill_a_backend(chance)
            before = sum(len(till.sold) for till in tills)
            until = time.monotonic() + 60
            while sum(len(till.sold) for till in tills) < before + 3 * TILLS:
                assert time.monotonic() < until, "the tills do not go on"
                time.sleep(0.02)
    finally:
        stop.set()
        for thread in threads:
            thread.join(70)
    assert [wrong for till in tills for wrong in till.wrong] == []
    assert sum(till.retries for till in tills) > 0, "the kills were not felt"
    wait_for_the_books()
    see_that_it_agrees({ref: receipt for till in tills for ref, receipt in till.sold.items()})
    everything_proves()
    services.expire_reservations(clock.now() + timedelta(hours=1))
    see_that_it_agrees({})
    everything_proves()


def see_that_it_agrees(sold: dict[str, dict]) -> None:
    """What was acknowledged stands as it was told; coupons and budgets are within their bounds and add up."""
    stored = {
        row[0]: row[1:]
        for row in sql.rows("SELECT source_ref, id::text, net, points_spent, points_earned FROM sales_sale")
    }
    for ref, receipt in sold.items():
        told = (Decimal(receipt["totals"]["net"]), receipt["points"]["spent"], receipt["points"]["earned"])
        assert stored[ref] == (receipt["id"], *told), ref
    if sold:
        assert stored.keys() == sold.keys(), "each sale is there once, and none that was not acknowledged"
        used = Counter(
            reason["values"]["code"]
            for receipt in sold.values()
            for reason in receipt["explanation"]
            if reason["code"] == "coupon.used"
        )
        assert len(used) > 10
        assert set(used.values()) == {1}, "a coupon was used twice"
        assert dict(used) == dict(
            sql.rows(
                "SELECT coupon.code, count(*) FROM coupons_couponuse AS use JOIN coupons_coupon AS coupon "
                "ON coupon.id = use.coupon_id WHERE use.restored_at IS NULL GROUP BY coupon.code"
            )
        )
        assert any(receipt["points"]["spent"] for receipt in sold.values())
    spent = dict(sql.rows("SELECT split_part(budget, ':', 2), sum(used) FROM offers_slot GROUP BY 1"))
    assert spent["volume"] <= LITRES
    assert spent["uses"] <= GIFTS
    assert spent["points"] <= BONUS
    ((litres, gifts, bonus, most),) = sql.rows(
        "SELECT sum(quantity) FILTER (WHERE offer = 'litre'), sum(uses) FILTER (WHERE offer = 'gift'), "
        "sum(points) FILTER (WHERE offer = 'bonus'), "
        "(SELECT max(uses) FROM (SELECT sum(uses) AS uses FROM sales_award WHERE offer = 'gift' GROUP BY customer_id) AS one) "
        "FROM sales_award"
    )
    assert most <= GIFTS // 3
    held = bool(sql.rows("SELECT 1 FROM sales_reservation WHERE ended_at IS NULL"))
    if not held:
        assert (spent["volume"], spent["uses"], spent["points"]) == (litres, gifts, bonus)
    ((issued, counted),) = sql.rows(
        "SELECT (SELECT count(*) FROM coupons_coupon WHERE template_id = template.id), issued "
        "FROM coupons_coupontemplate AS template WHERE code = 'NEXT'"
    )
    assert issued == counted <= GIFTS
