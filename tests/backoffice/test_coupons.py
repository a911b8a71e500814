"""Coupons in a real browser: a template made, given, printed, handed over, made void and good again."""

import csv
import io
import re
from zipfile import ZipFile

import httpx
import pytest
from playwright.sync_api import expect

from forecourt.faces.backoffice.screens.coupons import TABS
from tests.backoffice.conftest import Chain

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(live, chain) -> str:
    """A template that tests of this file share."""
    return "bo-wash"


def approve(live, chain: Chain, code: str) -> None:
    """Approve what was handed in, by the key of another."""
    headers = {"Authorization": f"Bearer {chain.key}"}
    answer = httpx.post(f"{live.web}/api/v1/coupon-templates/{code}/approve", headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text


def test_a_marketer_makes_a_template_and_gives_it_to_a_customer(live, chain: Chain, signed_in, template):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/coupons/new/")
    page.fill("[name=name]", "Free wash")
    page.fill("[name=code]", template)
    page.fill("[name=handover]", "A wash")
    page.fill("[name=valid_days]", "forever")
    page.check("[name=is_transferable]")
    page.get_by_role("button", name="Make the template").click()
    expect(page.locator(".fault")).to_contain_text("not a whole number")
    expect(page.locator("[name=handover]")).to_have_value("A wash")
    page.fill("[name=valid_days]", "10")
    page.get_by_role("button", name="Make the template").click()
    page.wait_for_url(re.compile(rf"/coupons/templates/{template}/$"))
    expect(page.locator("body")).to_contain_text("Saved as a draft.")
    expect(page.get_by_role("link", name="Give to customers")).to_have_count(0)
    page.fill("[name=note]", "for the spring")
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.locator("#review")).to_contain_text("for the spring")
    approve(live, chain, template)
    page.reload()

    page.get_by_role("link", name="Give to customers").click()
    page.fill("[name=who]", "8765")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Give the coupon", exact=True).click()
    expect(page.locator("body")).to_contain_text("1 coupon given.")
    expect(page.locator(".funnel.big b").first).to_have_text("1")

    page.goto(f"{live.web}/admin/coupons/templates/{template}/?tab=issue")
    page.fill("[name=list]", f"{chain.customer_id}, 999999")
    page.get_by_role("button", name="Give the coupons").click()
    expect(page.locator(".fault")).to_contain_text("1 customers are not there (999999)")
    page.fill("[name=list]", "")
    page.set_input_files(
        "[name=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": f"id\n{chain.customer_id}\n".encode()}
    )
    page.get_by_role("button", name="Give the coupons").click()
    expect(page.locator("body")).to_contain_text("1 coupon given.")


def test_a_coupon_is_found_by_its_code_handed_over_and_given_back(live, chain: Chain, signed_in, template):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/customers/{chain.customer_id}/?tab=coupons")
    page.select_option("[name=template]", template)
    page.get_by_role("button", name="Give a coupon").click()
    expect(page.locator("body")).to_contain_text("The coupon is given.")
    code = page.locator("td.code").first.inner_text()

    page.goto(f"{live.web}/admin/coupons/")
    page.keyboard.press("/")
    page.keyboard.type(f"{code[:4]}-{code[4:8]}-{code[8:]}".lower())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/coupons/[0-9a-f-]{36}/$"))
    expect(page.locator(".voucher .code")).to_have_text(f"{code[:4]}-{code[4:8]}-{code[8:]}")
    expect(page.locator(".voucher svg.qr path")).not_to_have_count(0)

    page.locator("summary", has_text="Hand it over").click()
    page.select_option("[name=station]", "BO1")
    page.get_by_role("button", name="Use the coupon").click()
    expect(page.locator(".voucher")).to_contain_text("Used")
    page.locator("summary", has_text="Make it good again").click()
    page.locator("form[action$='/restore/'] [name=reason]").fill("The machine was broken")
    page.locator("form[action$='/restore/'] button").click()
    expect(page.locator(".voucher")).to_contain_text("Can be used")
    page.locator("summary", has_text="Make it void").click()
    page.locator("form[action$='/void/'] [name=reason]").fill("Given by mistake")
    page.locator("form[action$='/void/'] button").click()
    expect(page.locator(".voucher")).to_contain_text("Void")
    told = page.locator(".timeline")
    for text in ("Given by mistake", "The machine was broken", "Handed over", "Back office BO1", "Issued", "by hand"):
        expect(told).to_contain_text(text)
    page.goto(f"{live.web}/admin/customers/{chain.customer_id}/?tab=timeline")
    expect(page.locator(".timeline")).to_contain_text("Coupon voided")
    expect(page.locator(".timeline")).to_contain_text("Free wash · Given by mistake")


def test_a_batch_is_made_printed_exported_and_made_void(live, chain: Chain, signed_in, template):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/coupons/templates/{template}/?tab=batches")
    page.fill("[name=name]", "Flyers")
    page.fill("[name=count]", "500")
    page.get_by_role("button", name="Make the coupons").click()
    page.wait_for_url(re.compile(r"/coupons/batches/\d+/$"))
    expect(page.locator(".badge.green")).to_contain_text("Made", timeout=30_000)

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export CSV").click()
    rows = list(csv.reader(io.StringIO(waiting.value.path().read_text(encoding="utf-8-sig"))))
    codes = [row[0] for row in rows[1:]]
    assert len(set(codes)) == 500

    batch = page.url
    page.get_by_role("button", name="Make the print file").click()
    expect(page.get_by_role("link", name="Download ZIP")).to_be_visible(timeout=60_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download ZIP").click()
    with ZipFile(waiting.value.path()) as whole:
        (name,) = whole.namelist()
        printed = re.findall(r"<code>(.*?)</code>", whole.read(name).decode())
    assert [code.replace("-", "") for code in printed] == codes
    page.get_by_role("button", name="Delete the file").click()
    expect(page.get_by_role("button", name="Make the print file")).to_be_visible()

    page.goto(f"{batch}sheets/?page=2")
    expect(page.locator("article")).to_have_count(20)
    assert page.locator("article code").first.inner_text().replace("-", "") == codes[480]
    expect(page.locator("article svg.qr")).to_have_count(20)
    # what a page names no picture for, browsers ask for by themselves
    assert page.request.get(live.web + page.locator("link[rel=icon]").get_attribute("href")).ok

    page.goto(batch)
    page.locator("summary", has_text="Make the batch void").click()
    page.locator("form[action$='/void/'] [name=reason]").fill("Misprinted")
    page.locator("form[action$='/void/'] button").click()
    expect(page.locator("#content")).to_contain_text("None of its coupons is taken any more.")
    page.goto(f"{live.web}/admin/coupons/?q={codes[0]}")
    expect(page.locator(".voucher")).to_contain_text("Void")
    page.goto(batch)
    page.get_by_role("button", name="Make the batch good again").click()
    expect(page.locator("body")).to_contain_text("The batch is good again.")


def test_one_code_for_everybody_shows_its_own_fields(live, chain: Chain, signed_in):
    page = signed_in("bo-head", "zh-CN")
    page.goto(f"{live.web}/admin/coupons/new/")
    expect(page.locator("[name=generic_code]")).to_be_hidden()
    page.select_option("[name=kind]", "generic")
    expect(page.locator("[name=uses]")).to_be_hidden()
    page.fill("[name=name]", "夏日直降")
    page.fill("[name=code]", "bo-summer")
    page.fill("[name=generic_code]", "bo-summer 26")
    page.fill("[name=limit]", "500")
    page.get_by_role("button", name="创建模板").click()
    page.wait_for_url(re.compile(r"/coupons/templates/bo-summer/$"))
    expect(page.locator("#content")).to_contain_text("BOSUMMER26")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#review")).to_contain_text("批准后券码即可使用。")
    approve(live, chain, "bo-summer")
    page.reload()
    expect(page.locator(".funnel.big")).to_contain_text("/ 500 次已使用")
    page.get_by_role("button", name="停用").click()
    expect(page.locator(".badge", has_text="已停用")).to_be_visible()


def test_coupon_pages_fit_a_phone_and_a_station_manager_changes_no_template(live, chain: Chain, signed_in, template):
    page = signed_in("bo-head", "zh-CN", 390)
    paths = ["", "new/", *(f"templates/{template}/?tab={tab}" for tab in TABS)]
    for path in paths:
        assert page.goto(f"{live.web}/admin/coupons/{path}").status == 200
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"
    manager = signed_in("bo-manager")
    assert manager.goto(f"{live.web}/admin/coupons/templates/{template}/?tab=edit").status == 200
    expect(manager.locator("[name=valid_days]")).to_have_count(0)
    assert manager.goto(f"{live.web}/admin/coupons/new/").status == 403
