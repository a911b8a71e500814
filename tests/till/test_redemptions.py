"""Redemptions through both doors of a running Forecourt: the same statuses and bytes, and the last piece goes out once."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import httpx
import psycopg
import pytest

from tests.bench.live import Live

pytestmark = pytest.mark.slow

KEEPER = ("customers:write", "points:write", "catalogue:write", "rewards:write", "rewards:redeem")
PRICE = 10
ROUNDS = 30
_DIFFERS = ("id", "code", "redeemed_at", "closed_at", "customer_id")
"""What two redemptions that are alike differ in."""


@dataclass
class Shop:
    """Station TR-1 with rewards TR-MUG (in stock), TR-CUP (none left) and TR-WASH, members by phone, and keys by name."""

    live: Live
    keys: dict[str, str]
    customers: dict[str, int] = field(default_factory=dict)
    """Members' ids by their phones."""

    def send(self, door: str, method: str, path: str, body: object = None, key: str = "till", **more: str):
        """What a door answers; `idempotency_key` and other headers by keyword."""
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        if key:
            headers["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        address = f"{door}/api/v1{path}"
        return httpx.request(method, address, content=content, headers=headers, timeout=30, verify=False)

    def kept(self, path: str, body: object) -> dict:
        """What head office does at the web door."""
        answer = self.send(self.live.web, "POST", path, body, "keeper")
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def reward(self, code: str, pieces: int | None = None) -> None:
        """A live reward of that code for 10 points; `pieces` in stock, any number unless given."""
        stock = "any" if pieces is None else "common"
        self.kept("/rewards", {"code": code, "name": code, "kind": "goods", "points": PRICE, "stock": stock})
        self.kept(f"/rewards/{code}/submit", {})
        assert self.send(self.live.web, "POST", f"/rewards/{code}/approve", key="chief").status_code == 200
        if pieces:
            self.kept(f"/rewards/{code}/stock", {"pieces": pieces, "reason": "delivery"})

    def member(self, points: int = 1000) -> str:
        """The phone of a new member."""
        phone = f"1385555{len(self.customers):04}"
        made = self.kept("/customers", {"name": "M", "identities": [{"kind": "phone", "value": phone}]})
        self.customers[phone] = made["id"]
        self.give(phone, points)
        return phone

    def give(self, phone: str, points: int) -> None:
        self.kept(f"/customers/{self.customers[phone]}/points/adjust", {"points": points, "reason": "test"})

    def points(self, phone: str) -> int:
        with psycopg.connect(
            host=str(self.live.home / "postgres" / "run"), user="postgres", dbname="forecourt"
        ) as books:
            held = books.execute(
                "SELECT points FROM loyalty_balance WHERE customer_id = %s", [self.customers[phone]]
            ).fetchone()
        return int(held[0])

    def redeem(self, door: str, phone: str, reward: str = "TR-WASH", **more: str):
        body = {"reward": reward, "customer": {"phone": phone}, "station": "TR-1"}
        return self.send(door, "POST", "/redemptions", body, **more)


@pytest.fixture(scope="module")
def shop(live) -> Shop:
    def made(name: str, *scopes: str, station: str = "") -> list[str]:
        bound = ["--station", station] if station else []
        return ["apikey", "create", f"tr-{name}", *[part for scope in scopes for part in ("--scope", scope)], *bound]

    def last(said: str) -> str:
        return said.strip().splitlines()[-1]

    (keeper,) = map(last, live.commands(made("keeper", *KEEPER)))
    shop = Shop(live, {"keeper": keeper})
    shop.kept("/stations", {"code": "TR-1", "name": "One"})
    shop.kept("/stations", {"code": "TR-2", "name": "Two"})
    said = live.commands(
        made("chief", "rewards:approve"),
        made("till", "rewards:redeem"),
        made("here", "rewards:redeem", station="TR-1"),
        made("reader", "rewards:read"),
        made("seller", "sales:write"),
    )
    shop.keys |= dict(zip(("chief", "till", "here", "reader", "seller"), map(last, said), strict=True))
    shop.reward("TR-WASH")
    shop.reward("TR-MUG", 500)
    shop.reward("TR-CUP", 0)
    return shop


@pytest.fixture
def ask(shop) -> Callable[..., httpx.Response]:
    """Ask both doors the same, which changes nothing, and compare; returns the one answer."""

    def ask(method: str, path: str, body: object = None, key: str = "till", **more: str) -> httpx.Response:
        one, other = (shop.send(door, method, path, body, key, **more) for door in (shop.live.till, shop.live.web))
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert one.headers["content-type"] == other.headers["content-type"]
        assert "ratelimit" in one.headers or one.status_code in {401, 404, 405}
        return one

    return ask


def alike(answer: httpx.Response) -> object:
    told = answer.json()
    return {name: None if name in _DIFFERS else value for name, value in told.items()} | {"money": float(told["money"])}


def test_redeemed_handed_over_and_taken_back_at_either_door(shop, ask):
    seen = []
    for door, other in ((shop.live.till, shop.live.web), (shop.live.web, shop.live.till)):
        phone = shop.member()
        first, second = shop.redeem(door, phone, "TR-MUG"), shop.redeem(door, phone, "TR-MUG", key="here")
        assert first.status_code == second.status_code == 201, first.text
        assert first.headers["content-type"] == "application/json; charset=utf-8"
        code = first.json()["code"]
        shown = ask("GET", f"/redemptions/{code[:5].lower()}-{code[5:].lower()}", key="reader")
        assert alike(shown) == alike(first)
        assert shown.json()["id"] == first.json()["id"]
        assert ask("GET", f"/redemptions/{code[:5]}%20{code[5:]}").content == shown.content
        collected = shop.send(other, "POST", f"/redemptions/{code}/collect", {"station": "TR-1"})
        assert (collected.status_code, collected.json()["collected_station"]) == (200, "TR-1")
        again = ask("POST", f"/redemptions/{code}/collect", {"station": "TR-1"})
        assert again.status_code == 409
        assert "Do not hand it over again" in again.json()["detail"]
        assert ask("POST", f"/redemptions/{code}/cancel", {"reason": "broken"}).status_code == 403
        taken_back = shop.send(other, "POST", f"/redemptions/{second.json()['code']}/cancel", {"reason": "a mistake"})
        assert (taken_back.status_code, taken_back.json()["is_returned"]) == (200, True)
        assert ask("POST", f"/redemptions/{second.json()['code']}/cancel", {"reason": "again"}).status_code == 409
        assert shop.points(phone) == 1000 - PRICE
        seen.append([alike(one) for one in (first, second, collected, taken_back)])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"reward": "TR-WASH"}, 422, "customer"),
        ({"reward": "TR-WASH", "customer": {}}, 422, "customer"),
        ({"reward": "TR-WASH", "customer": {"phone": "1", "id": 1}}, 422, "customer"),
        ({"reward": "TR-WASH", "customer": {"id": "1"}}, 422, "customer.id"),
        ({"reward": "TR-WASH", "customer": {"id": 1}, "colour": "red"}, 422, "colour"),
        ({"reward": "TR WASH", "customer": {"id": 1}}, 422, "reward"),
        ({"reward": "TR-WASH", "customer": {"card": "a\0"}}, 422, "customer.card"),
        ({"reward": "TR-WASH", "customer": {"phone": "13700000000"}}, 404, None),
        ({"reward": "NONE", "customer": {"phone": "MEMBER"}}, 404, None),
        ({"reward": "TR-WASH", "customer": {"phone": "MEMBER"}, "station": "TR-404"}, 404, None),
        ({"reward": "TR-WASH", "customer": {"phone": "MEMBER"}, "supervisor": "nobody"}, 422, "supervisor"),
        ({"reward": "TR-CUP", "customer": {"phone": "MEMBER"}, "station": "TR-1"}, 409, None),
        ([], 422, "body"),
        (b"{", 400, None),
        (b"", 400, None),
    ],
)
def test_what_cannot_be_redeemed(shop, ask, body, status, field):
    if isinstance(body, dict) and body.get("customer") == {"phone": "MEMBER"}:
        body = body | {"customer": {"phone": shop.member()}}
    answer = ask("POST", "/redemptions", body, idempotency_key=f"refused-{body}"[:200].encode().hex())
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field is None or field in answer.json()["fields"]


def test_too_few_points(shop, ask):
    phone = shop.member(points=PRICE - 1)
    body = {"reward": "TR-WASH", "customer": {"phone": phone}, "station": "TR-1"}
    assert "so 1 are missing" in ask("POST", "/redemptions", body).json()["detail"]


def test_codes_that_are_none(ask):
    for method, step, body in (("GET", "", None), ("POST", "/collect", {}), ("POST", "/cancel", {"reason": "x"})):
        assert ask(method, f"/redemptions/ABCDEFGHJK{step}", body).status_code == 404
        short = ask(method, f"/redemptions/abc{step}", body)
        assert (short.status_code, list(short.json()["fields"])) == (422, ["code"])
        assert ask(method, f"/redemptions/%E4%BD%A0%E5%A5%BD%E5%90%97%3F{step}", body).status_code == 404
    assert ask("POST", "/redemptions/ABCDEFGHJK/cancel", {"reason": " "}).status_code == 422
    assert ask("POST", "/redemptions/ABCDEFGHJK/cancel", {}).json()["fields"] == {"reason": "is missing; add it"}


def test_who_may_not(shop, ask):
    body = {"reward": "TR-WASH", "customer": {"phone": shop.member()}, "station": "TR-1"}
    code = shop.redeem(shop.live.till, shop.member()).json()["code"]
    for key, status in (("", 401), ("fc_nonsense", 401), ("reader", 403), ("seller", 403)):
        assert ask("POST", "/redemptions", body, key).status_code == status
        assert ask("POST", f"/redemptions/{code}/collect", {"station": "TR-1"}, key).status_code == status
        assert ask("POST", f"/redemptions/{code}/cancel", {"reason": "no"}, key).status_code == status
    missing = ask("POST", "/redemptions", body, "seller").json()["detail"]
    assert "lacks the scope rewards:redeem" in missing
    assert "lacks the scope sales:write" in ask("POST", "/sales", {}, "till").json()["detail"]
    assert ask("POST", "/redemptions", body | {"station": "TR-2"}, "here").status_code == 403
    assert ask("POST", f"/redemptions/{code}/collect", {}, "here").json()["fields"].keys() == {"station"}
    assert ask("GET", f"/redemptions/{code}", key="seller").status_code == 403


def test_what_the_till_door_does_not_know(shop):
    till = shop.live.till
    for method, path in (
        ("GET", "/rewards"),
        ("POST", "/redemptions/X/other"),
        ("POST", "/redemptions/AB%00CDE/collect"),
    ):
        assert shop.send(till, method, path, {}).status_code == 404
    for method, path in (("GET", "/redemptions"), ("POST", "/redemptions/ABCDEFGHJK"), ("PUT", "/redemptions")):
        refused = shop.send(till, method, path, {})
        assert (refused.status_code, refused.json()["type"]) == (405, "urn:forecourt:problem:method-not-allowed")


def test_sent_again_under_its_key_it_is_redeemed_once(shop, ask):
    """Whichever door served it first, both answer it again."""
    for number, first in enumerate((shop.live.till, shop.live.web)):
        phone = shop.member()
        made = shop.redeem(first, phone, idempotency_key=f"slip-{number}")
        assert made.status_code == 201
        assert "idempotency-replayed" not in made.headers
        body = {"reward": "TR-WASH", "customer": {"phone": phone}, "station": "TR-1"}
        again = ask("POST", "/redemptions", body, idempotency_key=f"slip-{number}")
        assert (again.content, again.headers["content-type"]) == (made.content, made.headers["content-type"])
        assert again.headers["idempotency-replayed"] == "true"
        reused = ask("POST", "/redemptions", body | {"reward": "TR-MUG"}, idempotency_key=f"slip-{number}")
        assert (reused.status_code, reused.json()["type"][-22:]) == (422, "idempotency-key-reused")
        assert ask("POST", "/redemptions", body, idempotency_key="x" * 256).status_code == 422
        assert shop.points(phone) == 1000 - PRICE


def test_a_refused_redemption_may_be_mended_under_its_key(shop):
    phone = shop.member(points=PRICE - 1)
    assert shop.redeem(shop.live.till, phone, idempotency_key="mended").status_code == 409
    shop.give(phone, 1)
    assert shop.redeem(shop.live.till, phone, idempotency_key="mended").status_code == 201
    assert shop.points(phone) == 0


def test_of_two_tills_one_gets_the_last_piece(shop):
    """At the till's door both, or one at each door; and one code is handed over once."""
    codes = [f"TR-LAST-{number}" for number in range(ROUNDS)]
    for code in codes:
        shop.reward(code, 1)
    phones = [shop.member(ROUNDS * PRICE) for _ in range(2)]
    start = Barrier(2)

    def till(number: int) -> list[list[int]]:
        statuses = []
        for turn, code in enumerate(codes):
            door = shop.live.web if number and turn % 2 else shop.live.till
            start.wait(60)
            made = shop.redeem(door, phones[number], code)
            taken[turn][number] = made.json().get("code")
            start.wait(60)
            (won,) = [one for one in taken[turn] if one]
            collected = shop.send(door, "POST", f"/redemptions/{won}/collect", {"station": "TR-1"})
            statuses.append([made.status_code, collected.status_code])
        return statuses

    taken: list[list[str | None]] = [[None, None] for _ in codes]
    with ThreadPoolExecutor(2) as tills:
        one, other = tills.map(till, range(2))
    for mine, theirs in zip(one, other, strict=True):
        assert sorted(status[0] for status in (mine, theirs)) == [201, 409]
        assert sorted(status[1] for status in (mine, theirs)) == [200, 409]
    assert sum(shop.points(phone) for phone in phones) == ROUNDS * PRICE


def test_no_sale_waits_for_redemptions_nor_they_for_each_other(shop):
    """More at once than there are threads for them: all are served."""
    phones = [shop.member() for _ in range(12)]
    with ThreadPoolExecutor(12) as tills:
        answers = list(tills.map(lambda phone: shop.redeem(shop.live.till, phone), phones))
    assert [answer.status_code for answer in answers] == [201] * 12
    assert len({answer.json()["code"] for answer in answers}) == 12
    assert all(re.fullmatch(r"[0-9A-Z]{10}", answer.json()["code"]) for answer in answers)
