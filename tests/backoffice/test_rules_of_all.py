"""How offers combine and margin floors in a browser: drafted, handed in, sent back, approved by a second person."""

import re

import httpx
import pytest
from playwright.sync_api import expect

WORDS = {
    "en-GB": {
        "policy waits": "How offers combine waits for your approval",
        "policy came back": "Your change of how offers combine was sent back",
        "floors wait": "Margin floors wait for your approval",
        "floors came back": "Your margin floors were sent back",
        "draft": "The draft says otherwise",
        "save": "Save the draft",
        "add": "Add to the draft",
        "hand in": "Hand in for review",
        "somebody else": "You handed this in, so somebody else at head office approves it.",
        "at once": "To be in force as soon as it is approved.",
        "approve": "Approve and publish",
        "send back": "Send it back",
        "sent back": "sent back",
        "approved": "approved",
        "most offers": "Most offers in a sale",
        "policy": "A sale gets at most {} offers, and at most {}% off any product.",
        "everywhere": "everywhere",
        "in force": "In force",
    },
    "zh-CN": {
        "policy waits": "叠加规则等待您批准",
        "policy came back": "您提交的叠加规则已被退回",
        "floors wait": "毛利底线等待您批准",
        "floors came back": "您提交的毛利底线已被退回",
        "draft": "草稿有改动",
        "save": "保存草稿",
        "add": "加入草稿",
        "hand in": "提交审核",
        "somebody else": "这是您提交的，须由总部其他人员批准。",
        "at once": "批准后立即生效。",
        "approve": "批准并发布",
        "send back": "退回",
        "sent back": "已退回",
        "approved": "已批准",
        "most offers": "单笔最多享受几个优惠",
        "policy": "每笔交易最多享 {} 个优惠，单品最多优惠 {}%。",
        "everywhere": "全部油站",
        "in force": "生效中",
    },
}
FIGURES = {"en-GB": ("30", "61", "0.15"), "zh-CN": ("40", "71", "0.25")}
"""Most offers, most percent, least margin of each round, so that there is always something to change."""
BOTH_WAYS = pytest.mark.parametrize(("mine", "theirs"), [("en-GB", "zh-CN"), ("zh-CN", "en-GB")])


class Review:
    """A marketer's page and a second person's, each in a language, and what either reads there."""

    def __init__(self, live, signed_in, path: str, mine: str, theirs: str) -> None:
        self.web, self.path = live.web, f"{live.web}/admin/{path}"
        self.maker, self.said = signed_in("bo-offers", mine), WORDS[mine]
        self.chief, self.answers = signed_in("bo-head", theirs), WORDS[theirs]

    def hand_in(self, note: str) -> None:
        """Hand in what is drafted: who did it may not decide."""
        self.maker.fill("[name=note]", note)
        self.maker.get_by_role("button", name=self.said["hand in"]).click()
        review = self.maker.locator("#review")
        expect(review).to_contain_text(note)
        expect(review).to_contain_text(self.said["somebody else"])
        expect(self.maker.get_by_role("button", name=self.said["approve"])).to_have_count(0)

    def find(self, waits: str) -> None:
        """The second person comes to it from the home page."""
        self.chief.goto(f"{self.web}/admin/")
        self.chief.get_by_role("link", name=re.compile(self.answers[waits])).click()
        expect(self.chief.locator("#review")).to_contain_text(self.answers["at once"])

    def send_back(self, reason: str, came_back: str) -> None:
        """The second person sends it back; the marketer hears why, and the draft is there to be edited."""
        self.chief.locator("#review summary").click()
        self.chief.fill("[name=reason]", reason)
        self.chief.get_by_role("button", name=self.answers["send back"]).click()
        expect(self.chief.locator("#review")).to_have_count(0)
        self.maker.goto(f"{self.web}/admin/")
        self.maker.get_by_role("link", name=re.compile(self.said[came_back])).click()
        self.decided(self.maker, self.said["sent back"], reason)
        expect(self.maker.locator("#hand-in")).to_be_visible()

    def approve(self) -> None:
        self.chief.get_by_role("button", name=self.answers["approve"]).click()
        expect(self.chief.locator("#review")).to_have_count(0)
        self.decided(self.chief, self.answers["approved"], "")

    def decided(self, page, outcome: str, reason: str) -> None:
        last = page.locator(".versions li").first
        expect(last).to_contain_text(outcome)
        last.locator("summary").click()
        expect(last).to_contain_text(reason)


@pytest.mark.slow
@BOTH_WAYS
def test_how_offers_combine_holds_once_a_second_person_has_read_what_changes(live, chain, signed_in, mine, theirs):
    review = Review(live, signed_in, "offers/settings/", mine, theirs)
    maker, chief, said, answers = review.maker, review.chief, review.said, review.answers
    most, percent, _margin = FIGURES[mine]
    door = httpx.Client(base_url=f"{live.web}/api/v1", headers={"Authorization": f"Bearer {chain.key}"}, timeout=30)

    def in_force() -> int:
        return door.get("/offer-policy").json()["most_offers"]

    def draft(offers: str) -> None:
        maker.goto(review.path)
        maker.fill("[name=most_offers]", offers)
        maker.fill("[name=most_percent]", percent)
        maker.get_by_role("button", name=said["save"]).click()
        expect(maker.locator("#hand-in")).to_contain_text(said["draft"])
        expect(maker.locator("#hand-in ins").first).to_have_text(offers)

    before = in_force()
    draft("3")
    review.hand_in("a limit")
    review.find("policy waits")
    change = chief.locator("#review .diff tr", has_text=answers["most offers"])
    expect(change.locator("ins")).to_have_text("3")
    expect(change.locator("del")).to_have_count(1)
    review.send_back(f"{most}, not 3", "policy came back")
    assert in_force() == before

    draft(most)
    review.hand_in("as agreed")
    review.find("policy waits")
    review.approve()
    expect(chief.locator(".sentence")).to_have_text(answers["policy"].format(most, percent))
    expect(chief.locator("tbody tr", has_text=answers["in force"])).to_contain_text(
        answers["policy"].format(most, percent)
    )
    maker.goto(review.path)
    expect(maker.locator(".sentence")).to_have_text(said["policy"].format(most, percent))
    assert in_force() == int(most)


@pytest.mark.slow
@BOTH_WAYS
def test_margin_floors_hold_once_a_second_person_has_read_what_changes(live, chain, signed_in, mine, theirs):
    review = Review(live, signed_in, "offers/floors/", mine, theirs)
    maker, chief, said, answers = review.maker, review.chief, review.said, review.answers
    margin = FIGURES[mine][2]

    def draft(figure: str) -> None:
        maker.goto(review.path)
        maker.fill("input:not([type=hidden])[name=product]", "BO95")
        maker.fill("[name=margin]", figure)
        maker.get_by_role("button", name=said["add"]).click()
        expect(maker.locator("#hand-in ins")).to_have_text(f"{figure}0" if len(figure) < 4 else figure)

    draft("1.5")
    review.hand_in("a floor")
    review.find("floors wait")
    expect(chief.locator("#review .diff tr")).to_contain_text(answers["everywhere"])
    expect(chief.locator("#review ins")).to_have_text("1.50")
    review.send_back(f"{margin} is meant", "floors came back")

    draft(margin)
    review.hand_in("as agreed")
    expect(maker.get_by_role("button", name=said["add"])).to_have_count(0)
    review.find("floors wait")
    expect(chief.locator("#review ins")).to_have_text(margin)
    review.approve()
    for page, words in ((chief, answers), (maker, said)):
        page.goto(review.path)
        now = page.locator("tbody tr", has_text="95# BO").filter(has_text=words["in force"]).first
        expect(now).to_contain_text(margin)
