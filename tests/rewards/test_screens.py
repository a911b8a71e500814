"""Rewards in a real browser: redeemed on the customer's page, handed over by code, taken back."""

import json
import re
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
from playwright.sync_api import expect

from tests.bench.browser import PASSWORD

SCOPES = ("customers:write", "points:write", "catalogue:write", "rewards:write", "rewards:redeem")


@dataclass
class Shop:
    """A member with 3,000 points, a mug in stock and somebody signed in at head office and at station RW1."""

    customer_id: int
    key: str
    chief: str


@pytest.fixture(scope="session")
def shop(live) -> Shop:
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    key, chief = (
        said.strip().splitlines()[-1]
        for said in live.commands(
            ["apikey", "create", "rewards-tests", *scopes],
            ["apikey", "create", "rewards-chief", "--scope", "rewards:approve"],
        )
    )
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30)

    def made(path: str, body: dict | None) -> dict:
        answer = door.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        return json.loads(answer.text)

    made("/stations", {"code": "RW1", "name": "Reward Station"})
    customer = made("/customers", {"name": "兑换者", "identities": [{"kind": "phone", "value": "13712340001"}]})["id"]
    made(f"/customers/{customer}/points/adjust", {"points": 3000, "reason": "test"})
    made("/rewards", {"code": "RW-MUG", "name": "Travel mug", "kind": "goods", "points": 1200, "stock": "common"})
    made("/rewards/RW-MUG/submit", {})
    answer = door.post("/rewards/RW-MUG/approve", headers={"Authorization": f"Bearer {chief}"})
    assert answer.status_code == 200, answer.text
    made("/rewards/RW-MUG/stock", {"pieces": 30, "reason": "delivery"})
    staff = {"rw-head": "head_office", "rw-maker": "marketer", "rw-till": "cashier@RW1"}
    live.commands(*(["staff", "create", name, "--role", role, "--password", PASSWORD] for name, role in staff.items()))
    return Shop(customer, key, chief)


@pytest.fixture
def signed_in(live, desk, shop):
    """An empty page of the back office as somebody: `signed_in("rw-head", "en-GB", 1440)`."""
    return partial(desk.sit_down, live.web)


def test_redeem_hand_over_and_take_back(live, shop, signed_in):
    cashier = signed_in("rw-till")
    cashier.goto(f"{live.web}/admin/customers/{shop.customer_id}/?tab=rewards")
    cashier.check("input[name=reward][value=RW-MUG]")
    cashier.select_option("[name=identified_by]", "phone")
    cashier.get_by_role("button", name="Redeem").click()
    expect(cashier.locator(".fault")).to_contain_text("supervisor")
    cashier.select_option("[name=identified_by]", "card")
    cashier.get_by_role("button", name="Redeem").click()
    expect(cashier.locator("body")).to_contain_text("Redeemed: Travel mug.")
    code = cashier.locator(".redeemed .code").first.inner_text()
    assert re.fullmatch(r"[2-9A-Z]{5}-[2-9A-Z]{5}", code)

    cashier.goto(f"{live.web}/admin/redemptions/")
    cashier.fill("[data-search]", code.lower().replace("-", " "))
    cashier.keyboard.press("Enter")
    expect(cashier.locator(".keyshown")).to_have_text(code)
    expect(cashier.get_by_role("button", name="Give the points back")).to_have_count(0)
    cashier.get_by_role("button", name="Hand over").click()
    expect(cashier.locator("#content")).to_contain_text("Collected")
    expect(cashier.get_by_role("button", name="Hand over")).to_have_count(0)

    head = signed_in("rw-head")
    head.goto(cashier.url)
    head.locator("summary", has_text="Cancel and give the points back").click()
    head.fill("[name=reason]", "it leaks")
    head.get_by_role("button", name="Give the points back").click()
    expect(head.locator("#content")).to_contain_text("given back")
    head.goto(f"{live.web}/admin/customers/{shop.customer_id}/?tab=timeline")
    expect(head.locator(".timeline")).to_contain_text("Reward redeemed")
    expect(head.locator(".timeline")).to_contain_text("Redemption cancelled")
    expect(head.locator(".bigfig")).to_have_text("3,000")
    head.goto(f"{live.web}/admin/rewards/of/RW-MUG/")
    expect(head.locator(".figures dd").first).to_have_text("30")


WORDS = {
    "en-GB": {
        "save": "Save",
        "draft": "The draft says otherwise",
        "hand in": "Hand in for review",
        "waits": "Reward {} waits for your approval",
        "approve": "Approve and publish",
        "send back": "Send it back",
        "takes": "It takes",
        "points": "{} points",
        "sent back": "sent back",
    },
    "zh-CN": {
        "save": "保存",
        "draft": "草稿有改动",
        "hand in": "提交审核",
        "waits": "礼品“{}”等待您批准",
        "approve": "批准并发布",
        "send back": "退回",
        "takes": "所需积分",
        "points": "{} 积分",
        "sent back": "已退回",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize(("mine", "theirs"), [("en-GB", "zh-CN"), ("zh-CN", "en-GB")])
def test_what_changes_is_read_by_a_second_person_before_members_pay_it(live, shop, signed_in, mine, theirs):
    code, said, answers = f"RW-{mine}", WORDS[mine], WORDS[theirs]
    headers = {"Authorization": f"Bearer {shop.key}"}
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers=headers, timeout=30)
    chiefs = {"Authorization": f"Bearer {shop.chief}"}
    body = {"code": code, "name": f"Umbrella {mine}", "kind": "goods", "points": 700}
    assert door.post("/rewards", json=body).status_code == 201
    assert door.post(f"/rewards/{code}/submit", json={}).is_success
    assert door.post(f"/rewards/{code}/approve", headers=chiefs).is_success

    def price() -> int:
        return door.get(f"/rewards/{code}").json()["points"]

    maker = signed_in("rw-maker", mine)

    def hand_in(points: str) -> None:
        maker.goto(f"{live.web}/admin/rewards/of/{code}/edit/")
        maker.fill("[name=points]", points)
        maker.get_by_role("button", name=said["save"], exact=True).click()
        expect(maker.locator("#hand-in")).to_contain_text(said["draft"])
        maker.fill("[name=note]", f"now {points}")
        maker.get_by_role("button", name=said["hand in"]).click()
        expect(maker.locator("#review")).to_contain_text(f"now {points}")
        expect(maker.get_by_role("button", name=said["approve"])).to_have_count(0)

    hand_in("70")
    chief = signed_in("rw-head", theirs)
    chief.goto(f"{live.web}/admin/")
    chief.get_by_role("link", name=re.compile(answers["waits"].format(body["name"]))).click()
    change = chief.locator("#review .diff tr")
    expect(change).to_have_count(1)
    expect(change).to_contain_text(answers["takes"])
    expect(change.locator("del")).to_have_text(answers["points"].format(700))
    expect(change.locator("ins")).to_have_text(answers["points"].format(70))
    chief.locator("#review summary").click()
    chief.fill("[name=reason]", "a zero is missing")
    chief.get_by_role("button", name=answers["send back"]).click()
    expect(chief.locator("#review")).to_have_count(0)
    assert price() == 700

    maker.reload()
    maker.locator(".versions summary").first.click()
    expect(maker.locator(".versions li").first).to_contain_text(said["sent back"])
    expect(maker.locator(".versions blockquote").nth(1)).to_have_text("a zero is missing")
    hand_in("690")
    chief.reload()
    chief.get_by_role("button", name=answers["approve"]).click()
    expect(chief.locator("#review")).to_have_count(0)
    expect(chief.locator("dl.pairs").first).to_contain_text(answers["points"].format(690))
    assert price() == 690


def test_a_reward_is_made_stocked_and_handed_in(live, shop, signed_in):
    page = signed_in("rw-maker")
    page.goto(f"{live.web}/admin/rewards/new/")
    page.fill("[name=code]", "RW-CUP")
    page.fill("[name=name]", "Cup")
    page.fill("[name=points]", "0")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("label:has([name=points]) .fault")).to_be_visible()
    page.fill("[name=points]", "700")
    page.select_option("[name=funder_0]", label="The brand")
    page.fill("[name=percent_0]", "80")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".fault")).to_contain_text("100")
    page.fill("[name=percent_0]", "100")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("RW-CUP"))
    page.fill("[name=note]", "a cup for the winter")
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.locator("#review")).to_contain_text("a cup for the winter")
    expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.fill("[name=pieces]", "25")
    page.fill("[name=reason]", "first delivery")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("td", has_text="first delivery")).to_be_visible()
    page.fill("[name=pieces]", "24")
    page.fill("[name=reason]", "one broke")
    page.get_by_role("button", name="Counted so many").click()
    expect(page.locator(".figures dd").first).to_have_text("24")


def test_a_cashier_may_look_at_the_catalogue_and_not_change_it(live, shop, signed_in):
    page = signed_in("rw-till", "zh-CN")
    page.goto(f"{live.web}/admin/rewards/")
    expect(page.locator("#content")).to_contain_text("Travel mug")
    expect(page.locator("#content")).not_to_contain_text("新建礼品")
    assert page.goto(f"{live.web}/admin/rewards/new/").status == 403
    assert page.goto(f"{live.web}/admin/rewards/of/NO-SUCH/").status == 404


def test_no_page_of_rewards_scrolls_sideways_on_a_phone(live, shop, signed_in):
    page = signed_in("rw-head", "zh-CN", 390)
    paths = ("rewards/", "rewards/of/RW-MUG/", "rewards/of/RW-MUG/edit/", "rewards/new/", "redemptions/")
    for path in (*paths, f"customers/{shop.customer_id}/?tab=rewards"):
        assert page.goto(f"{live.web}/admin/{path}").status == 200
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"/admin/{path} is {wide} px too wide"
