"""Rewards over the API: what a till, an app and those who keep the catalogue need."""

import pytest

from forecourt.organisation.queries import company_day
from forecourt.rewards import services
from forecourt.rewards.api.schemas import RewardBody
from tests.api.conftest import _full_buckets, new_caller  # noqa: F401  (buckets are refilled for each test)
from tests.api.test_door import is_problem
from tests.rewards.windows import FIVE_OFF, MUG, WASH, rewards_prove
from tests.sales.scenes import phone, points

NEW = {
    "code": "CUP",
    "name": "咖啡杯",
    "kind": "goods",
    "points": 800,
    "cost": "9.90",
    "shares": [{"funder": "brand", "percent": "70"}, {"funder": "dealer", "percent": "30"}],
    "stock": "common",
    "per_day": 1,
}


@pytest.fixture
def keeper(window):
    return new_caller(window.actor, "rewards:read", "rewards:write", "rewards:redeem")


@pytest.fixture
def till(window):
    """A till of station S001."""
    return new_caller(window.actor, "rewards:redeem", station="S001")


@pytest.fixture
def chief(window):
    return new_caller(window.actor, "rewards:approve")


def test_a_reward_is_made_approved_stocked_changed_and_ended(keeper, chief):
    made = keeper.post("/rewards", NEW)
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["left"], made.json()["cost"]) == ("draft", 0, "9.90")
    is_problem(keeper.post("/rewards", NEW), 409)
    review = keeper.post("/rewards/CUP/submit", {"note": "for the summer"}).json()["review"]
    assert (review["outcome"], review["note"], review["before"]) == ("open", "for the summer", None)
    is_problem(keeper.post("/rewards/CUP/approve", None), 403)
    assert chief.post("/rewards/CUP/approve", None).json()["state"] == "live"
    assert keeper.post("/rewards/CUP/stock", {"pieces": 12, "reason": "delivery"}).json() == {"station": "", "left": 12}
    assert keeper.post("/rewards/CUP/stock", {"pieces": 10, "reason": "count", "is_count": True}).json()["left"] == 10
    is_problem(keeper.post("/rewards/CUP/stock", {"pieces": -11, "reason": "broken"}), 422)
    changes = {name: value for name, value in NEW.items() if name != "code"} | {"points": 900}
    drafted = keeper.send("PUT", "/rewards/CUP", changes).json()
    assert (drafted["points"], drafted["draft"]["points"], drafted["review"]) == (800, 900, None)
    keeper.post("/rewards/CUP/submit", {})
    is_problem(keeper.send("PUT", "/rewards/CUP", changes), 409)
    assert chief.post("/rewards/CUP/refuse", {"reason": "too dear"}).json()["points"] == 800
    keeper.post("/rewards/CUP/submit", {})
    assert keeper.post("/rewards/CUP/withdraw", None).json()["review"] is None
    keeper.post("/rewards/CUP/submit", {})
    approved = chief.post("/rewards/CUP/approve", None).json()
    assert (approved["points"], approved["draft"], approved["review"]) == (900, None, None)
    past = keeper.get("/rewards/CUP/reviews").json()
    assert [one["outcome"] for one in past] == ["approved", "withdrawn", "refused", "approved"]
    assert (past[0]["before"]["points"], past[0]["reward"]["points"], past[2]["answer"]) == (800, 900, "too dear")
    assert [one["code"] for one in keeper.get("/rewards?q=咖啡&state=live").json()["items"]] == ["CUP"]
    assert keeper.get("/rewards/CUP/stock").json() == [{"station": "", "left": 10}]
    assert keeper.post("/rewards/CUP/end", {"reason": "out of season"}).json()["state"] == "ended"
    is_problem(keeper.get("/rewards/NONE"), 404)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points": 0}, "points"),
        ({"points": "800"}, "points"),
        ({"cost": 9.9}, "cost"),
        ({"kind": "coupon"}, "template"),
        ({"kind": "coupon", "template": "none"}, "template"),
        ({"stations": ["S404"]}, "stations"),
        ({"tiers": ["gold", "gld"]}, "tiers"),
        ({"shares": [{"funder": "brand", "percent": "50"}]}, "shares"),
        ({"picture": "http://example.com/a.png"}, "picture"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_reward_that_cannot_be_is_refused_by_its_field(keeper, changes, field):
    assert field in is_problem(keeper.post("/rewards", NEW | changes), 422)["fields"]


def test_a_till_redeems_once_for_a_key_and_hands_over_once(window, till):
    member = window.member(1200)
    window.offer(MUG, pieces=3)
    body = {"reward": "MUG", "station": "S001", "customer": {"phone": phone(1)}}
    first = till.post("/redemptions", body, idempotency_key="slip-1")
    again = till.post("/redemptions", body, idempotency_key="slip-1")
    assert first.status_code == 201, first.content
    assert again.json() == first.json()
    assert points(member) == 700
    code = first.json()["code"]
    assert first.json()["identified_by"] == "phone"
    shown = till.get(f"/redemptions/{code[:5].lower()}-{code[5:].lower()}")
    assert (shown.json()["state"], shown.json()["money"], first.json()["money"]) == ("open", "0.00", "0.00")
    assert till.post(f"/redemptions/{code}/collect", {"station": "S001"}).json()["state"] == "collected"
    is_problem(till.post(f"/redemptions/{code}/collect", {"station": "S001"}), 409)
    is_problem(till.post(f"/redemptions/{code}/collect", {"station": "S002"}), 403)
    is_problem(till.post(f"/redemptions/{code}/cancel", {"reason": "broken"}), 403)
    rewards_prove()


def test_a_till_takes_back_what_was_not_collected(window, till):
    member = window.member(600)
    window.offer(MUG, pieces=1)
    made = till.post("/redemptions", {"reward": "MUG", "station": "S001", "customer": {"id": member}})
    cancelled = till.post(f"/redemptions/{made.json()['code']}/cancel", {"reason": "changed their mind"})
    assert (cancelled.json()["state"], cancelled.json()["is_returned"]) == ("cancelled", True)
    assert points(member) == 600


def test_a_coupon_comes_with_its_code(window, till):
    window.member(600)
    window.offer(FIVE_OFF)
    made = till.post("/redemptions", {"reward": "FIVE", "station": "S001", "customer": {"phone": phone(1)}}).json()
    assert made["state"] == "collected"
    assert len(made["coupon"]) == 12


def test_what_is_in_the_way_is_told_with_words(window, till):
    member = window.member(600)
    window.offer(MUG, pieces=1, points=2000)
    choice = till.get(f"/customers/{member}/rewards?station=S001").json()["items"][0]
    assert (choice["is_redeemable"], choice["missing_points"], choice["left"]) == (False, 1400, 1)
    assert choice["needs_strong_identity"] is True
    said = "保温杯 takes 2000 points; 600 can be spent, so 1400 are missing."
    (reason,) = choice["reasons"]
    assert (reason["code"], reason["text"], reason["words"]["en"]) == ("points", said, said)
    assert "还差 1400" in reason["words"]["zh-Hans"]
    body = {"reward": "MUG", "station": "S001", "customer": {"phone": phone(1)}}
    problem = is_problem(till.post("/redemptions", body), 409)
    assert "1400 are missing" in problem["detail"]
    is_problem(till.post("/redemptions", body | {"customer": {"phone": phone(77)}}), 404)
    is_problem(till.post("/redemptions", body | {"customer": {"phone": phone(1), "id": member}}), 422)
    is_problem(till.post("/redemptions", body | {"station": "S002"}), 403)


def test_lists_and_costs(window, keeper, till):
    member = window.member(2000)
    window.offer(MUG, pieces=3)
    codes = [window.redeem(member, "MUG").code for _ in range(3)]
    services.collect_redemption(window.actor, codes[0], "S001")
    page = keeper.get("/redemptions?limit=2&reward=MUG").json()
    rest = keeper.get(f"/redemptions?limit=2&reward=MUG&cursor={page['next']}").json()
    assert [one["code"] for one in (*page["items"], *rest["items"])] == codes[::-1]
    assert [one["code"] for one in keeper.get("/redemptions?state=open&station=S001").json()["items"]] == codes[:0:-1]
    assert len(keeper.get(f"/customers/{member}/redemptions").json()) == 3
    costs = keeper.get("/reward-costs?from=2020-01-01&to=2100-01-01").json()
    assert [(cost["funder"], cost["cost"]) for cost in costs] == [("brand", "11.10"), ("supplier:aoke", "7.40")]
    is_problem(keeper.get("/reward-costs?from=2026-02-01&to=2026-01-01"), 422)
    elsewhere = new_caller(window.actor, "rewards:redeem", station="S002")
    assert elsewhere.get("/redemptions").json()["items"] == []


def test_what_rewards_cost_and_what_is_drafted_is_not_for_tills_and_apps(window, keeper, chief):
    window.offer(MUG, pieces=1)
    keeper.post("/rewards", NEW)
    rules = {
        name: value for name, value in keeper.get("/rewards/MUG").json().items() if name in RewardBody.model_fields
    }
    keeper.put("/rewards/MUG", rules | {"points": 700})
    keeper.post("/rewards/MUG/submit", {})
    costs = "/reward-costs?from=2026-01-01&to=2026-01-31"
    for scope, station in (("rewards:redeem", None), ("rewards:redeem", "S001"), ("rewards:write", "S001")):
        till = new_caller(window.actor, scope, station=station)
        (shown,) = till.get("/rewards").json()["items"]
        assert (shown["code"], shown["points"], shown["left"]) == ("MUG", 500, 1)
        assert {shown[name] for name in ("cost", "shares", "draft", "review")} == {None}
        assert till.get("/rewards/MUG").json() == shown
        assert till.get("/rewards?state=draft").json()["items"] == []
        is_problem(till.get("/rewards/CUP"), 404)
        is_problem(till.get("/rewards/MUG/reviews"), 403)
        is_problem(till.get(costs), 403)
    seen = chief.get("/rewards/MUG").json()
    assert (seen["cost"], seen["draft"]["points"], seen["review"]["outcome"]) == ("18.50", 700, "open")
    assert [one["code"] for one in keeper.get("/rewards?state=draft").json()["items"]] == ["CUP"]
    assert new_caller(window.actor, "accounts:read").get(costs).json() == []
    is_problem(new_caller(window.actor, "accounts:read", station="S001").get(costs), 403)


def test_scopes_are_kept(window):
    member = window.member(2000)
    window.offer(MUG, pieces=1)
    reader = new_caller(window.actor, "rewards:read")
    assert reader.get("/rewards").status_code == 200
    is_problem(reader.post("/rewards", NEW), 403)
    is_problem(reader.post("/redemptions", {"reward": "MUG", "customer": {"id": member}}), 403)
    till = new_caller(window.actor, "rewards:redeem", station="S001")
    is_problem(till.post("/rewards", NEW), 403)


def test_a_claim_holds_the_rewards_of_each_day_that_the_funder_pays_for(window):
    member = window.member(5000)
    window.offer(MUG, pieces=5)
    for _ in range(2):
        services.collect_redemption(window.actor, window.redeem(member, "MUG").code, "S001")
    writer = new_caller(window.actor, "accounts:write")
    day = company_day()
    body = {"funder": "supplier:aoke", "since": f"{day}", "until": f"{day}"}
    made = writer.post("/claims", body).json()
    assert (made["costs"], made["total"]) == ("14.8000", "14.8000")
    services.collect_redemption(window.actor, window.redeem(member, "MUG").code, "S001")
    sent = writer.post(f"/claims/{made['id']}/refresh", None).json()
    assert sent["total"] == "22.2000"
    (cost,) = writer.get(f"/claims/{made['id']}/costs").json()
    assert (cost["day"], cost["amount"], cost["uses"]) == (f"{day}", "22.2000", 3)
    assert cost["origin"] == f"reward:MUG:supplier:aoke:{day}"


def test_what_is_handed_over_or_taken_back_after_a_claim_was_sent_is_in_the_next(window):
    member = window.member(5000)
    window.offer(MUG, pieces=5)
    writer = new_caller(window.actor, "accounts:write")
    body = {"funder": "supplier:aoke", "since": f"{company_day()}", "until": f"{company_day()}"}

    def claimed() -> dict:
        made = writer.post("/claims", body).json()
        return writer.post(f"/claims/{made['id']}/send", None).json()

    def hand_over():
        redeemed = window.redeem(member, "MUG")
        services.collect_redemption(window.actor, redeemed.code, "S001")
        return redeemed

    at_noon = hand_over()
    assert claimed()["total"] == "7.4000"
    hand_over()
    hand_over()
    afternoon = claimed()
    assert (afternoon["total"], afternoon["uses"]) == ("14.8000", 2)
    services.cancel_redemption(window.actor, at_noon.id, "broken")
    taken_back = claimed()
    assert (taken_back["total"], taken_back["corrections"]) == ("-7.4000", "-7.4000")


def test_a_draft_that_says_otherwise_is_thrown_away(window, keeper, chief):
    window.offer(MUG, pieces=5)
    live = keeper.get("/rewards/MUG").json()
    rules = {name: value for name, value in live.items() if name in RewardBody.model_fields}
    assert keeper.put("/rewards/MUG", rules | {"points": 700}).json()["draft"]["points"] == 700
    keeper.post("/rewards/MUG/submit", {})
    assert keeper.delete("/rewards/MUG/draft").status_code == 409, "it is in review"
    keeper.post("/rewards/MUG/withdraw", None)
    gone = keeper.delete("/rewards/MUG/draft").json()
    assert (gone["draft"], gone["points"], gone["state"]) == (None, live["points"], "live")
    assert keeper.delete("/rewards/MUG/draft").status_code == 200, "there is none: nothing changes"
    keeper.post("/rewards", rules | {"code": "NEW"})
    assert keeper.delete("/rewards/NEW/draft").status_code == 409
    assert keeper.delete("/rewards/NOTHING/draft").status_code == 404


def test_what_is_in_the_way_is_said_with_names_not_codes(window, keeper):
    member = window.member(600)
    window.offer(WASH, tiers=("gold",), stations=("S002",))
    (choice,) = keeper.get(f"/customers/{member}/rewards?station=S001").json()["items"]
    assert choice["stations"] == ["S002"]
    assert [one["text"] for one in choice["reasons"]] == [
        "标准洗车 is for the tiers 黄金会员.",
        "标准洗车 is not given at Station S001; it is at Station S002.",
    ]
