"""Rules of gifts and referrals over the API: read, drafted, handed in, decided, stopped; flagged referrals decided."""

from datetime import timedelta

import pytest

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock
from forecourt.occasions.models import Referral
from forecourt.occasions.values import RulesKind
from tests.api.conftest import new_caller
from tests.api.test_door import is_problem
from tests.api.test_occasions import enrol
from tests.occasions.conftest import REFERRAL, hold
from tests.sales.scenes import HEAD_OFFICE

RULES = "/occasion-rules/birthday"


@pytest.fixture
def author(db, head_office):
    return new_caller(head_office, "gifts:write")


@pytest.fixture
def chief(db, head_office):
    return new_caller(head_office, "occasions:approve")


@pytest.fixture
def reader(db, head_office):
    return new_caller(head_office, "occasions:read")


def test_rules_are_drafted_handed_in_approved_and_stopped(author, chief, reader):
    assert [one["kind"] for one in reader.get("/occasion-rules").json()] == ["birthday", "anniversary", "referral"]
    assert reader.get(RULES).json() == {"kind": "birthday", "version": None, "coming": [], "review": None}
    saved = author.send("PUT", f"{RULES}/draft", {"points": 100, "tiers": []})
    assert (saved.status_code, saved.json()["rules"]["points"], saved.json()["live"]) == (200, 100, None)
    handed = author.post(f"{RULES}/submit", {"note": "新年"}).json()
    assert (handed["review"]["rules"]["points"], handed["review"]["note"]) == (100, "新年")
    is_problem(author.send("PUT", f"{RULES}/draft", {"points": 1}), 409)
    is_problem(author.post(f"{RULES}/approve", {}), 403)
    approved = chief.post(f"{RULES}/approve", {}).json()
    assert (approved["version"]["version"], approved["version"]["rules"]["points"], approved["review"]) == (
        1,
        100,
        None,
    )

    author.send("PUT", f"{RULES}/draft", {"points": 200})
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    author.post(f"{RULES}/submit", {"valid_from": tomorrow})
    coming = chief.post(f"{RULES}/approve", {}).json()
    assert (coming["version"]["version"], [one["version"] for one in coming["coming"]]) == (1, [2])
    at = tomorrow.replace("+", "%2B")
    assert reader.get(f"{RULES}?at={at}").json()["version"]["rules"]["points"] == 200
    assert reader.get(f"{RULES}?at=2020-01-01T00:00:00Z").json()["version"] is None

    author.send("PUT", f"{RULES}/draft", {"points": 300})
    author.post(f"{RULES}/submit", {})
    stopped = author.post(f"{RULES}/stop", {"reason": "预算用完"}).json()
    assert (stopped["version"]["version"], stopped["version"]["rules"], stopped["review"]) == (3, None, None)
    versions = reader.get(f"{RULES}/versions").json()
    assert [(one["version"], one["note"]) for one in versions] == [(3, "预算用完"), (2, ""), (1, "新年")]
    assert versions[0]["before"]["points"] == 100
    reviews = reader.get(f"{RULES}/reviews").json()
    assert [(one["outcome"], one["rules"]["points"]) for one in reviews] == [
        ("withdrawn", 300),
        ("approved", 200),
        ("approved", 100),
    ]
    is_problem(author.post(f"{RULES}/stop", {}), 409)


def test_rules_are_sent_back_or_withdrawn(author, chief):
    author.send("PUT", f"{RULES}/draft", {"points": 100})
    author.post(f"{RULES}/submit", {})
    assert chief.post(f"{RULES}/refuse", {"reason": "太多"}).json()["review"] is None
    author.post(f"{RULES}/submit", {})
    assert author.post(f"{RULES}/withdraw", {}).json()["review"] is None
    is_problem(author.post(f"{RULES}/withdraw", {}), 409)
    assert is_problem(chief.post(f"{RULES}/refuse", {"reason": " "}), 422)["fields"].keys() == {"reason"}


@pytest.mark.parametrize(
    ("kind", "rules", "field"),
    [
        ("birthday", {"points": -1}, "points"),
        ("birthday", {"days_before": 61}, "days_before"),
        ("anniversary", {"referrer": {}}, "referrer"),
        ("referral", {"points": 1}, "points"),
        ("referral", {"referrer": {"points": "1"}}, "referrer.points"),
        ("referral", {"minimum_amount": "-1"}, "minimum_amount"),
        ("referral", {"within_days": 0}, "within_days"),
    ],
)
def test_a_draft_names_the_field_at_fault(author, kind, rules, field):
    problem = is_problem(author.send("PUT", f"/occasion-rules/{kind}/draft", rules), 422)
    assert field in problem["fields"]


def test_what_cannot_be_given_is_told_when_it_is_handed_in(author):
    author.send("PUT", f"{RULES}/draft", {"template": "nowhere"})
    problem = is_problem(author.post(f"{RULES}/submit", {}), 422)
    assert "'nowhere'" in problem["fields"]["template"]
    author.send("PUT", f"{RULES}/draft", {"points": 1})
    past = is_problem(author.post(f"{RULES}/submit", {"valid_from": "2020-01-01T00:00:00Z"}), 422)
    assert past["fields"].keys() == {"valid_from"}
    draft = author.send("PUT", "/occasion-rules/referral/draft", {"referrer": {"points": 5}, "minimum_amount": "100"})
    assert draft.json()["rules"]["minimum_amount"] == "100"
    assert author.get("/occasion-rules/referral/draft").json() == draft.json()


def test_keys_of_other_scopes_and_stations_are_refused(head_office, author, chief, reader, station):
    is_problem(reader.send("PUT", f"{RULES}/draft", {"points": 1}), 403)
    is_problem(reader.get(f"{RULES}/draft"), 403)
    is_problem(new_caller(head_office, "occasions:write").post(f"{RULES}/stop", {}), 403)
    is_problem(chief.post(f"{RULES}/submit", {}), 403)
    there = new_caller(head_office, "gifts:write", station=station.code)
    is_problem(there.send("PUT", f"{RULES}/draft", {"points": 1}), 403)
    is_problem(reader.get("/occasion-rules/christmas"), 422)


def test_flagged_referrals_are_listed_with_their_reasons_and_decided(head_office, chief, reader):
    app = new_caller(head_office, "occasions:write", "customers:write")
    for code in ("wash", "coffee"):
        coupons.create_template(HEAD_OFFICE, Template(code=code, name=code))
    hold(RulesKind.REFERRAL, REFERRAL)
    old = enrol(app)
    code = app.get(f"/customers/{old}/referral-code").json()["code"]
    made = [app.post(f"/customers/{enrol(app, name)}/referral", {"code": code}).json()["id"] for name in "甲乙丙"]
    Referral.objects.filter(id__in=made).update(flags=["household"])
    Referral.objects.filter(id=made[2]).update(flags=[])
    flagged = reader.get("/referrals?is_flagged=true").json()["items"]
    assert [(one["id"], one["open_flags"]) for one in flagged] == [(made[1], ["household"]), (made[0], ["household"])]
    is_problem(reader.post(f"/referrals/{made[0]}/accept", {}), 403)
    is_problem(app.post(f"/referrals/{made[0]}/accept", {}), 403)
    accepted = chief.post(f"/referrals/{made[0]}/accept", {"note": "夫妻，两车"}).json()
    assert (accepted["open_flags"], accepted["accepted_flags"], accepted["state"]) == ([], ["household"], "pending")
    is_problem(chief.post(f"/referrals/{made[0]}/accept", {}), 409)
    assert is_problem(chief.post(f"/referrals/{made[1]}/refuse", {"reason": " "}), 422)["fields"].keys() == {"reason"}
    refused = chief.post(f"/referrals/{made[1]}/refuse", {"reason": "同一人"}).json()
    assert (refused["state"], refused["reason"], refused["decided_by"][:4]) == ("refused", "同一人", "key:")
    assert reader.get(f"/referrals/{made[1]}").json() == refused
    assert reader.get("/referrals?is_flagged=true").json()["items"] == []
    is_problem(chief.post("/referrals/999999/accept", {}), 404)
