"""The programme over the API: read, drafted, handed in by one key, approved by another."""

import pytest

from forecourt.loyalty import queries, services
from forecourt.loyalty.values import Programme
from tests.sales.scenes import PROGRAMME

DRAFT = {
    "name": "会员计划",
    "tiers": [
        {"code": "basic", "name": "普通", "threshold": "0"},
        {
            "code": "gold",
            "name": "金卡",
            "threshold": "8000",
            "keep": "6400",
            "fuel_discount": "0.05",
            "is_priority": True,
        },
    ],
    "rates": [{"code": "fuel", "name": "加油", "points": "1.5", "per": "unit", "kind": "fuel"}],
    "business_tier": "gold",
    "grace_days": 30,
}


@pytest.fixture
def marketer(make_key):
    return make_key("programme:write", "points:read")


@pytest.fixture
def chief(make_key):
    return make_key("programme:approve", "points:read")


def test_the_programme_in_force_is_told_whole(head_office, marketer):
    services.publish_programme(head_office, PROGRAMME)
    answer = marketer.get("/programme").json()
    assert answer["name"] == "会员计划"
    assert answer["tiers"][1]["keep"] is None
    assert answer["point_value"] == "0.01"
    assert answer["expiry"] == "fixed"


def test_drafted_and_handed_in_by_one_key_and_approved_by_another(marketer, chief):
    saved = marketer.send("PUT", "/programme/draft", DRAFT)
    assert saved.status_code == 200, saved.content
    assert (saved.json()["revision"], saved.json()["faults"]) == (1, {})
    assert {"subject": "Programme", "field": "name", "before": "", "after": "会员计划"} in saved.json()["changes"]
    review = marketer.post("/programme/submit", {"note": "the first"})
    assert review.status_code == 201, review.content
    number = review.json()["id"]
    assert marketer.post(f"/programme/reviews/{number}/approve", None).status_code == 403
    approved = chief.post(f"/programme/reviews/{number}/approve", None)
    assert approved.status_code == 200, approved.content
    version = approved.json()["version"]
    assert chief.post(f"/programme/reviews/{number}/approve", None).status_code == 409
    in_force = chief.get("/programme").json()
    assert (in_force["version"], in_force["rates"][0]["points"], in_force["business_tier"]) == (version, "1.5", "gold")
    (edition,) = chief.get("/programme/versions").json()["items"]
    assert (edition["version"], edition["note"], edition["withdrawn_at"]) == (version, "the first", None)
    (told,) = chief.get("/programme/reviews").json()["items"]
    assert (told["outcome"], told["version"]) == ("approved", version)


def test_a_key_that_handed_in_does_not_approve_even_where_it_may(make_key):
    both = make_key("programme:write", "programme:approve")
    both.send("PUT", "/programme/draft", DRAFT)
    number = both.post("/programme/submit", {}).json()["id"]
    answer = both.post(f"/programme/reviews/{number}/approve", None)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:forecourt:problem:not-allowed")


def test_a_draft_may_be_half_done_and_says_what_is_left(marketer):
    half = {**DRAFT, "tiers": [{"code": "gold", "name": "", "threshold": "8000", "keep": "9000"}]}
    saved = marketer.send("PUT", "/programme/draft", half).json()
    assert set(saved["faults"]) == {"tiers.0.threshold", "tiers.0.name", "tiers.0.keep"}
    refused = marketer.post("/programme/submit", {})
    assert refused.status_code == 422
    assert set(refused.json()["fields"]) == set(saved["faults"])


def test_a_draft_somebody_saved_meanwhile_is_not_overwritten(marketer):
    seen = marketer.send("PUT", "/programme/draft", DRAFT).json()["revision"]
    assert marketer.send("PUT", "/programme/draft", {**DRAFT, "name": "B", "revision": seen}).status_code == 200
    assert marketer.send("PUT", "/programme/draft", {**DRAFT, "revision": seen}).status_code == 409
    assert marketer.get("/programme/draft").json()["programme"]["name"] == "B"


def test_what_comes_out_goes_in_again(marketer):
    first = marketer.send("PUT", "/programme/draft", DRAFT).json()["programme"]
    again = {name: value for name, value in first.items() if name != "version"}
    assert marketer.send("PUT", "/programme/draft", again).json()["programme"] == first


def test_sent_back_and_withdrawn(marketer, chief):
    marketer.send("PUT", "/programme/draft", DRAFT)
    number = marketer.post("/programme/submit", {}).json()["id"]
    assert chief.post(f"/programme/reviews/{number}/refuse", {"reason": " "}).status_code == 422
    assert chief.post(f"/programme/reviews/{number}/refuse", {"reason": "no"}).json()["reason"] == "no"
    number = marketer.post("/programme/submit", {}).json()["id"]
    assert marketer.post(f"/programme/reviews/{number}/withdraw", None).json()["outcome"] == "withdrawn"
    assert chief.post("/programme/reviews/4711/approve", None).status_code == 404


def test_a_version_to_come_is_withdrawn_and_an_old_one_copied_back(marketer, chief):
    marketer.send("PUT", "/programme/draft", DRAFT)
    number = marketer.post("/programme/submit", {"valid_from": "2099-01-01T00:00:00+08:00"}).json()["id"]
    version = chief.post(f"/programme/reviews/{number}/approve", None).json()["version"]
    assert queries.rulebooks().by_version[version].programme.name == "会员计划"
    assert marketer.post(f"/programme/versions/{version}/withdraw", None).status_code == 403
    assert chief.post(f"/programme/versions/{version}/withdraw", None).status_code == 204
    marketer.send("PUT", "/programme/draft", {"name": "empty"})
    assert marketer.post(f"/programme/versions/{version}/restore", None).json()["programme"]["name"] == "会员计划"
    assert queries.draft() != Programme()


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "x" * 81},
        {**DRAFT, "spend_step": -1},
        {**DRAFT, "tier_basis": "moon"},
        {**DRAFT, "rates": [{"code": "r", "points": "many", "per": "unit"}]},
        {**DRAFT, "surprise": 1},
    ],
)
def test_what_cannot_be_a_draft_is_refused(marketer, broken):
    assert marketer.send("PUT", "/programme/draft", broken).status_code == 422
