"""Screens of the books, as those who keep them use them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from forecourt.accounts import queries, services
from forecourt.faces.backoffice.screens.claims import PAGE
from forecourt.organisation.models import Staff, StaffRole
from tests.accounts.scenes import ANALYST, FIRST, Books, a_policy
from tests.accounts.test_claims import JUNE, award


@pytest.fixture
def sign_in(db):
    """A browser signed in with a role: `sign_in("head_office")`."""

    def as_role(role: str) -> Client:
        staff = Staff.objects.create(username=role, name=role)
        StaffRole.objects.create(staff=staff, role=role)
        client = Client(headers={"accept-language": "en"})
        client.force_login(staff)
        return client

    return as_role


def text(client: Client, path: str) -> str:
    answer = client.get(f"/admin/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


def downloaded(client: Client, path: str) -> list[str]:
    answer = client.get(f"/admin/{path}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_a_policy_goes_from_the_form_to_force(books: Books, sign_in):
    analyst, head = sign_in("analyst"), sign_in("head_office")
    form = {
        "valid_from": f"{FIRST + timedelta(days=1)}",
        "point_value": "0.08",
        "redemption_percent": "75",
        "tax_percent": "13",
        "cohorts": "2026-01 60%\n",
        "reason": "fewer come back",
        **{f"code_{role}": code for role, code in (("revenue", "6001"), ("contract_liability", "2205"))},
        **{f"code_{role}": "1" for role in ("marketing_expense", "promotion_liability", "promotion_release")},
        "name_contract_liability": "合同负债",
    }
    wrong = analyst.post(
        "/admin/liability/policies/new/", form | {"redemption_percent": "x"}, headers={"x-office-form": "1"}
    )
    assert wrong.status_code == 422
    assert "redemption_percent" in wrong.json()["problems"]
    analyst.post("/admin/liability/policies/new/", form)
    policy = queries.policies(ANALYST)[0]
    assert (policy.policy.cohort_percents, policy.policy.redemption_percent) == ({"2026-01": 60}, 75)
    page = f"liability/policies/{policy.id}/"
    analyst.post(f"/admin/{page}decide/", {"do": "submit"})
    assert "Approve it?" not in text(analyst, page)
    assert "Approve it?" in text(head, page)
    assert "fewer come back" in text(head, "liability/")
    head.post(f"/admin/{page}decide/", {"do": "approve"})
    assert queries.policy_at(FIRST + timedelta(days=1)).version == policy.id


def test_the_books_on_screen_and_as_files(books: Books, sign_in):
    head = sign_in("head_office")
    assert "No day is closed yet" in text(head, "liability/")
    books.sell(1)
    books.spend(1, 5)
    books.close()
    month = f"{FIRST:%Y-%m}"
    page = text(head, f"liability/?since={month}&until={month}")
    assert re.search(r'<tr class="total"><td>Total</td>', page)
    for by in ("cohort", "station", "entity", "source"):
        assert "Closing" in text(head, f"liability/?unit=points&by={by}&since={month}&until={month}")
    assert "Station S001" in text(head, f"liability/?by=station&since={month}&until={month}")
    journal = downloaded(head, f"liability/journal.csv?since={FIRST}&until={FIRST}")
    debits, credits = (sum(Decimal(line.split(",")[place]) for line in journal[1:]) for place in (4, 5))
    assert debits == credits > 0
    assert "2203" in text(head, f"liability/journal/?since={FIRST}&until={FIRST}")
    rolled = downloaded(head, f"liability/roll-forward.csv?since={month}&until={month}")
    assert rolled[-1].startswith("Total")


def test_a_claim_is_drafted_sent_and_settled(books: Books, sign_in):
    analyst = sign_in("analyst")
    sale = award(JUNE[0], "9.00", points=10)
    report = text(analyst, f"claims/?since={JUNE[0]}&until={JUNE[1]}")
    assert "Supplier aoke" in report
    assert "funder=supplier%3Aaoke" in report
    counted_once = "uses and quantity are counted with the first of them only"
    assert counted_once in report
    assert str(sale) in text(analyst, f"claims/awards/?since={JUNE[0]}&until={JUNE[1]}&funder=supplier:aoke")
    form = {"funder": "supplier:aoke", "since": f"{JUNE[0]}", "until": f"{JUNE[1]}"}
    answer = analyst.post("/admin/claims/draft/", form)
    claim = queries.claims(ANALYST)[0]
    assert answer["Location"].endswith(f"/claims/{claim.id}/")
    page = f"claims/{claim.id}/"
    assert str(sale) in text(analyst, page)
    assert counted_once in text(analyst, page)
    analyst.post(f"/admin/{page}decide/", {"do": "send"})
    lines = downloaded(analyst, f"{page}export.csv")
    assert len(lines) == 2
    assert str(sale) in lines[1]
    refused = analyst.post(f"/admin/{page}decide/", {"do": "settle", "amount": "1"}, headers={"x-office-form": "1"})
    assert "note" in refused.json()["problems"]
    analyst.post(f"/admin/{page}decide/", {"do": "settle", "amount": f"{queries.claim(ANALYST, claim.id).total}"})
    assert queries.claim(ANALYST, claim.id).state == "settled"


def test_who_pays_narrows_the_claims_and_their_pages_follow(books: Books, sign_in):
    analyst = sign_in("analyst")
    for number in range(PAGE + 1):
        services.draft_claim(ANALYST, f"supplier:s{number}", *JUNE)
    first, last = queries.claims(ANALYST)[-1], queries.claims(ANALYST)[0]
    page = text(analyst, "claims/")
    assert f">#{last.id}<" in page
    assert f">#{first.id}<" not in page
    after = re.search(r"after=(\d+)", page)[1]
    assert f">#{first.id}<" in text(analyst, f"claims/?after={after}")
    narrowed = text(analyst, f"claims/?funder={first.funder}&state=draft")
    assert f">#{first.id}<" in narrowed
    assert f">#{last.id}<" not in narrowed
    assert "No claims here" in text(analyst, f"claims/?funder={first.funder}&state=sent")


def test_who_may_not_keep_the_books_does_not_see_them(books: Books, sign_in):
    manager = sign_in("station_manager")
    for path in ("liability/", "liability/journal/", "claims/", "liability/policies/new/"):
        assert manager.get(f"/admin/{path}").status_code == 403
    analyst = sign_in("analyst")
    policy = services.draft_policy(ANALYST, a_policy(valid_from=FIRST + timedelta(days=3)), "x")
    services.submit_policy(ANALYST, policy)
    analyst.post(f"/admin/liability/policies/{policy}/decide/", {"do": "approve"})
    assert queries.policy(ANALYST, policy).state == "review"
