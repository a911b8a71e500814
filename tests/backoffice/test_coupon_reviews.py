"""A coupon template in a real browser: drafted by a marketer, sent back and approved by somebody else, in both languages."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.backoffice.conftest import Chain

pytestmark = pytest.mark.slow

WORDS = {
    "en-GB": {
        "make": "Make the template",
        "save": "Save",
        "state": "Draft",
        "review": "In review",
        "live": "Can be issued",
        "draft": "The draft says otherwise",
        "hand in": "Hand in for review",
        "withdraw": "Withdraw",
        "waits": "Coupon template {} waits for your approval",
        "approve": "Approve and publish",
        "send back": "Send it back",
        "good for": "Good for",
        "days": "{} days",
        "sent back": "sent back",
        "give": "Give to customers",
    },
    "zh-CN": {
        "make": "创建模板",
        "save": "保存",
        "state": "草稿",
        "review": "审核中",
        "live": "可发放",
        "draft": "草稿有改动",
        "hand in": "提交审核",
        "withdraw": "撤回",
        "waits": "券模板“{}”等待您批准",
        "approve": "批准并发布",
        "send back": "退回",
        "good for": "有效期",
        "days": "{} 天",
        "sent back": "已退回",
        "give": "发给客户",
    },
}


@pytest.mark.parametrize(("mine", "theirs"), [("en-GB", "zh-CN"), ("zh-CN", "en-GB")])
def test_a_second_person_reads_a_template_before_it_is_issued(live, chain: Chain, signed_in, mine, theirs):
    code, name, said, answers = f"bo-rev-{mine}", f"Coffee {mine}", WORDS[mine], WORDS[theirs]
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {chain.key}"}, timeout=30)

    def days() -> int:
        return door.get(f"/coupon-templates/{code}").json()["valid_days"]

    maker, chief = signed_in("bo-marketer", mine), signed_in("bo-head", theirs)
    page = f"{live.web}/admin/coupons/templates/{code}/"

    def hand_in(note: str) -> None:
        maker.goto(page)
        maker.fill("[name=note]", note)
        maker.get_by_role("button", name=said["hand in"]).click()
        expect(maker.locator("#review")).to_contain_text(note)
        expect(maker.get_by_role("button", name=said["approve"])).to_have_count(0)

    def approve() -> None:
        chief.goto(f"{live.web}/admin/")
        chief.get_by_role("link", name=re.compile(answers["waits"].format(name))).click()
        chief.get_by_role("button", name=answers["approve"]).click()
        expect(chief.locator("#review")).to_have_count(0)

    def change(valid_days: int) -> None:
        maker.goto(f"{page}?tab=edit")
        maker.fill("[name=valid_days]", str(valid_days))
        maker.get_by_role("button", name=said["save"], exact=True).click()
        maker.wait_for_url(page)
        expect(maker.locator("#hand-in")).to_contain_text(said["draft"])

    maker.goto(f"{live.web}/admin/coupons/new/")
    maker.fill("[name=name]", name)
    maker.fill("[name=code]", code)
    maker.fill("[name=valid_days]", "300")
    maker.get_by_role("button", name=said["make"]).click()
    maker.wait_for_url(page)
    expect(maker.locator("h2 .badge.amber")).to_have_text(said["state"])
    expect(maker.get_by_role("link", name=said["give"])).to_have_count(0)
    expect(maker.locator(".c8 section")).to_have_count(1)
    maker.goto(f"{live.web}/admin/coupons/?state=draft")
    expect(maker.locator("tr", has_text=name).locator(".badge.amber")).to_have_text(said["state"])
    hand_in("a coffee")
    maker.get_by_role("button", name=said["withdraw"]).click()
    expect(maker.locator("#review")).to_have_count(0)
    hand_in("a coffee for all")
    maker.goto(f"{live.web}/admin/coupons/?state=review")
    expect(maker.locator("tr", has_text=name).locator(".badge", has_text=said["review"])).to_be_visible()
    maker.goto(f"{page}?tab=edit")
    expect(maker.locator("[name=valid_days]")).to_have_count(0)
    approve()
    expect(chief.locator("h2 .badge.green")).to_contain_text(answers["live"])
    maker.goto(page)
    expect(maker.get_by_role("link", name=said["give"])).to_be_visible()

    change(3)
    hand_in("too long")
    chief.goto(page)
    changes = chief.locator("#review .diff tr")
    expect(changes).to_have_count(1)
    expect(changes).to_contain_text(answers["good for"])
    expect(changes.locator("del")).to_have_text(answers["days"].format(300))
    expect(changes.locator("ins")).to_have_text(answers["days"].format(3))
    chief.locator("#review summary").click()
    chief.fill("[name=reason]", "a zero is missing")
    chief.get_by_role("button", name=answers["send back"]).click()
    expect(chief.locator("#review")).to_have_count(0)
    assert days() == 300
    maker.goto(page)
    maker.locator(".versions summary").first.click()
    expect(maker.locator(".versions li").first).to_contain_text(said["sent back"])
    expect(maker.locator(".versions blockquote").nth(1)).to_have_text("a zero is missing")
    change(30)
    hand_in("a month")
    approve()
    assert days() == 30
    expect(chief.locator("dl.pairs").first).to_contain_text(answers["days"].format(30))


def test_pages_of_a_draft_fit_a_phone_and_a_draft_is_thrown_away(live, chain: Chain, signed_in):
    page = signed_in("bo-head", "zh-CN", 390)
    page.goto(f"{live.web}/admin/coupons/new/")
    page.fill("[name=name]", "洗车券")
    page.fill("[name=code]", "bo-rev-phone")
    page.get_by_role("button", name="创建模板").click()
    page.wait_for_url(re.compile("bo-rev-phone/$"))
    address = page.url

    def fits() -> None:
        for path in (address, f"{address}?tab=edit", f"{live.web}/admin/coupons/"):
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path} is {wide} px too wide"

    fits()
    page.goto(address)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator("#review")).to_be_visible()
    fits()
    headers = {"Authorization": f"Bearer {chain.key}"}
    approved = httpx.post(f"{live.web}/api/v1/coupon-templates/bo-rev-phone/approve", headers=headers, timeout=30)
    assert approved.is_success
    page.goto(f"{address}?tab=edit")
    page.fill("[name=limit]", "5")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(address)
    expect(page.locator("#hand-in")).to_contain_text("草稿有改动")
    fits()
    page.goto(address)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="删除草稿").click()
    expect(page.locator("#hand-in")).to_have_count(0)
    expect(page.get_by_role("button", name="停用")).to_be_visible()
