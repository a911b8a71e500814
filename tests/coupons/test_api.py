"""Coupons over the API: for apps, tills and systems that issue them."""

import csv
import io
from zipfile import ZipFile

import pytest

from forecourt.coupons import queries, records, services
from forecourt.kernel.actors import SYSTEM
from tests.api.conftest import Caller, new_caller
from tests.coupons.scenes import HEAD_OFFICE, a_use, give, make_generic, make_template, now_at

WASH = {"code": "wash", "name": "免费洗车", "handover": "洗车一次", "valid_days": 30, "worth": "25.00"}


@pytest.fixture
def writer(chain) -> Caller:
    return new_caller(HEAD_OFFICE, "coupons:write", "coupons:read")


@pytest.fixture
def reader(chain) -> Caller:
    return new_caller(HEAD_OFFICE, "coupons:read")


@pytest.fixture
def chief(chain) -> Caller:
    return new_caller(SYSTEM, "coupons:approve")


def draft_and_approve(writer: Caller, chief: Caller, template: dict) -> None:
    """Make a template as one key, have it approved by another."""
    assert writer.post("/coupon-templates", template).status_code == 201
    assert writer.post(f"/coupon-templates/{template['code']}/submit", {}).status_code == 200
    assert chief.post(f"/coupon-templates/{template['code']}/approve", None).status_code == 200


def test_templates_are_drafted_changed_and_listed(writer, chief):
    made = writer.post("/coupon-templates", WASH)
    assert (made.status_code, made.json()["worth"], made.json()["is_live"]) == (201, "25.00", False)
    assert made.json()["state"] == "draft"
    assert writer.post("/coupon-templates", WASH).status_code == 409
    changed = writer.patch("/coupon-templates/wash", {"valid_days": 5, "valid_until": "2090-01-01"})
    assert (changed.json()["valid_days"], changed.json()["valid_until"]) == (5, "2090-01-01")
    assert changed.json()["name"] == "免费洗车"
    assert writer.patch("/coupon-templates/wash", {"valid_until": None}).json()["valid_until"] is None
    assert writer.patch("/coupon-templates/none", {"valid_days": 5}).status_code == 404
    generic = WASH | {"code": "summer", "kind": "generic", "generic_code": "summer-26", "limit": 10}
    assert writer.post("/coupon-templates", generic).json()["generic_code"] == "SUMMER26"
    assert [item["code"] for item in writer.get("/coupon-templates?state=draft").json()["items"]] == ["summer", "wash"]
    for code in ("summer", "wash"):
        writer.post(f"/coupon-templates/{code}/submit", {})
        assert chief.post(f"/coupon-templates/{code}/approve", None).json()["state"] == "live"
    page = writer.get("/coupon-templates?limit=1").json()
    rest = writer.get(f"/coupon-templates?cursor={page['next']}").json()
    assert [item["code"] for item in page["items"] + rest["items"]] == ["summer", "wash"]
    writer.post("/coupon-templates/summer/retire", None)
    assert [item["code"] for item in writer.get("/coupon-templates?live=true").json()["items"]] == ["wash"]
    assert [item["code"] for item in writer.get("/coupon-templates?state=retired").json()["items"]] == ["summer"]
    assert writer.post("/coupon-templates/summer/revive", None).json()["is_live"] is True


def test_a_change_holds_once_another_key_has_approved_it(writer, chief, reader):
    draft_and_approve(writer, chief, WASH)
    changed = writer.patch("/coupon-templates/wash", {"valid_days": 300}).json()
    assert (changed["valid_days"], changed["draft"]["valid_days"], changed["review"]) == (30, 300, None)
    assert writer.patch("/coupon-templates/wash", {"name": "洗车"}).json()["draft"]["valid_days"] == 300
    assert chief.get("/coupon-templates/wash/draft").json()["name"] == "洗车"
    handed = writer.post("/coupon-templates/wash/submit", {"note": "春季"}).json()["review"]
    assert (handed["note"], handed["before"]["valid_days"], handed["template"]["valid_days"]) == ("春季", 30, 300)
    assert writer.patch("/coupon-templates/wash", {"valid_days": 3}).status_code == 409
    for path in ("approve", "refuse"):
        assert writer.post(f"/coupon-templates/wash/{path}", {"reason": "x"}).status_code == 403
    told = chief.post("/coupon-templates/wash/refuse", {"reason": "30"}).json()
    assert (told["valid_days"], told["draft"]["valid_days"], told["review"]) == (30, 300, None)
    writer.post("/coupon-templates/wash/submit", {})
    writer.post("/coupon-templates/wash/withdraw", None)
    discarded = writer.delete("/coupon-templates/wash/draft").json()
    assert (discarded["draft"], discarded["valid_days"]) == (None, 30)
    writer.patch("/coupon-templates/wash", {"valid_days": 3})
    writer.post("/coupon-templates/wash/submit", {})
    assert chief.post("/coupon-templates/wash/approve", None).json()["valid_days"] == 3
    decided = chief.get("/coupon-templates/wash/reviews").json()
    assert [one["outcome"] for one in decided] == ["approved", "withdrawn", "refused", "approved"]
    assert reader.get("/coupon-templates/wash/reviews").status_code == 403


def test_what_is_drafted_is_told_to_those_who_draft_or_approve(writer, chief, reader):
    draft_and_approve(writer, chief, WASH)
    writer.patch("/coupon-templates/wash", {"valid_days": 300})
    writer.post("/coupon-templates/wash/submit", {})
    writer.post("/coupon-templates", WASH | {"code": "new"})
    here = new_caller(HEAD_OFFICE, "coupons:write", station="S001")
    for caller, is_told in ((writer, True), (chief, True), (reader, False), (here, False)):
        said = caller.get("/coupon-templates/wash").json()
        assert (said["draft"] is not None, said["review"] is not None) == (is_told, is_told)
        listed = {one["code"]: one for one in caller.get("/coupon-templates").json()["items"]}
        assert ("new" in listed, listed["wash"]["review"] is not None) == (is_told, is_told)
        assert caller.get("/coupon-templates/new").status_code == (200 if is_told else 404)
        assert caller.get("/coupon-templates/wash/draft").status_code == (200 if is_told else 403)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (WASH | {"uses": 0}, 422, "uses"),
        (WASH | {"name": " "}, 422, "name"),
        (WASH | {"worth": "-1.00"}, 422, "worth"),
        (WASH | {"code": "a b"}, 422, "code"),
        (WASH | {"generic_code": "ALL"}, 422, "generic_code"),
        (WASH | {"colour": "red"}, 422, "colour"),
    ],
)
def test_a_template_at_fault_names_its_field(writer, body, status, field):
    answer = writer.post("/coupon-templates", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (status, [field])


def test_coupons_are_issued_once_for_a_key(chain, writer):
    make_template()
    first, second = chain.enrol(2)
    body = {"template": "wash", "customer_ids": [first, second]}
    made = writer.post("/coupons", body, idempotency_key="k1")
    again = writer.post("/coupons", body, idempotency_key="k1")
    assert made.status_code == again.status_code == 201
    assert made.json() == again.json()
    assert [coupon["customer_id"] for coupon in made.json()] == [first, second]
    with_origin = body | {"origin": "campaign:spring"}
    assert len(writer.post("/coupons", with_origin).json()) == 2
    assert writer.post("/coupons", with_origin).json() == []
    unknown = writer.post("/coupons", {"template": "wash", "customer_ids": [4711]})
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "There is no customer 4711.")
    listed = writer.get(f"/customers/{first}/coupons?limit=1").json()
    rest = writer.get(f"/customers/{first}/coupons?cursor={listed['next']}").json()
    assert len({coupon["id"] for coupon in listed["items"] + rest["items"]}) == 2


def test_open_coupons_of_a_customer_are_those_that_can_be_used(chain, reader):
    make_template()
    (member,) = chain.enrol()
    used, void, good = give("wash", member, member, member)
    records.use([a_use(used, member)])
    services.void_coupons(HEAD_OFFICE, [void.id], "x")
    listed = reader.get(f"/customers/{member}/coupons?open=true").json()["items"]
    assert [coupon["id"] for coupon in listed] == [str(good.id)]
    assert len(reader.get(f"/customers/{member}/coupons").json()["items"]) == 3


def test_a_till_learns_what_a_code_stands_for(chain, reader):
    make_template()
    (member, other) = chain.enrol(2)
    (coupon,) = give("wash", member)
    good = reader.post("/coupons/lookup", {"code": coupon.code.lower(), "customer_id": member}).json()
    assert (good["usable"], good["why_not"], good["handover"]) == (True, None, "洗车一次")
    assert good["coupon"]["name"] == "免费洗车"
    foreign = reader.post("/coupons/lookup", {"code": coupon.code, "customer_id": other}).json()
    assert (foreign["usable"], foreign["why_not"]) == (False, "not_yours")
    assert foreign["messages"]["en"].startswith("This coupon belongs to a member")
    assert foreign["messages"]["zh-Hans"].startswith("这张券属于")
    unknown = reader.post("/coupons/lookup", {"code": "NOSUCHCODE"})
    assert (unknown.status_code, unknown.json()["why_not"], unknown.json()["coupon"]) == (200, "unknown", None)


def test_the_life_of_a_coupon(chain, writer):
    make_template(is_transferable=True)
    first, second = chain.enrol(2)
    (bearer,) = give("wash", None)
    claimed = writer.post("/coupons/claim", {"code": bearer.code, "customer_id": first}).json()
    assert claimed["customer_id"] == first
    assert writer.post("/coupons/seen", {"coupon_ids": [claimed["id"]]}).json() == {"seen": 1}
    path = f"/coupons/{claimed['id']}"
    assert writer.post(f"{path}/transfer", {"customer_id": second}).json()["customer_id"] == second
    redeemed = writer.post("/coupons/redeem", {"code": bearer.code, "station": "S001"}, idempotency_key="r1")
    assert redeemed.json()["status"] == "used"
    replayed = writer.post("/coupons/redeem", {"code": bearer.code, "station": "S001"}, idempotency_key="r1")
    assert (replayed.status_code, replayed.json()) == (200, redeemed.json())
    twice = writer.post("/coupons/redeem", {"code": bearer.code, "station": "S001"})
    assert twice.status_code == 409
    assert "was used on" in twice.json()["detail"]
    assert writer.post(f"{path}/restore", {"reason": "machine broken"}).json()["status"] == "active"
    assert writer.post(f"{path}/void", {"reason": "lost"}).json()["status"] == "void"
    assert writer.get(path).json()["status"] == "void"
    figures = writer.get("/coupon-templates/wash").json()["figures"]
    assert figures == {"issued": 1, "seen": 1, "used": 0, "restored": 1, "void": 1, "expired": 0}


def test_a_batch_is_asked_for_and_exported(writer):
    make_template()
    made = writer.post("/coupon-batches", {"template": "wash", "name": "flyers", "count": 30}).json()
    assert (made["made"], made["count"], made["finished_at"]) == (0, 30, None)
    services.extend_batch(SYSTEM, made["id"])
    done = writer.get(f"/coupon-batches/{made['id']}").json()
    assert (done["made"], done["used"], done["finished_at"] is not None) == (30, 0, True)
    assert [batch["id"] for batch in writer.get("/coupon-batches").json()["items"]] == [made["id"]]
    page = writer.get(f"/coupon-batches/{made['id']}/coupons?limit=20").json()
    rest = writer.get(f"/coupon-batches/{made['id']}/coupons?cursor={page['next']}").json()
    codes = [coupon["code"] for coupon in page["items"] + rest["items"]]
    exported = writer.get(f"/coupon-batches/{made['id']}/export.csv")
    text = b"".join(exported.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["code"] for row in rows] == codes
    assert rows[0]["printed"] == "-".join(codes[0][start : start + 4] for start in (0, 4, 8))
    assert writer.post(f"/coupon-batches/{made['id']}/void", {"reason": "misprint"}).json()["voided_at"]
    assert not writer.post("/coupons/lookup", {"code": codes[0]}).json()["usable"]
    assert writer.post(f"/coupon-batches/{made['id']}/restore", None).json()["voided_at"] is None


def test_sheets_are_asked_for_watched_downloaded_and_thrown_away(writer, reader):
    make_template()
    batch_id = writer.post("/coupon-batches", {"template": "wash", "name": "flyers", "count": 30}).json()["id"]
    path = f"/coupon-batches/{batch_id}/sheets"
    assert writer.post(path, {}).status_code == 409
    services.extend_batch(SYSTEM, batch_id)
    assert reader.get(path).status_code == 404
    assert reader.post(path, {}).status_code == 403
    asked = writer.post(path, {"language": "en"})
    assert (asked.status_code, asked.json()["state"], asked.json()["count"]) == (202, "waiting", 30)
    assert writer.get(f"{path}.zip").status_code == 409
    services.make_sheets(SYSTEM, batch_id, queries.sheets(batch_id).ticket)
    made = reader.get(path).json()
    assert (made["state"], made["done"]) == ("done", 30)
    assert reader.get(f"{path}.zip").status_code == 403
    sent = writer.get(f"{path}.zip")
    body = b"".join(sent.streaming_content)
    assert (sent["Content-Type"], len(body)) == ("application/zip", made["bytes"])
    with ZipFile(io.BytesIO(body)) as whole:
        assert whole.read(whole.namelist()[0]).count(b"<code>") == 30
    assert writer.delete(path).status_code == 204
    assert writer.get(path).status_code == 404


def test_who_only_reads_changes_nothing_and_gets_no_codes_of_batches(chain, reader):
    make_template()
    make_generic()
    batch_id = services.create_batch(HEAD_OFFICE, "wash", "x", 5)
    for path, body in (
        ("/coupons", {"template": "wash", "customer_ids": [1]}),
        ("/coupons/redeem", {"code": "SUMMER26", "station": "S001"}),
        ("/coupon-templates", WASH),
        (f"/coupon-batches/{batch_id}/void", {"reason": "x"}),
    ):
        assert reader.post(path, body).status_code == 403, path
    assert reader.get(f"/coupon-batches/{batch_id}/export.csv").status_code == 403
    assert reader.get(f"/coupon-batches/{batch_id}/coupons").status_code == 403
    assert new_caller(HEAD_OFFICE, "sales:read").get("/coupon-templates").status_code == 403
    assert now_at("SUMMER26").uses_left == 0
