"""The books kept over the API: policies, closed months, and claims made, sent, settled."""

from decimal import Decimal

import pytest

from forecourt.organisation.models import LegalEntity
from tests.accounts.scenes import FIRST, Books
from tests.accounts.test_claims import JULY, JUNE, award
from tests.api.conftest import new_caller
from tests.sales.scenes import HEAD_OFFICE

A_POLICY = {
    "valid_from": "2199-01-01",
    "point_value": "0.01",
    "redemption_percent": "70",
    "cohort_percents": {"2026-01": "65.5"},
    "tax_percent": "13",
    "accounts": [{"role": "revenue", "code": "6001.01", "name": "Revenue"}],
    "reason": "what the last year showed",
}


@pytest.fixture
def writer(db):
    return new_caller(HEAD_OFFICE, "accounts:write")


@pytest.fixture
def chief(db):
    return new_caller(HEAD_OFFICE, "accounts:approve", "accounts:close")


def test_a_policy_is_drafted_changed_handed_in_and_approved_by_another_key(books: Books, writer, chief):
    made = writer.post("/liability/policies", A_POLICY, idempotency_key="p")
    assert made.status_code == 201, made.content
    assert writer.post("/liability/policies", A_POLICY, idempotency_key="p").json() == made.json()
    path = f"/liability/policies/{made.json()['id']}"
    accounts = {one["role"]: one["code"] for one in made.json()["accounts"]}
    assert (accounts["revenue"], accounts["contract_liability"]) == ("6001.01", "2203")
    assert made.json()["cohort_percents"] == {"2026-01": "65.5"}
    changed = writer.put(path, A_POLICY | {"redemption_percent": "75", "reason": "after a second look"}).json()
    assert (changed["redemption_percent"], changed["reason"], changed["state"]) == (
        "75",
        "after a second look",
        "draft",
    )
    assert writer.post(f"{path}/approve", None).status_code == 403
    assert writer.post(f"{path}/submit", None).json()["state"] == "review"
    assert writer.put(path, A_POLICY).status_code == writer.delete(path).status_code == 409
    assert chief.post(f"{path}/approve", {"note": "agreed"}).json()["state"] == "approved"
    assert (chief.get(path).json()["note"], chief.post(f"{path}/approve", None).status_code) == ("agreed", 409)


def test_a_policy_that_cannot_be_is_refused_by_its_field(books: Books, writer, chief):
    for changes, field in (
        ({"redemption_percent": "101"}, "redemption_percent"),
        ({"point_value": "0"}, "point_value"),
        ({"cohort_percents": {"2026-01": "0"}}, "cohort_percents.2026-01"),
        ({"reason": "  "}, "reason"),
        ({"accounts": A_POLICY["accounts"] * 2}, "accounts.1.role"),
    ):
        refused = writer.post("/liability/policies", A_POLICY | changes)
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    first, second = (writer.post("/liability/policies", A_POLICY).json()["id"] for _ in range(2))
    assert writer.delete(f"/liability/policies/{first}").status_code == 204
    assert writer.get(f"/liability/policies/{first}").status_code == 404
    writer.post(f"/liability/policies/{second}/submit", None)
    refused = chief.post(f"/liability/policies/{second}/refuse", {"reason": "too few"}).json()
    assert (refused["state"], refused["note"]) == ("refused", "too few")
    own = new_caller(HEAD_OFFICE, "accounts:write", "accounts:approve")
    third = own.post("/liability/policies", A_POLICY).json()["id"]
    own.post(f"/liability/policies/{third}/submit", None)
    assert own.post(f"/liability/policies/{third}/approve", None).status_code == 403, "who hands in does not approve"
    here = new_caller(HEAD_OFFICE, "accounts:write", station="S001")
    assert here.post("/liability/policies", A_POLICY).status_code == 403, "the books stand for all stations"


def test_a_month_is_closed_once_its_days_are_and_units_tell_what_is_expected(books: Books, writer, chief):
    books.sell(1)
    books.close()
    month = f"{FIRST:%Y-%m}"
    (unit,) = writer.get("/liability/units").json()
    assert (unit["cohort"], unit["open"], Decimal(unit["percent"]), Decimal(unit["unused"])) == (month, 20, 80, 4)
    assert chief.get("/liability/periods").json() == {"items": [], "closable": None}
    early = chief.post("/liability/periods", {"month": month})
    assert (early.status_code, "not closed yet" in early.json()["detail"]) == (409, True)
    while books.day.month == FIRST.month:
        books.close()
    assert chief.get("/liability/periods").json()["closable"] == month
    assert writer.post("/liability/periods", {"month": month}).status_code == 403
    closed = chief.post("/liability/periods", {"month": month})
    assert (closed.status_code, closed.json()["month"]) == (201, month)
    assert chief.post("/liability/periods", {"month": month}).json() == closed.json()
    assert chief.get("/liability/periods").json()["items"] == [closed.json()]
    here = new_caller(HEAD_OFFICE, "accounts:close", station="S001")
    assert here.post("/liability/periods", {"month": month}).status_code == 403


def test_a_claim_is_made_filled_anew_sent_disputed_and_settled(books: Books, writer):
    award(JUNE[0], "9.00")
    body = {"funder": "supplier:aoke", "since": f"{JUNE[0]}", "until": f"{JUNE[1]}"}
    made = writer.post("/claims", body, idempotency_key="c")
    assert made.status_code == 201, made.content
    assert writer.post("/claims", body, idempotency_key="c").json() == made.json()
    path = f"/claims/{made.json()['id']}"
    assert (made.json()["state"], Decimal(made.json()["total"])) == ("draft", 9)
    assert writer.post("/claims", body).status_code == 409, "one draft at a time"
    award(JUNE[0], "1.00")
    assert Decimal(writer.post(f"{path}/refresh", None).json()["total"]) == 10
    assert writer.post(f"{path}/settle", {"amount": "10"}).status_code == 409
    assert writer.post(f"{path}/send", None).json()["state"] == "sent"
    assert writer.delete(path).status_code == writer.post(f"{path}/refresh", None).status_code == 409
    assert writer.post(f"{path}/dispute", {"note": "we see 9"}).json()["state"] == "disputed"
    assert writer.post(f"{path}/settle", {"amount": "11"}).json()["fields"].keys() == {"amount"}
    assert writer.post(f"{path}/settle", {"amount": "9.00"}).json()["fields"].keys() == {"note"}
    settled = writer.post(f"{path}/settle", {"amount": "9.00", "note": "we see 9"}).json()
    assert (settled["state"], settled["settled_amount"]) == ("settled", "9.0000")
    empty = writer.post("/claims", body | {"since": f"{JULY[0]}", "until": f"{JULY[1]}"}).json()
    assert writer.post(f"/claims/{empty['id']}/send", None).status_code == 409, "nothing is due"
    assert writer.delete(f"/claims/{empty['id']}").status_code == 204
    assert writer.get(f"/claims/{empty['id']}").status_code == 404


def test_a_claim_that_cannot_be_is_refused_by_its_field(books: Books, writer):
    LegalEntity.objects.create(name="海岭能源")
    body = {"funder": "brand", "since": f"{JUNE[0]}", "until": f"{JUNE[1]}"}
    assert writer.post("/claims", body | {"entity": "nobody"}).json()["fields"].keys() == {"entity"}
    assert writer.post("/claims", body | {"until": "2026-01-01"}).json()["fields"].keys() == {"until"}
    assert writer.post("/claims", body | {"since": "1900-01-01"}).json()["fields"].keys() == {"until"}
    assert writer.post("/claims", body | {"entity": "海岭能源"}).json()["entity"] == "海岭能源"
    assert new_caller(HEAD_OFFICE, "accounts:read").post("/claims", body).status_code == 403
    assert new_caller(HEAD_OFFICE, "accounts:write", station="S001").post("/claims", body).status_code == 403


def test_what_offers_cost_is_told_by_who_pays_and_by_offer(books: Books, writer):
    award(JUNE[0], "9.00", offer=1)
    award(JUNE[1], "2.00", offer=2)
    award(JUNE[0], "3.00", funder="brand")
    span = f"since={JUNE[0]}&until={JUNE[1]}"
    lines = writer.get(f"/funding?{span}").json()
    assert [(one["key"], Decimal(one["total"]), one["sales"]) for one in lines] == [
        ("supplier:aoke", 11, 2),
        ("brand", 3, 1),
    ]
    by_offer = writer.get(f"/funding?{span}&by=offer&funder=supplier:aoke&station=S001").json()
    assert [(one["name"], Decimal(one["discount"])) for one in by_offer] == [("优惠1", 9), ("优惠2", 2)]
    assert writer.get(f"/funding?{span}&station=S999").json()["fields"].keys() == {"station"}
    assert writer.get(f"/funding?{span}&entity=nobody").json()["fields"].keys() == {"entity"}
    assert writer.get(f"/funding?since={JUNE[1]}&until={JUNE[0]}").json()["fields"].keys() == {"until"}
