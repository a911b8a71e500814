"""Forms with which something is added stand above the list that it goes to; on a phone they are one tap away."""

import pytest
from playwright.sync_api import expect

from forecourt.catalogue import queries
from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.organisation.values import Role
from tests.backoffice.test_offers import page, publish, scene, signed  # noqa: F401
from tests.sales.scenes import HEAD_OFFICE, ago, set_floor, water


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("costs/", "/costs/note/"),
        ("costs/", "/costs/file/"),
        ("offers/floors/", "/offers/floors/draft/"),
        ("claims/", "/claims/draft/"),
        ("prices/", "/prices/announce/"),
        ("coupons/templates/WASH/?tab=batches", "/coupons/templates/WASH/batch/"),
        ("games/", "/games/setting/"),
        ("keys/", 'name="scope"'),
    ],
)
def test_the_form_stands_above_the_list(scene, signed, path, form):  # noqa: F811
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    set_floor("92", "0.15", at=ago(1))
    scene.enrol()
    publish()
    scene.post_one("1", 1, water(2), tenders=(), pricing="offers", occurred_at=ago(0))
    said = page(signed("f1", Role.HEAD_OFFICE), path)
    assert form in said
    assert said.index(form) < said.index("<table"), path


def test_the_cost_of_a_product_is_noted_above_what_it_costs_at_each_station(scene, signed):  # noqa: F811
    said = page(signed("f1", Role.HEAD_OFFICE), f"products/{queries.product_facts('92').id}/")
    costs = said.partition('id="costs"')[2]
    assert 0 < costs.index("/costs/note/") < costs.index("<table")


def test_on_a_phone_a_cost_is_noted_after_one_tap(live, chain, signed_in):
    desk = signed_in("bo-head")
    desk.goto(f"{live.web}/admin/costs/")
    expect(desk.locator("[name=cost]")).to_be_visible()
    expect(desk.locator("summary", has_text="Note a cost")).to_be_hidden()
    phone = signed_in("bo-head", width=390)
    phone.goto(f"{live.web}/admin/costs/")
    expect(phone.locator("[name=cost]")).to_be_hidden()
    tap = phone.locator("summary", has_text="Note a cost")
    assert tap.bounding_box()["y"] + 44 < 900, "within the first screen"
    tap.click()
    phone.fill("[name=product]", "BO95")
    phone.fill("[name=cost]", "6.00")
    phone.locator("form", has=phone.locator("[name=cost]")).get_by_role("button").click()
    expect(phone.locator("body")).to_contain_text("The cost is noted.")
    expect(phone.locator("tr", has_text="95# BO")).to_contain_text("6.00")
    expect(phone.locator("[name=cost]")).to_be_hidden()


def test_on_any_screen_a_price_is_announced_after_one_click(live, chain, signed_in):
    for width in (1440, 390):
        page = signed_in("bo-head", width=width)
        page.goto(f"{live.web}/admin/prices/")
        change = page.locator("details.ahead")
        if change.get_attribute("open") is None:
            expect(page.locator("[name=move]")).to_be_hidden()
            change.locator("summary").first.click()
        expect(page.locator("[name=move]")).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0


PATHS = ("costs/", "claims/", "games/", "offers/floors/", "offers/settings/", "referrals/", "simulations/", "keys/")


def test_no_page_with_a_form_above_its_list_scrolls_sideways_on_a_phone(live, chain, signed_in):
    page = signed_in("bo-head", "zh-CN", 390)
    for path in PATHS:
        assert page.goto(f"{live.web}/admin/{path}").status == 200
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"/admin/{path} is {wide} px too wide"
