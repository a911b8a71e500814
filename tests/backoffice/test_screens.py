"""The back office in a real browser, as the people who work with it use it."""

import re

from playwright.sync_api import expect


def test_find_by_last_four_unmask_with_reason_and_see_it_in_the_audit_trail(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/customers/")
    page.keyboard.press("/")
    page.keyboard.type("8765")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    expect(page.locator(".who")).to_have_text("测试一")
    expect(page.locator("[data-masked^=identity]").first).to_have_text("137****8765")

    page.locator("[data-eye]").first.click()
    page.fill("#unmask-dialog input[name=reason]", "called back")
    page.click("#unmask-dialog button[value=show]")
    expect(page.locator("[data-masked^=identity]").first).to_have_text(re.compile("13712348765"))

    page.goto(f"{live.web}/admin/audit/?action=customer")
    entry = page.locator("tr", has_text="called back")
    expect(entry).to_contain_text("saw in clear")
    expect(entry).not_to_contain_text("13712348765")


def test_receipt_says_why(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/sales/{chain.sale_id}/")
    expect(page.locator(".slip")).to_contain_text("160.00")
    expect(page.locator(".why")).to_contain_text("points")


def test_language_follows_the_browser_and_can_be_switched(live, chain, signed_in):
    page = signed_in("bo-head", "zh-CN")
    expect(page.locator("#nav-sidebar-apps")).to_contain_text("客户")
    page.locator("#nav-sidebar-inner .cursor-pointer", has_text="bo-head").last.click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("#nav-sidebar-apps")).to_contain_text("Customers")


def test_a_station_manager_sees_the_own_station_only(live, chain, signed_in):
    page = signed_in("bo-manager")
    assert page.goto(f"{live.web}/admin/sales/{chain.sale_id}/").status == 200
    assert page.goto(f"{live.web}/admin/sales/{chain.flagged_id}/").status == 404
    page.goto(f"{live.web}/admin/stations/")
    expect(page.locator("main, #content")).to_contain_text("BO1")
    expect(page.locator("main, #content")).not_to_contain_text("BO2")
    for forbidden in ("staff", "keys", "audit", "company", "operation"):
        assert page.goto(f"{live.web}/admin/{forbidden}/").status == 403
    page.goto(f"{live.web}/admin/repair/")
    expect(page.locator("#content")).not_to_contain_text("bo-2")


def test_repair_a_sale_by_naming_its_product(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/repair/")
    row = page.locator("li", has_text=chain.unknown_code)
    row.locator("input[name=product]").fill("BO95")
    row.get_by_role("button", name="It is this product").click()
    expect(page.locator("#content")).not_to_contain_text(chain.unknown_code)
    page.goto(f"{live.web}/admin/sales/{chain.flagged_id}/")
    expect(page.locator("#content")).to_contain_text("In order")


def test_no_page_scrolls_sideways_on_a_phone(live, chain, signed_in):
    page = signed_in("bo-head", "zh-CN", 390)
    for path in ("", "customers/", "sales/", "repair/", "stations/", "prices/", "products/", "programme/"):
        page.goto(f"{live.web}/admin/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"/admin/{path} is {wide} px too wide"
