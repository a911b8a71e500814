"""Occasions in the browser: sign-up and check-in, households, birthdays, gifts and referrals by their forms."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

HERE = ZoneInfo("Asia/Shanghai")


def soon(hours: float) -> str:
    """A moment as a form's field takes it, by the company's clock."""
    return f"{datetime.now(HERE) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def make_template(live, chain, template: dict) -> None:
    """Draft a coupon template as one key and approve it as another."""
    said = live.command("apikey", "create", "bo-event-chief", "--scope", "coupons:approve")
    chief = said.stdout.strip().splitlines()[-1]
    made = f"/coupon-templates/{template['code']}"
    steps = (
        ("/coupon-templates", chain.key, template),
        (f"{made}/submit", chain.key, {}),
        (f"{made}/approve", chief, {}),
    )
    for path, key, body in steps:
        headers = {"Authorization": f"Bearer {key}"}
        answer = httpx.post(f"{live.web}/api/v1{path}", json=body, headers=headers, timeout=30)
        assert answer.is_success, answer.text


def enrol(page, live, name: str, phone: str, birthday: str = "") -> str:
    """Enrol a member by the form; the address of its page."""
    page.goto(f"{live.web}/admin/customers/new/")
    page.fill("#content [name=name]", name)
    page.fill("[name=phone]", phone)
    page.fill("[name=birthday]", birthday)
    page.get_by_role("button", name="Enrol").click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    return page.url


def test_a_member_signs_up_is_checked_in_on_a_phone_and_the_list_tells(live, chain, signed_in):
    page, marketer = signed_in("bo-head"), signed_in("bo-marketer")
    make_template(live, chain, {"code": "bo-event-wash", "name": "活动洗车券", "valid_days": 30})
    member = enrol(page, live, "活动一", "13711110001")
    enrol(page, live, "活动二", "13711110002")
    page.goto(f"{live.web}/admin/member-events/new/")
    page.fill("[name=title]", "车主亲子日")
    page.fill("[name=place]", "深圳湾公园")
    page.fill("[name=starts_at]", soon(2))
    page.fill("[name=ends_at]", soon(1))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fault")).to_contain_text("not after the beginning")
    page.fill("[name=ends_at]", soon(4))
    page.fill("[name=places]", "1")
    page.fill("[name=points]", "50")
    page.select_option("[name=template]", "bo-event-wash")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/member-events/\d+/$"))
    event = page.url
    expect(page.locator("aside.card")).to_contain_text("50 points + 活动洗车券")
    page.fill("[name=note]", "亲子活动")
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.locator("#review")).to_contain_text("somebody else at head office approves it")
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    marketer.goto(f"{live.web}/admin/")
    marketer.locator("a.todo", has_text="Event 车主亲子日 waits for your approval").click()
    for width in (1440, 390):
        marketer.set_viewport_size({"width": width, "height": 900})
        marketer.goto(event)
        assert marketer.evaluate("document.documentElement.scrollWidth") <= width
    marketer.get_by_role("button", name="Approve and publish").click()
    expect(marketer.locator("#review")).to_have_count(0)
    page.goto(event)
    page.goto(f"{event}edit/")
    expect(page.locator("[name=template] option")).to_have_count(2)
    page.goto(event)
    for phone, state in (("13711110001", "going"), ("13711110002", "on the waiting list · 1")):
        page.fill("[name=who]", phone)
        page.get_by_role("button", name="Sign up", exact=True).click()
        expect(page.locator("table .badge", has_text=state)).to_be_visible()
    code = page.locator("tr", has_text="活动一").locator("td").nth(2).inner_text()

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{event}check-in/")
    page.fill("[name=code]", "NOBODY22")
    page.get_by_role("button", name="Check in").click()
    expect(page.get_by_role("alert").last).to_contain_text("Nobody who signed up")
    page.fill("[name=code]", code.lower())
    page.get_by_role("button", name="Check in").click()
    done = page.locator("section[role=status]")
    expect(done).to_contain_text("活动一")
    expect(done).to_contain_text("+50 points")
    expect(done).to_contain_text("活动洗车券")
    page.fill("[name=code]", "13711110002")
    page.get_by_role("button", name="Check in").click()
    expect(page.get_by_role("alert").last).to_contain_text("waiting list")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{member}?tab=occasions")
    expect(page.locator("tr", has_text="车主亲子日")).to_contain_text("was there")
    page.goto(f"{live.web}/admin/member-events/")
    expect(page.locator("tr", has_text="车主亲子日")).to_contain_text("announced")


def test_a_household_is_made_on_the_customer_page(live, chain, signed_in):
    page = signed_in("bo-head")
    first = enrol(page, live, "家人一", "13711110011", "1990-03-05")
    enrol(page, live, "家人二", "13711110012")
    page.goto(first)
    expect(page.locator("aside.card")).to_contain_text("5 Mar")
    page.goto(f"{first}?tab=occasions")
    page.fill("[name=who]", "13711110012")
    page.locator("section", has_text="In no household").locator("[name=name]").fill("张家")
    page.get_by_role("button", name="Make a household").click()
    expect(page.get_by_role("heading", name="Household · 张家")).to_be_visible()
    page.locator("li", has_text="家人二").get_by_role("button", name="Take out").click()
    expect(page.locator("aside.card")).to_contain_text("张家 · 1")


def hand_in_and_approve(live, page, chief, path: str, note: str) -> None:
    """Hand the first draft of a page in, and have it approved by somebody else from their home page."""
    page.locator("[name=note]").first.fill(note)
    page.get_by_role("button", name="Hand in for review").first.click()
    review = page.locator("#review")
    expect(review).to_contain_text(note)
    expect(review).to_contain_text("somebody else at head office approves it")
    chief.goto(f"{live.web}/admin/")
    chief.locator(f"a.todo[href$='{path}#review']", has_text="wait for your approval").first.click()
    expect(chief.locator("#review")).to_contain_text(note)
    assert chief.evaluate("document.documentElement.scrollWidth") <= chief.evaluate("window.innerWidth")
    chief.get_by_role("button", name="Approve and publish").click()
    expect(chief.locator("#review")).to_have_count(0)


def test_gifts_and_referral_rules_are_handed_in_and_approved_and_a_code_is_given_when_enrolling(live, chain, signed_in):
    page, marketer = signed_in("bo-head"), signed_in("bo-marketer")
    marketer.goto(f"{live.web}/admin/occasions/")
    form = marketer.locator("form[action$='/occasions/birthday/']")
    form.get_by_role("button", name="Save draft").click()
    marketer.get_by_role("button", name="Hand in for review").first.click()
    expect(marketer.locator("#content")).to_contain_text("nothing is given")
    form.locator("[name=points]").fill("100")
    form.get_by_role("button", name="Save draft").click()
    expect(marketer.locator(".diff").first).to_contain_text("100 points")
    hand_in_and_approve(live, marketer, page, "/occasions/", "生日礼上线")
    card = page.locator("section.card", has=page.get_by_role("heading", name="Birthday", exact=True))
    expect(card).to_contain_text("in force")
    expect(card).to_contain_text("Version 1")
    page.get_by_text("Versions").first.click()
    expect(page.locator(".versions").first).to_contain_text("bo-marketer, approved by bo-head")

    marketer.goto(f"{live.web}/admin/referrals/")
    marketer.locator("[name='referrer.points']").fill("300")
    marketer.get_by_role("button", name="Save draft").click()
    hand_in_and_approve(live, marketer, page, "/referrals/", "推荐有礼")
    expect(page.locator("section.card", has=page.get_by_role("heading", name="Rules"))).to_contain_text("300 points")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("occasions", "referrals"):
            page.goto(f"{live.web}/admin/{path}/")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})
    old = enrol(page, live, "老会员", "13711110021")
    page.goto(f"{old}?tab=occasions")
    code = page.locator(".keyshown").inner_text()
    page.goto(f"{live.web}/admin/customers/new/")
    page.fill("#content [name=name]", "新会员")
    page.fill("[name=referred_by]", "NOBODY22")
    page.get_by_role("button", name="Enrol").click()
    expect(page.locator("#content")).to_contain_text("nobody's referral code")
    page.fill("#content [name=name]", "新会员")
    page.fill("[name=referred_by]", code)
    page.get_by_role("button", name="Enrol").click()
    page.wait_for_url(re.compile(r"/customers/\d+/$"))
    for _ in range(20):
        page.goto(f"{live.web}/admin/referrals/")
        if page.locator("tr", has_text="新会员").count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("tr", has_text="新会员").first).to_contain_text("老会员")


def test_a_station_manager_sees_events_of_the_own_station_only(live, chain, signed_in):
    page = signed_in("bo-head")
    numbers = {}
    for code in ("BO1", "BO2"):
        page.goto(f"{live.web}/admin/member-events/new/")
        page.fill("[name=title]", f"活动 {code}")
        page.select_option("[name=station]", code)
        page.fill("[name=starts_at]", soon(24))
        page.fill("[name=ends_at]", soon(26))
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile(r"/member-events/\d+/$"))
        numbers[code] = page.url
    manager = signed_in("bo-manager")
    manager.goto(f"{live.web}/admin/member-events/")
    expect(manager.locator("table")).to_contain_text("活动 BO1")
    expect(manager.locator("table")).not_to_contain_text("活动 BO2")
    assert manager.goto(numbers["BO1"]).status == 200
    assert manager.goto(numbers["BO2"]).status == 403
    manager.goto(f"{live.web}/admin/occasions/")
    expect(manager.get_by_role("button", name="Save draft")).to_have_count(0)
