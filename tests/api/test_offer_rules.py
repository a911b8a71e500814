"""How all offers combine and margin floors over the API, on their way from a draft into force."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock
from tests.api.test_door import is_problem


@pytest.fixture
def keeper(make_key, station, grades):
    return make_key("offers:read", "offers:write")


@pytest.fixture
def chief(make_key):
    return make_key("offers:approve")


def done(answer) -> dict:
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_how_offers_combine_is_drafted_handed_in_and_approved(keeper, chief):
    assert done(keeper.get("/offer-policy")) == {
        "most_offers": 0,
        "most_percent": "100",
        "valid_from": None,
        "published_at": None,
        "published_by": "",
    }
    assert done(keeper.get("/offer-policy/draft"))["policy"] is None
    rule = {"most_offers": 2, "most_percent": "60"}
    assert done(keeper.send("PUT", "/offer-policy/draft", rule))["policy"] == rule
    review = done(keeper.post("/offer-policy/submit", {"note": "for the summer"}))["review"]
    assert (review["outcome"], review["before"]["most_percent"], review["valid_from"]) == ("open", "100", None)
    is_problem(keeper.post("/offer-policy/approve", None), 403)
    is_problem(keeper.send("PUT", "/offer-policy/draft", rule), 409)
    assert done(chief.post("/offer-policy/refuse", {"reason": "less"}))["policy"] == rule
    done(keeper.post("/offer-policy/submit", {}))
    done(keeper.post("/offer-policy/withdraw", None))
    done(keeper.post("/offer-policy/submit", {}))
    assert done(chief.post("/offer-policy/approve", None)) == {
        "policy": None,
        "edited_at": done(keeper.get("/offer-policy/draft"))["edited_at"],
        "edited_by": "",
        "review": None,
    }
    assert done(keeper.get("/offer-policy"))["most_offers"] == 2
    before = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert done(keeper.get(f"/offer-policy?at={before}"))["most_offers"] == 0
    assert [one["state"] for one in done(keeper.get("/offer-policy/history"))["items"]] == ["in_force"]
    assert [one["outcome"] for one in keeper.get("/offer-policy/reviews").json()] == [
        "approved",
        "withdrawn",
        "refused",
    ]
    is_problem(chief.post("/offer-policy/approve", None), 409)
    assert "most_percent" in is_problem(keeper.send("PUT", "/offer-policy/draft", {"most_percent": "0"}), 422)["fields"]
    assert "most_offers" in is_problem(keeper.send("PUT", "/offer-policy/draft", {"most_offers": 101}), 422)["fields"]


def test_a_policy_that_is_to_come_is_withdrawn(keeper, chief):
    done(keeper.send("PUT", "/offer-policy/draft", {"most_offers": 2}))
    done(keeper.post("/offer-policy/submit", {"valid_from": (clock.now() + timedelta(days=1)).isoformat()}))
    done(chief.post("/offer-policy/approve", None))
    (line,) = done(keeper.get("/offer-policy/history"))["items"]
    assert (line["state"], line["withdrawn_at"], line["withdrawn_by"]) == ("announced", None, "")
    path = f"/offer-policy/versions/{line['version']}/withdraw"
    is_problem(keeper.post(path, None), 403)
    assert chief.post(path, None).status_code == 204
    (line,) = done(keeper.get("/offer-policy/history"))["items"]
    assert (line["state"], bool(line["withdrawn_at"])) == ("withdrawn", True)
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert done(keeper.get(f"/offer-policy?at={later}"))["most_offers"] == 0
    is_problem(chief.post("/offer-policy/versions/999999/withdraw", None), 404)


def test_floors_are_drafted_handed_in_and_approved_together(keeper, chief):
    changes = [
        {"product": "92", "station": "", "margin": "0.25"},
        {"product": "95", "station": "S001", "margin": "-0.1"},
    ]
    assert done(keeper.send("PUT", "/offer-floors/draft", {"changes": changes}))["changes"] == changes
    soon = (clock.now() + timedelta(days=1)).isoformat()
    review = done(keeper.post("/offer-floors/submit", {"valid_from": soon}))["review"]
    assert (review["changes"], [one["margin"] for one in review["before"]]) == (changes, [None, None])
    is_problem(keeper.post("/offer-floors/approve", None), 403)
    assert done(chief.post("/offer-floors/approve", None))["changes"] == []
    assert done(keeper.get("/offer-floors"))["items"] == []
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    held = done(keeper.get(f"/offer-floors?at={later}"))["items"]
    assert [(one["product"], one["station"], float(one["margin"])) for one in held] == [
        ("92", "", 0.25),
        ("95", "S001", -0.1),
    ]
    assert "cost" not in held[0]
    assert [one["product"] for one in done(keeper.get(f"/offer-floors?at={later}&product=95"))["items"]] == ["95"]
    done(keeper.send("PUT", "/offer-floors/draft", {"changes": [{"product": "92", "margin": None}]}))
    done(keeper.post("/offer-floors/submit", {"valid_from": soon}))
    done(chief.post("/offer-floors/approve", None))
    assert [one["product"] for one in done(keeper.get(f"/offer-floors?at={later}"))["items"]] == ["95"]
    history = done(keeper.get("/offer-floors/history?product=92"))["items"]
    assert [(one["margin"], one["state"]) for one in history] == [(None, "announced"), ("0.2500", "announced")]
    assert len(keeper.get("/offer-floors/reviews").json()) == 2
    is_problem(keeper.post(f"/offer-floors/versions/{history[0]['version']}/withdraw", None), 403)
    assert chief.post(f"/offer-floors/versions/{history[0]['version']}/withdraw", None).status_code == 204
    assert [one["product"] for one in done(keeper.get(f"/offer-floors?at={later}"))["items"]] == ["92", "95"]
    is_problem(chief.post(f"/offer-floors/versions/{history[0]['version']}/withdraw", None), 409)
    assert done(keeper.get("/offer-floors/history?product=92"))["items"][0]["state"] == "withdrawn"
    wrong = {"changes": [{"product": "92", "margin": "1"}, {"product": "none", "margin": "1"}]}
    assert "1.product" in is_problem(keeper.send("PUT", "/offer-floors/draft", wrong), 422)["fields"]
    is_problem(keeper.get("/offer-floors?product=none"), 404)
    is_problem(keeper.post("/offer-floors/submit", {}), 409)


def test_who_may_only_read_changes_nothing(make_key, station, grades):
    reader = make_key("offers:read")
    for thing in ("offer-policy", "offer-floors"):
        is_problem(reader.send("PUT", f"/{thing}/draft", {"changes": []} if "floors" in thing else {}), 403)
        is_problem(reader.post(f"/{thing}/submit", {}), 403)
        is_problem(reader.post(f"/{thing}/approve", None), 403)
        assert reader.get(f"/{thing}/draft").status_code == 200
