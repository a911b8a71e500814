"""The routes of accounts: what an ERP and an auditor read."""

from decimal import Decimal

import pytest

from forecourt.accounts import queries, services
from forecourt.kernel import clock
from tests.accounts.scenes import ANALYST, FIRST, Books
from tests.accounts.test_claims import JUNE, award
from tests.api.conftest import new_caller
from tests.sales.scenes import HEAD_OFFICE


@pytest.fixture
def reader(db):
    return new_caller(HEAD_OFFICE, "accounts:read")


def test_the_journal_is_read_in_pages_and_balances(books: Books, reader):
    books.sell(1)
    books.give(2, 50)
    books.close()
    address = f"/liability/journal?since={FIRST}&until={FIRST}&limit=3"
    first = reader.get(address).json()
    rest = reader.get(f"{address}&cursor={first['next']}").json()
    lines = first["items"] + rest["items"]
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    assert sum(Decimal(line["debit"]) for line in lines) == sum(Decimal(line["credit"]) for line in lines) > 0
    assert {line["account"] for line in lines} == {"6001", "2203", "6601", "2801"}
    (day,) = reader.get(f"/liability/days?since={FIRST}&until={FIRST}").json()
    assert (day["open_points"], day["entries"]) == (70, 2)


def test_the_roll_forward_by_month_and_its_bounds(books: Books, reader):
    books.sell(1)
    books.spend(1, 5)
    books.close()
    month = f"{FIRST:%Y-%m}"
    line, total = reader.get(f"/liability/rollforward?since={month}&until={month}").json()
    assert (line["points"]["earned"], line["points"]["spent"], total["points"]["closing"]) == ("20", "-5", "15")
    assert reader.get(f"/liability/rollforward?since={month}&until=2020-01").status_code == 422
    assert reader.get("/liability/rollforward?since=2026-13&until=2026-13").status_code == 422


def test_policies_with_their_accounts(books: Books, reader):
    (policy,) = reader.get("/liability/policies").json()
    assert (policy["state"], policy["redemption_percent"], policy["drafted_by"]) == ("approved", "80", "staff:analyst")
    assert {one["role"] for one in policy["accounts"]} >= {"revenue", "contract_liability"}


def test_claims_with_their_rows(books: Books, reader):
    sale = award(JUNE[0], "9.00")
    claim = services.send_claim(ANALYST, services.draft_claim(ANALYST, "supplier:aoke", *JUNE).id)
    (found,) = reader.get("/claims?funder=supplier:aoke&state=sent").json()["items"]
    assert (found["id"], Decimal(found["total"])) == (claim.id, 9)
    assert reader.get(f"/claims/{claim.id}").json() == found
    (row,) = reader.get(f"/claims/{claim.id}/rows").json()["items"]
    assert row["sale_id"] == str(sale)
    assert reader.get("/claims/999999").status_code == 404


def test_a_key_without_the_scope_or_for_one_station_reads_nothing(books: Books):
    today = clock.now().date()
    address = f"/liability/journal?since={today}&until={today}"
    assert new_caller(HEAD_OFFICE, "sales:read").get(address).status_code == 403
    assert new_caller(HEAD_OFFICE, "accounts:read", station="S001").get(address).status_code == 403


def test_claims_follow_one_another_in_pages(books: Books, reader):
    made = [services.draft_claim(ANALYST, funder, *JUNE).id for funder in ("brand", "dealer", "supplier:aoke")]
    first = reader.get("/claims?limit=2").json()
    rest = reader.get(f"/claims?limit=2&cursor={first['next']}").json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_a_key_for_one_station_reads_no_policy_of_the_company(books: Books):
    here = new_caller(HEAD_OFFICE, "accounts:read", station="S001")
    assert here.get("/liability/policies").status_code == 403
    assert here.get(f"/liability/policies/{queries.policies(ANALYST)[0].id}").status_code == 403
