"""Sales over the API: the answers of the issue, byte for byte where both doors must agree."""

import gzip
from decimal import Decimal

import msgspec
import pytest

from forecourt.sales import services, wire
from tests.api.test_door import is_problem
from tests.bench.samples import open_sample_station


def a_sale(ref: str = "1", **changes) -> dict:
    return {
        "station": "S001",
        "source": "pos-1",
        "source_ref": ref,
        "occurred_at": "2026-01-02T08:30:00+08:00",
        "business_date": "2026-01-02",
        "customer": None,
        "pump": 4,
        "staff": "E017",
        "lines": [
            {"product": "92", "quantity": "20.000", "unit_price": "7.65", "amount": "153.00"},
            {"product": "6901234567892", "quantity": "1", "unit_price": "5.00", "amount": "5.00"},
        ],
        "tenders": [{"kind": "wechat", "amount": "158.00"}],
        **changes,
    }


@pytest.fixture
def till(caller, station, grades):
    """A caller with everything, at a chain with a station and products."""
    return caller


def test_a_sale_is_new_once_and_replayed_after(till):
    first = till.post("/sales", a_sale())
    assert first.status_code == 201, first.content
    receipt = first.json()
    assert receipt["status"] == "posted"
    assert receipt["replayed"] is False
    assert receipt["totals"] == {"gross": "158.00", "discount": "0.00", "net": "158.00"}
    again = till.post("/sales", a_sale())
    assert again.status_code == 200
    assert again.json() == receipt | {"replayed": True}


def test_the_same_name_with_other_contents_is_a_conflict(till):
    till.post("/sales", a_sale())
    is_problem(till.post("/sales", a_sale(pump=3)), 409)


def test_in_a_list_each_bears_its_own_status(till):
    till.post("/sales", a_sale("old"))
    response = till.post(
        "/sales", [a_sale("old"), {"station": "S001"}, a_sale("new"), a_sale("lost", station="S999"), 7]
    )
    assert response.status_code == 201
    old, broken, new, lost, number = response.json()
    assert old["replayed"]
    assert not new["replayed"]
    assert {broken["status"], lost["status"], number["status"]} == {422}
    assert lost["fields"].keys() == {"station"}
    assert till.post("/sales", [a_sale("old"), a_sale("new")]).status_code == 200
    assert till.post("/sales", []).json() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b'{"lines":' * 3_000, 422),
        (b"\xff", 400),
        (b"[1" + b",1" * 5_000 + b"]", 422),
        (a_sale(pump=10**30), 422),
        (a_sale(source_ref="a\0b"), 422),
        (a_sale(customer={"phone": "1\0"}), 422),
        (a_sale(occurred_at="2026-01-02T08:30:00"), 422),
        (a_sale(occurred_at="0001-01-01T00:00:00+14:00"), 422),
        (a_sale(occurred_at="9999-12-31T23:59:59-12:00"), 422),
        (a_sale(business_date="0001-01-01"), 201),
        (a_sale(business_date="9999-12-31"), 201),
        (a_sale(lines=[{"product": "92", "quantity": "1e400", "amount": "1"}]), 422),
        (a_sale(lines=[{"product": "92", "quantity": "NaN", "amount": "1"}]), 422),
        (a_sale(lines=[{"product": "92", "quantity": "1", "amount": "Infinity"}]), 422),
        (a_sale(staff="\0"), 422),
        (a_sale(colour="red"), 422),
    ],
)
def test_hostile_sales_are_refused_or_flagged(till, body, status):
    response = till.post("/sales", body)
    assert response.status_code == status, response.content
    if status >= 400:
        is_problem(response, status)


def test_the_bytes_are_those_of_the_shared_form(till, head_office):
    response = till.post("/sales", a_sale())
    stored = services.post_sales(head_office, wire.decode_sales(msgspec.json.encode(a_sale())))
    again = till.post("/sales", a_sale())
    assert again.content == wire.encode(stored[0])
    assert again["Content-Type"] == response["Content-Type"] == "application/json"


def test_a_quote_records_nothing(till):
    quote = till.post("/sales/quote", a_sale())
    assert quote.status_code == 200
    assert quote.json()["totals"]["net"] == "158.00"
    assert len(till.post("/sales/quote", [a_sale(), {"station": 1}]).json()) == 2
    assert till.get("/sales").json()["items"] == []


def test_a_sale_is_read_and_refunded(till):
    sale_id = till.post("/sales", a_sale()).json()["id"]
    sale = till.get(f"/sales/{sale_id}").json()
    assert sale["station"] == "S001"
    assert [line["amount"] for line in sale["lines"]] == ["153.0000", "5.0000"] or Decimal(
        sale["lines"][0]["amount"]
    ) == 153
    refund = till.post(f"/sales/{sale_id}/refund", {"source_ref": "r1", "lines": [{"line": 2}]})
    assert refund.status_code == 201, refund.content
    assert refund.json()["totals"]["net"] == "-5.00"
    assert till.post(f"/sales/{sale_id}/refund", {"source_ref": "r1", "lines": [{"line": 2}]}).status_code == 200
    assert till.get(f"/sales/{sale_id}").json()["refunds"] == [refund.json()["id"]]
    is_problem(till.post(f"/sales/{sale_id}/refund", {"source_ref": "r2", "lines": [{"line": 2}]}), 422)
    is_problem(till.post("/sales/019a0000-0000-7000-8000-000000000000/refund", {"source_ref": "r3"}), 404)


def test_sales_are_listed_by_page_station_and_day(till):
    open_sample_station("S002")
    for number in range(3):
        till.post("/sales", a_sale(f"a{number}", occurred_at=f"2026-01-02T0{number}:00:00+08:00"))
    till.post(
        "/sales", a_sale("b", station="S002", occurred_at="2026-01-03T08:00:00+08:00", business_date="2026-01-03")
    )
    first = till.get("/sales?limit=2").json()
    second = till.get(f"/sales?limit=2&cursor={first['next']}").json()
    assert [sale["source_ref"] for sale in first["items"] + second["items"]] == ["b", "a2", "a1", "a0"]
    assert second["next"] is None
    assert len(till.get("/sales?station=S002").json()["items"]) == 1
    assert len(till.get("/sales?from=2026-01-02&to=2026-01-02").json()["items"]) == 3
    is_problem(till.get("/sales?station=S404"), 404)
    is_problem(till.get("/sales?from=yesterday"), 422)


def test_a_key_of_one_station_neither_sees_nor_touches_another(till, make_key):
    other = open_sample_station("S002")
    sale_id = till.post("/sales", a_sale("mine", customer=None)).json()["id"]
    scoped = make_key(station=other.code)
    is_problem(scoped.get(f"/sales/{sale_id}"), 404)
    is_problem(scoped.post(f"/sales/{sale_id}/refund", {"source_ref": "r"}), 404)
    assert scoped.get("/sales").json()["items"] == []
    is_problem(scoped.get("/sales?station=S001"), 403)
    is_problem(scoped.post("/sales", a_sale("theirs")), 403)
    assert scoped.post("/sales", [a_sale("theirs")]).json()[0]["status"] == 403
    is_problem(scoped.get("/prices?station=S001"), 403)
    is_problem(scoped.get("/stations/S001"), 404)


def test_an_import_answers_each_line_in_order(till):
    lines = [a_sale("1"), {"nonsense": 1}, a_sale("2"), a_sale("1")]
    body = b"\n".join(msgspec.json.encode(line) for line in lines) + b"\n\n{not json\n" + b"x" * 2_000_000 + b"\n"
    for packed, headers in ((body, {}), (gzip.compress(body), {"CONTENT_ENCODING": "gzip"})):
        response = till.send("POST", "/sales/import", packed, content_type="application/jsonl", **headers)
        assert response.status_code == 200
        answers = [msgspec.json.decode(line) for line in b"".join(response.streaming_content).splitlines()]
        assert [answer["status"] for answer in answers] == ["posted", 422, "posted", "posted", 400, 400]
    assert [answer.get("replayed") for answer in answers[:4]] == [True, None, True, True]


def test_a_broken_archive_ends_an_import_with_a_problem(till):
    body = gzip.compress(msgspec.json.encode(a_sale("1")) + b"\n" + b"".join(b"%d\n" % n for n in range(20_000)))[:-200]
    response = till.send("POST", "/sales/import", body, content_type="application/x-ndjson", CONTENT_ENCODING="gzip")
    answers = b"".join(response.streaming_content).splitlines()
    assert msgspec.json.decode(answers[0])["status"] == "posted"
    assert msgspec.json.decode(answers[-1])["status"] == 400


def test_an_import_needs_lines(till):
    is_problem(till.post("/sales/import", [a_sale()]), 415)


def test_a_sale_is_explained_in_words_for_its_reader(till):
    sale = till.post("/sales", a_sale()).json()
    found = till.get(f"/sales/{sale['id']}/explanation").json()
    assert found["reader"] == "customer"
    assert found["sentences"][0]["words"] == {
        "en": "Show your member code next time to earn points.",
        "zh-Hans": "下次请出示会员码，即可累计积分。",
    }
    cashier = till.get(f"/sales/{sale['id']}/explanation?reader=cashier").json()
    assert cashier["sentences"][0]["words"]["en"].startswith("Ask for the member code")
    is_problem(till.get(f"/sales/{sale['id']}/explanation?reader=nobody"), 422)
