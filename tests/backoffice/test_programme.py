"""The programme as a marketer edits it, hands it in and somebody else approves it, in a real browser in both languages."""

import re
import time

import httpx
import pytest
from django.http import QueryDict
from playwright.sync_api import expect

from forecourt.faces.backoffice.screens.programme import SECTIONS, facts
from forecourt.faces.backoffice.screens.programme_typed import read
from forecourt.loyalty import words
from forecourt.loyalty.values import Programme, TierBasis
from forecourt.organisation import services as organisation
from forecourt.organisation.models import Staff
from forecourt.organisation.values import NewRole, Role
from tests.backoffice.conftest import _made
from tests.bench.browser import PASSWORD

PROGRAMME = "/admin/programme/"
DRAFT = {
    "name": "Members",
    "tiers": [
        {"code": "basic", "name": "Member", "threshold": "0"},
        {"code": "silver", "name": "Silver", "threshold": "3000"},
        {"code": "gold", "name": "Gold", "threshold": "8000"},
    ],
    "rates": [{"code": "fuel", "name": "Fuel", "points": "1", "per": "unit", "kind": "fuel"}],
}
"""Whatever other tests published in the same installation, the marketer edits this."""


@pytest.fixture(scope="session")
def door(live, chain) -> httpx.Client:
    return httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {chain.key}"}, timeout=30)


def sold(door: httpx.Client, ref: str) -> dict:
    """What a sale of 20 litres just now brought."""
    sale = {
        "station": "BO1",
        "source": "pos-p",
        "source_ref": ref,
        "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "customer": {"phone": "13712348765"},
        "lines": [{"product": "BO95", "quantity": "20.000", "unit_price": "8.00", "amount": "160.00"}],
        "tenders": [{"kind": "wechat", "amount": "160.00"}],
    }
    return _made(door.post("/sales", json=sale))


def saved(page) -> None:
    page.get_by_role("button", name=re.compile("Save the draft|保存草稿")).click()
    expect(page.locator("[data-state]")).to_contain_text(re.compile("Draft saved|保存了草稿"))


def test_a_marketer_edits_hands_in_and_head_office_approves(live, chain, door, signed_in):
    _made(door.put("/programme/draft", json=DRAFT))
    page = signed_in("bo-marketer")
    page.goto(f"{live.web}{PROGRAMME}draft/")
    expect(page.locator("[data-row=tier]")).to_have_count(3)
    page.fill("[name=name]", "Browser members")
    page.fill("[name='rates.0.points']", "3")
    page.get_by_role("button", name="Add a tier").click()
    page.fill("[name='tiers.3.name']", "Platinum")
    page.fill("[name='tiers.3.threshold']", "8000")
    saved(page)  # half done is kept, and what is at fault said beside its field
    expect(page.locator("label:has([name='tiers.3.threshold']) .fault")).to_contain_text("another tier")
    page.goto(f"{live.web}{PROGRAMME}submit/")
    expect(page.get_by_role("button", name="Hand in for review")).to_be_disabled()
    page.get_by_role("link", name="Mend").click()
    page.fill("[name='tiers.3.threshold']", "20000")
    page.fill("[name='tiers.3.multiplier_percent']", "150")
    expect(page.locator("[data-panel]")).to_contain_text("Platinum")  # while it is typed, before it is saved
    expect(page.locator("[data-ladder]")).to_contain_text("20,000")
    expect(page.locator("[name=business_tier] option", has_text="Platinum")).to_have_count(1)
    page.locator("a[data-submit]").click()  # saves what is not saved yet
    page.fill("[name=note]", "three points a litre")
    page.get_by_role("button", name="Hand in for review").click()
    page.wait_for_url(re.compile(r"/programme/review/\d+/$"))
    expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)
    before = sold(door, "before")["points"]["earned"]

    chief = signed_in("bo-head", "zh-CN")
    chief.goto(f"{live.web}/admin/")
    chief.get_by_role("link", name=re.compile("会员计划等待您批准")).click()
    expect(chief.locator("#content")).to_contain_text("变更内容")
    expect(chief.locator("blockquote")).to_have_text("three points a litre")
    difference = chief.locator(".diff tr", has_text="Platinum")
    expect(difference).to_contain_text("升级 20,000 元")
    chief.get_by_role("button", name="批准并发布").click()
    chief.wait_for_url(re.compile(r"/programme/$"))
    expect(chief.locator("#content")).to_contain_text("Browser members")

    time.sleep(1)  # tills tell whole seconds
    assert before != 60
    assert sold(door, "after")["points"]["earned"] == 60
    page.goto(f"{live.web}{PROGRAMME}versions/")
    expect(page.locator(".versions li").first).to_contain_text("by bo-marketer, approved by bo-head")


def test_who_has_nothing_yet_begins_with_the_usual(db, head_office, client):
    organisation.create_staff(
        head_office, username="m", name="m", password=PASSWORD, roles=[NewRole(role=Role.MARKETER)]
    )
    client.force_login(Staff.objects.get(username="m"))
    assert "Begin with the usual" in client.get(f"{PROGRAMME}draft/").content.decode()
    client.post(f"{PROGRAMME}draft/begin/")
    shown = client.get(f"{PROGRAMME}draft/").content.decode()
    assert "Begin with the usual" not in shown
    assert shown.count('data-row="tier"') == 4  # three, and the one that "Add a tier" copies


def test_sent_back_with_a_reason_the_marketer_is_told(live, chain, signed_in):
    page = signed_in("bo-marketer", "zh-CN")
    page.goto(f"{live.web}{PROGRAMME}draft/")
    page.fill("[name=name]", "另一个名字")
    page.locator("a[data-submit]").click()
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url(re.compile(r"/programme/review/\d+/$"))
    chief = signed_in("bo-head")
    chief.goto(page.url)
    chief.locator("summary", has_text="Send it back").click()
    chief.fill("[name=reason]", "keep the name")
    chief.locator("form[action$='/refuse/'] button").click()
    expect(chief.locator("blockquote")).to_contain_text("keep the name")
    page.goto(f"{live.web}/admin/")
    page.get_by_role("link", name=re.compile("您提交的会员计划被退回")).click()
    expect(page.locator("blockquote")).to_contain_text("keep the name")


def test_a_version_is_scheduled_and_withdrawn_and_an_old_one_copied_back(live, chain, signed_in):
    page = signed_in("bo-marketer")
    page.goto(f"{live.web}{PROGRAMME}draft/")
    page.fill("[name=name]", "Next year")
    page.locator("a[data-submit]").click()
    page.fill("[name=valid_from]", "2090-01-01T00:00")
    page.get_by_role("button", name="Hand in for review").click()
    page.wait_for_url(re.compile(r"/programme/review/\d+/$"))
    chief = signed_in("bo-head")
    chief.goto(page.url)
    chief.get_by_role("button", name="Approve and publish").click()
    expect(chief.locator("#content")).to_contain_text("begins on 1 Jan 2090")
    chief.goto(f"{live.web}{PROGRAMME}versions/")
    chief.get_by_role("button", name="Withdraw this version").click()
    expect(chief.locator(".versions li").first).to_contain_text("Withdrawn by bo-head")
    chief.locator(".versions li").nth(1).locator("summary").click()
    chief.locator(".versions li").nth(1).get_by_role("button", name="Copy back into the draft").click()
    chief.wait_for_url(re.compile(r"/programme/draft/$"))
    expect(chief.locator("[name=name]")).to_have_value("Browser members")


def test_a_row_is_taken_away_and_brought_back(live, chain, signed_in):
    page = signed_in("bo-marketer")
    page.goto(f"{live.web}{PROGRAMME}draft/")
    rates = page.locator("[data-row=rate]:not([disabled])")
    count = rates.count()
    rates.first.locator("[data-remove]").click()
    expect(rates).to_have_count(count - 1)
    expect(page.locator("[data-panel]")).to_contain_text("taken away")
    page.get_by_role("button", name="Undo").click()
    expect(rates).to_have_count(count)
    expect(page.locator("[data-panel]")).not_to_contain_text("taken away")
    page.fill("[name=spend_step]", "ten")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("label:has([name=spend_step]) .fault")).to_contain_text("no number")


def test_two_who_edit_at_once_do_not_overwrite_each_other(live, chain, signed_in):
    page, other = signed_in("bo-marketer"), signed_in("bo-head")
    for one in (page, other):
        one.goto(f"{live.web}{PROGRAMME}draft/")
    other.fill("[name=warn_days]", "15")
    saved(other)
    page.fill("[name=warn_days]", "20")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("form > .fault")).to_contain_text("bo-head saved the draft meanwhile")


@pytest.mark.parametrize("path", ["", "draft/", "submit/", "versions/", "review/1/"])
def test_no_page_of_the_programme_scrolls_sideways_on_a_phone(live, chain, signed_in, path):
    page = signed_in("bo-marketer", "zh-CN", 390)
    page.goto(f"{live.web}{PROGRAMME}{path}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{path} is {wide} px too wide"


def test_a_station_manager_reads_what_is_in_force_and_edits_nothing(live, chain, signed_in):
    page = signed_in("bo-manager")
    page.goto(f"{live.web}{PROGRAMME}")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    for forbidden in ("draft/", "submit/"):
        assert page.goto(f"{live.web}{PROGRAMME}{forbidden}").status == 403


def test_what_keeps_a_tier_is_read_apart_only_where_it_was_chosen():
    chosen = read(QueryDict("tier_window_days=365&keep_basis=volume&keep_window_days=90")).programme
    assert (chosen.keeping_basis, chosen.keeping_window_days) == (TierBasis.VOLUME, 90)
    same = read(QueryDict("tier_window_days=365&keep_basis=&keep_window_days=90")).programme
    assert (same.keeping_basis, same.keeping_window_days) == (TierBasis.SPEND, 365)


def test_what_holds_of_the_programme_is_told_once_in_its_section(db, head_office):
    told = [name for _section, fields in SECTIONS for name in fields]
    assert sorted(told) == sorted(set(words._WHOLE) - {"name"})
    sections = dict(facts(Programme(warn_days=30, spend_step=50)))
    assert ("warning before a tier is lost", "30 days") in sections["Tiers"]
    assert ("points in steps of", "50") in sections["Paying with points"]
    assert sections["Households"] == [("households share their points", "no")]
