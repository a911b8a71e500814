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
    page.goto(f"{live.web}/admin/")
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
        small = page.evaluate(
            "[...document.querySelectorAll('.fc table.cards td a')].filter((one) => one.offsetHeight && one.offsetHeight < 44)"
            ".map((one) => one.textContent)"
        )
        assert not small, f"/admin/{path} has links that thumbs miss"


def test_the_open_tab_is_seen_on_a_phone(live, chain, signed_in):
    page = signed_in("bo-head", "en-GB", 390)
    page.goto(f"{live.web}/admin/customers/{chain.customer_id}/?tab=timeline")
    tab, bar = (page.locator(where).bounding_box() for where in (".fc .tabs a[aria-current]", ".fc .tabs"))
    assert bar["x"] <= tab["x"]
    assert tab["x"] + tab["width"] <= bar["x"] + bar["width"]


def test_a_fault_stands_beside_its_field_and_keeps_what_was_typed(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/customers/new/")
    page.fill("[name=name]", "Typed once")
    page.fill("[name=phone]", "123")
    page.click("form .button.main")
    expect(page.locator("label:has([name=phone]) .fault")).to_be_visible()
    expect(page.locator("[name=phone]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=name]")).to_have_value("Typed once")
    expect(page.locator("#content")).not_to_contain_text("identities")


def test_columns_are_chosen_and_tags_put_on_many(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/customers/")
    expect(page.locator("th", has_text="Tags")).to_have_count(0)
    page.click("details.menu summary")
    page.check("[name=column][value=tags]")
    page.click("details.menu .button.main")
    expect(page.locator("th", has_text="Tags")).to_be_visible()
    row = page.locator("tbody tr", has_text="测试一")
    row.locator("[name=id]").check()
    page.fill("#chosen input[name=tag]", "night driver")
    page.get_by_role("button", name="Put the tag on").click()
    expect(page.locator("tbody tr", has_text="测试一")).to_contain_text("night driver")
    row.locator("[name=id]").check()
    with page.expect_download() as download:
        page.locator("#chosen").get_by_role("button", name="Export CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Tags" in lines[0]
    assert "night driver" in lines[1]
    assert "137****8765" in lines[1]


def test_opening_hours_are_written_and_read(live, chain, signed_in):
    page = signed_in("bo-head")
    page.goto(f"{live.web}/admin/stations/?q=BO2")
    page.get_by_role("link", name="Back office BO2").click()
    page.get_by_role("link", name="Edit").click()
    page.check("[name=open][value=hours]")
    page.fill("[name=mon_0_from]", "06:00")
    page.fill("[name=mon_0_to]", "22:00")
    page.click("[data-same]")
    page.fill("[name=sun_0_from]", "")
    page.fill("[name=sun_0_to]", "")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#content")).to_contain_text("Mon–Sat")
    expect(page.locator("#content")).to_contain_text("06:00–22:00")
    page.goto(f"{live.web}/admin/audit/?action=station")
    expect(page.locator("tr", has_text="changed a station").first).to_contain_text("Opening hours")
