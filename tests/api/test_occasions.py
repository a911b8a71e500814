"""Referrals and member events over the API."""

from datetime import timedelta

import pytest

from forecourt.kernel import clock, sql
from forecourt.occasions.values import RulesKind
from tests.api.conftest import new_caller
from tests.api.test_door import is_problem
from tests.bench.samples import open_sample_station
from tests.occasions.conftest import REFERRAL, hold


@pytest.fixture
def app(db, head_office):
    """An app with a key for occasions."""
    return new_caller(head_office, "occasions:read", "occasions:write", "customers:write", "customers:read")


def enrol(app, name: str = "王小明", **more) -> int:
    return app.post("/customers", {"name": name, **more}).json()["id"]


def an_event(**changes) -> dict:
    begins = clock.now() + timedelta(days=2)
    ends = begins + timedelta(hours=2)
    return {"title": "亲子日", "place": "公园", "starts_at": begins.isoformat(), "ends_at": ends.isoformat()} | changes


def test_a_code_is_shared_and_the_new_member_gives_it(app):
    from forecourt.coupons import services as coupons
    from forecourt.coupons.values import Template
    from tests.sales.scenes import HEAD_OFFICE

    for code in ("wash", "coffee"):
        coupons.create_template(HEAD_OFFICE, Template(code=code, name=code))
    hold(RulesKind.REFERRAL, REFERRAL)
    old, new = enrol(app), enrol(app, "李红")
    code = app.get(f"/customers/{old}/referral-code").json()["code"]
    made = app.post(f"/customers/{new}/referral", {"code": code.lower()})
    assert made.status_code == 201, made.content
    assert made.json()["state"] == "pending"
    assert app.get(f"/customers/{old}/referrals").json()["items"] == [made.json()]
    assert app.get("/referrals?state=pending").json()["items"] == [made.json()]
    assert app.get("/referrals?state=rewarded").json() == {"items": [], "next": None}
    assert is_problem(app.post(f"/customers/{old}/referral", {"code": "NOBODY22"}), 422)["fields"].keys() == {"code"}
    is_problem(app.get("/customers/999999/referral-code"), 404)


def test_an_event_is_made_announced_signed_up_for_and_attended(app, station):
    member, other = enrol(app), enrol(app, "李红")
    made = app.post("/member-events", an_event(station=station.code, places=1, points=5))
    assert made.status_code == 201, made.content
    event = made.json()
    assert (event["state"], event["station"], event["left"]) == ("draft", station.code, 1)
    at = f"/member-events/{event['id']}"
    is_problem(app.post(f"{at}/sign-ups", {"customer_id": member}), 409)
    assert app.post(f"{at}/announce", {}).json()["state"] == "open"
    signed = app.post(f"{at}/sign-ups", {"customer_id": member}).json()
    assert signed["state"] == "going"
    late = app.post(f"{at}/sign-ups", {"customer_id": other}).json()
    assert (late["state"], late["place_in_line"]) == ("waiting", 1)
    assert [one["id"] for one in app.get(f"{at}/sign-ups").json()["items"]] == [signed["id"], late["id"]]
    assert app.get(f"/customers/{member}/sign-ups").json()["items"] == [signed]
    assert app.delete(f"{at}/sign-ups/{other}").status_code == 204
    changed = app.send("PUT", at, an_event(title="车主日", place="公园", places=3, points=5))
    assert changed.json()["title"] == "车主日"
    is_problem(app.post(f"{at}/check-ins", {"code": signed["code"]}), 409)
    sql.run("UPDATE occasions_event SET starts_at = now() - interval '1 hour'")
    done = app.post(f"{at}/check-ins", {"code": signed["code"]}).json()
    assert (done["points"], done["was_there"], done["sign_up"]["state"]) == (5, False, "attended")
    is_problem(app.post(f"{at}/cancel", {"reason": "下雨"}), 409)
    assert [one["id"] for one in app.get("/member-events?is_ahead=true").json()["items"]] == [event["id"]]


def test_pages_of_events_follow_one_another(app):
    ids = [app.post("/member-events", an_event(title=f"第{number}场")).json()["id"] for number in range(3)]
    first = app.get("/member-events?limit=2").json()
    rest = app.get(f"/member-events?limit=2&cursor={first['next']}").json()
    assert sorted(one["id"] for one in first["items"] + rest["items"]) == ids
    assert rest["next"] is None


def test_calling_off_gives_back_and_bad_events_name_their_fields(app):
    member = enrol(app)
    event = app.post("/member-events", an_event()).json()["id"]
    app.post(f"/member-events/{event}/announce", {})
    app.post(f"/member-events/{event}/sign-ups", {"customer_id": member})
    assert app.post(f"/member-events/{event}/cancel", {"reason": "台风"}).json()["state"] == "cancelled"
    assert app.get(f"/customers/{member}/sign-ups").json()["items"][0]["reason"] == "event"
    bad = an_event() | {"ends_at": an_event()["starts_at"], "starts_at": an_event()["ends_at"]}
    assert is_problem(app.post("/member-events", bad), 422)["fields"].keys() == {"ends_at"}
    assert is_problem(app.post("/member-events", an_event(place="")), 422)["fields"].keys() == {"place"}
    is_problem(app.get("/member-events/999999"), 404)


def test_a_key_without_the_scope_is_refused_and_one_of_a_station_sees_its_own(head_office, app, station):
    reader = new_caller(head_office, "occasions:read")
    is_problem(reader.post("/member-events", an_event()), 403)
    is_problem(new_caller(head_office, "sales:read").get("/member-events"), 403)
    open_sample_station("S002")
    event = app.post("/member-events", an_event(station="S001")).json()["id"]
    there = new_caller(head_office, "occasions:read", station="S002")
    assert there.get("/member-events").json()["items"] == []
    is_problem(there.get(f"/member-events/{event}/sign-ups"), 403)
