"""Both doors of a running Forecourt give the same statuses and the same bytes."""

import asyncio
import json
import re
from decimal import Decimal

import httpx
import pytest

from tests.bench import loops
from tests.till.equipment import a_sale

pytestmark = pytest.mark.slow

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def ask(live, chain):
    """Ask both doors the same and compare; returns the one answer."""

    def ask(body, path="/api/v1/sales", key="all", *, first="till", method="POST", masked=False, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | headers
        if key:
            sent["Authorization"] = f"Bearer {chain.keys.get(key, key)}"
        doors = (live.till, live.web) if first == "till" else (live.web, live.till)
        one, other = (
            httpx.request(method, f"{door}{path}", content=content, headers=sent, verify=False) for door in doors
        )
        assert one.status_code == other.status_code or masked, (one.content, other.content)
        assert one.headers["content-type"] == other.headers["content-type"]
        same = (_ID.sub(b"ID", one.content), _ID.sub(b"ID", other.content)) if masked else (one.content, other.content)
        assert same[0] == same[1]
        return one

    return ask


def test_a_new_sale(live, chain):
    answers = []
    for number, door in enumerate((live.till, live.web)):
        answer = httpx.post(
            f"{door}/api/v1/sales",
            json=a_sale("DOORS-1", f"new-{number}", chain.phones[number]),
            headers={"Authorization": f"Bearer {chain.keys['all']}"},
        )
        assert answer.status_code == 201
        customer = f'"customer_id":{chain.customers[number]}'.encode()
        assert customer in answer.content
        answers.append(_ID.sub(b"ID", answer.content).replace(customer, b""))
        assert answer.headers["content-type"] == "application/json"
    assert answers[0] == answers[1]
    assert json.loads(answer.content)["points"] == {"earned": 25, "balance": 25, "spent": 0}


@pytest.mark.parametrize("first", ["till", "web"])
def test_a_replay_and_a_conflict(ask, live, chain, first):
    sale = a_sale("DOORS-1", f"again-{first}", chain.phones[2])
    door = live.web if first == "till" else live.till
    made = httpx.post(f"{door}/api/v1/sales", json=sale, headers={"Authorization": f"Bearer {chain.keys['all']}"})
    assert made.status_code == 201
    replay = ask(sale, first=first)
    assert replay.status_code == 200
    assert replay.json() == made.json() | {"replayed": True}
    conflict = ask(sale | {"pump": 9}, first=first)
    assert conflict.status_code == 409
    assert made.json()["id"] in conflict.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (a_sale("DOORS-404", "1"), 422),
        (a_sale("DOORS-1", "1", lines=[]), 422),
        (a_sale("DOORS-1", "1", lines=[{"product": "92", "quantity": "NaN", "amount": "1"}]), 422),
        (a_sale("DOORS-1", "1", lines=[{"product": "92", "quantity": "1", "amount": "1e999"}]), 422),
        (a_sale("DOORS-1", "1", customer={"phone": "1", "card": "2"}), 422),
        (a_sale("DOORS-1", "1", colour="red"), 422),
        (a_sale("DOORS-1", "a\0"), 422),
        ({}, 422),
        (7, 422),
        (b"{", 400),
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[" * 50_000, 400),
        ([], 200),
        ([1] * 5001, 422),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/sales", "/api/v1/sales/quote"])
def test_what_is_refused(ask, body, status, path):
    answer = ask(body, path)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_a_mixed_list(ask, chain, live):
    old = a_sale("DOORS-2", "mixed-old", chain.phones[3])
    httpx.post(f"{live.web}/api/v1/sales", json=old, headers={"Authorization": f"Bearer {chain.keys['all']}"})
    listed = [old, a_sale("DOORS-9", "x"), old | {"pump": 1}, {"station": 1}, 7, old]
    answer = ask(listed)
    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()] == ["posted", 422, 409, 422, 422, "posted"]
    many = ask([*listed] * 10)
    assert len(many.json()) == 60


def test_who_may_not(ask, chain):
    sale = a_sale("DOORS-1", "nobody")
    assert ask(sale, key="").status_code == 401
    assert ask(sale, key="fc_nonsense").status_code == 401
    assert ask(sale, key="", Authorization="Basic eDp5").status_code == 401
    assert ask(sale, key="reader").status_code == 403
    assert ask(a_sale("DOORS-2", "elsewhere"), key="here").status_code == 403
    assert ask([a_sale("DOORS-2", "elsewhere")], key="here").json()[0]["status"] == 403
    assert ask(sale, **{"Content-Type": "text/plain"}).status_code == 415


def test_a_quote(ask, chain):
    sale = a_sale("DOORS-1", "quoted", chain.phones[4])
    assert ask(sale, "/api/v1/sales/quote").json()["points"] == {"earned": 25, "balance": 25, "spent": 0}
    listed = ask([sale, a_sale("?", "x"), a_sale("DOORS-1", "y", "13711111111")], "/api/v1/sales/quote").json()
    assert [item.get("flags") for item in listed] == [[], None, ["unknown_customer"]]
    assert ask(sale, "/api/v1/sales/quote").json()["points"]["balance"] == 25, "nothing was recorded"


def test_a_quote_in_words(ask, live, chain):
    path = "/api/v1/sales/quote"
    stranger = a_sale("DOORS-1", "said")
    assert "sentences" not in ask(stranger, path).json()
    said, bad = ask([stranger, {"station": "?"}], f"{path}?reader=cashier").json()
    assert bad["status"] == 422
    words = next(one["words"] for one in said["sentences"] if one["code"] == "points.no_member")
    assert words == {
        "en": "Ask for the member code or the phone number: no member was recognised.",
        "zh-Hans": "未识别到会员，请询问会员码或手机号。",
    }
    for_customer = ask(stranger, f"{path}?reader=auditor&reader=customer").json()
    assert "Show your member code next time to earn points." in [
        one["words"]["en"] for one in for_customer["sentences"]
    ]
    refused = ask(stranger, f"{path}?reader=nobody").json()
    assert refused["fields"] == {"reader": "must be one of customer, cashier, auditor; it was 'nobody'"}
    sent = {
        "json": a_sale("DOORS-1", "kept", chain.phones[4]),
        "headers": {"Authorization": f"Bearer {chain.keys['all']}"},
    }
    for door in (live.till, live.web):
        kept = httpx.post(f"{door}/api/v1/sales/reserve?reader=cashier", **sent).json()
        assert kept["reservation"]
        assert any("zh-Hans" in one["words"] for one in kept["sentences"])


def test_limits_are_told_alike(ask):
    answer = ask(a_sale("DOORS-404", "1"))
    assert {"ratelimit", "ratelimit-policy"} <= set(answer.headers)


def test_many_tills_at_once_each_get_their_own_right_answer(live, chain):
    """Group commit: one that cannot be recorded, one that is refused and one that replays ride among the others."""
    everybody = range(64)

    def body(number: int) -> dict[str, object]:
        if number == 13:
            return a_sale("DOORS-1", "poison", chain.phones[5], lines=[
                {"product": "gold-bar", "quantity": "1", "amount": "99999999.00"}
            ], tenders=[])  # fmt: skip
        if number % 16 == 7:
            return a_sale("DOORS-404", f"crowd-{number}")
        if number % 16 == 9:
            return a_sale("DOORS-1", "crowd-same")
        amount = f"{100 + number}.00"
        return a_sale(
            "DOORS-1",
            f"crowd-{number}",
            chain.phones[10 + number % 10],
            lines=[{"product": "6901234567892", "quantity": "1", "amount": amount}],
            tenders=[],
        )

    async def all_at_once() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {chain.keys['all']}"}
        async with httpx.AsyncClient(headers=headers, timeout=30) as client:
            return await asyncio.gather(
                *[client.post(f"{live.till}/api/v1/sales", json=body(number)) for number in everybody]
            )

    answers = loops.run(all_at_once())
    same = [answers[number] for number in everybody if number % 16 == 9]
    assert sorted(answer.status_code for answer in same) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in same}) == 1
    for number, answer in enumerate(answers):
        if number == 13 or number % 16 == 9:
            continue
        if number % 16 == 7:
            assert answer.status_code == 422
            continue
        assert answer.status_code == 201, answer.content
        receipt = answer.json()
        assert receipt["totals"]["net"] == f"{100 + number}.00"
        assert receipt["customer_id"] == chain.customers[10 + number % 10]
        assert receipt["points"]["earned"] == 100 + number
    poison = answers[13]
    assert "gold" not in poison.text or Decimal(poison.json()["totals"]["net"]) == 99_999_999
