"""Referrals and member events over the API."""

from datetime import timedelta

import pytest

from forecourt.coupons import services as coupons
from forecourt.coupons.values import Template
from forecourt.kernel import clock, sql
from forecourt.occasions.values import RulesKind
from forecourt.organisation import services as organisation
from forecourt.organisation.values import NewStation
from tests.api.conftest import new_caller
from tests.api.test_door import is_problem
from tests.bench.samples import open_sample_station
from tests.occasions.conftest import REFERRAL, hold
from tests.sales.scenes import HEAD_OFFICE


@pytest.fixture
def app(db, head_office):
    """An app with a key for occasions."""
    return new_caller(head_office, "occasions:read", "occasions:write", "customers:write", "customers:read")


def announce(app, head_office, event_id: int) -> dict:
    """Hand an event in, and have it approved with another key."""
    assert app.post(f"/member-events/{event_id}/submit", {"note": "请审核"}).json()["in_review"] is True
    is_problem(app.post(f"/member-events/{event_id}/approve", {}), 403)
    return new_caller(head_office, "occasions:approve").post(f"/member-events/{event_id}/approve", {}).json()


def enrol(app, name: str = "王小明", **more) -> int:
    return app.post("/customers", {"name": name, **more}).json()["id"]


def an_event(**changes) -> dict:
    begins = clock.now() + timedelta(days=2)
    ends = begins + timedelta(hours=2)
    return {"title": "亲子日", "place": "公园", "starts_at": begins.isoformat(), "ends_at": ends.isoformat()} | changes


def test_a_code_is_shared_and_the_new_member_gives_it(app):
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


def test_an_event_is_made_announced_signed_up_for_and_attended(app, head_office, station):
    coupons.create_template(HEAD_OFFICE, Template(code="wash", name="洗车券"))
    member, other = enrol(app), enrol(app, "李红")
    made = app.post("/member-events", an_event(station=station.code, places=1, points=5, template="wash"))
    assert made.status_code == 201, made.content
    event = made.json()
    assert (event["state"], event["station"], event["left"]) == ("draft", station.code, 1)
    assert (event["points"], event["template"], event["coupon"], event["in_review"]) == (5, "wash", "洗车券", False)
    at = f"/member-events/{event['id']}"
    is_problem(app.post(f"{at}/sign-ups", {"customer_id": member}), 409)
    assert announce(app, head_office, event["id"])["state"] == "open"
    signed = app.post(f"{at}/sign-ups", {"customer_id": member}).json()
    assert signed["state"] == "going"
    late = app.post(f"{at}/sign-ups", {"customer_id": other}).json()
    assert (late["state"], late["place_in_line"]) == ("waiting", 1)
    assert [one["id"] for one in app.get(f"{at}/sign-ups").json()["items"]] == [signed["id"], late["id"]]
    assert app.get(f"/customers/{member}/sign-ups").json()["items"] == [signed]
    assert app.delete(f"{at}/sign-ups/{other}").status_code == 204
    changed = app.send("PUT", at, an_event(title="车主日", place="公园", places=3, points=5, template="wash"))
    assert changed.json()["title"] == "车主日"
    is_problem(app.post(f"{at}/check-ins", {"code": signed["code"]}), 409)
    sql.run("UPDATE occasions_event SET starts_at = now() - interval '1 hour'")
    done = app.post(f"{at}/check-ins", {"code": signed["code"]}).json()
    assert (done["points"], done["template"], done["was_there"], done["sign_up"]["state"]) == (
        5,
        "wash",
        False,
        "attended",
    )
    assert done["sign_up"]["template"] == "wash"
    is_problem(app.post(f"{at}/cancel", {"reason": "下雨"}), 409)
    assert [one["id"] for one in app.get("/member-events?is_ahead=true").json()["items"]] == [event["id"]]


def test_pages_of_events_follow_one_another(app):
    ids = [app.post("/member-events", an_event(title=f"第{number}场")).json()["id"] for number in range(3)]
    first = app.get("/member-events?limit=2").json()
    rest = app.get(f"/member-events?limit=2&cursor={first['next']}").json()
    assert sorted(one["id"] for one in first["items"] + rest["items"]) == ids
    assert rest["next"] is None
    assert [one["id"] for one in app.get("/member-events?q=%E7%AC%AC1").json()["items"]] == [ids[1]]
    assert app.get("/member-events?q=%25").json()["items"] == []


def test_an_event_in_review_is_not_edited_and_is_sent_back_withdrawn_or_approved(app, head_office):
    chief = new_caller(head_office, "occasions:approve")
    at = f"/member-events/{app.post('/member-events', an_event()).json()['id']}"
    is_problem(app.post(f"{at}/withdraw", {}), 409)
    app.post(f"{at}/submit", {"note": "亲子"})
    is_problem(app.send("PUT", at, an_event(points=5)), 409)
    is_problem(app.post(f"{at}/submit", {}), 409)
    assert is_problem(chief.post(f"{at}/refuse", {"reason": " "}), 422)["fields"].keys() == {"reason"}
    assert chief.post(f"{at}/refuse", {"reason": "没有预算"}).json()["in_review"] is False
    assert app.send("PUT", at, an_event(title="车主日")).json()["title"] == "车主日"
    app.post(f"{at}/submit", {})
    assert app.post(f"{at}/withdraw", {}).json()["in_review"] is False
    app.post(f"{at}/submit", {})
    found = app.get(f"{at}/reviews").json()
    assert [(one["outcome"], one["event"]["title"], one["answer"]) for one in found] == [
        ("open", "车主日", ""),
        ("withdrawn", "车主日", ""),
        ("refused", "亲子日", "没有预算"),
    ]
    is_problem(chief.post(f"{at}/submit", {}), 403)
    assert chief.post(f"{at}/approve", {}).json()["state"] == "open"
    assert is_problem(app.send("PUT", at, an_event(template="nowhere")), 422)["fields"].keys() == {"template"}
    assert is_problem(app.post("/member-events", an_event(template="nowhere")), 422)["fields"].keys() == {"template"}


def test_calling_off_gives_back_and_bad_events_name_their_fields(app, head_office):
    member = enrol(app)
    event = app.post("/member-events", an_event()).json()["id"]
    announce(app, head_office, event)
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


def test_a_key_of_one_station_sees_no_event_of_another(app, head_office, station):
    organisation.open_stations(head_office, [NewStation(code="S777", name="另一站")])
    event = app.post("/member-events", an_event(station=station.code)).json()["id"]
    common = app.post("/member-events", an_event()).json()["id"]
    elsewhere = new_caller(head_office, "occasions:read", station="S777")
    is_problem(elsewhere.get(f"/member-events/{event}"), 403)
    assert elsewhere.get(f"/member-events/{common}").json()["id"] == common
    here = new_caller(head_office, "occasions:read", station=station.code)
    assert here.get(f"/member-events/{event}").json()["id"] == event
