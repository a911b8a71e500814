"""Offers through the API: typed lists, and what there is for somebody at a station."""

from decimal import Decimal

import pytest

from forecourt.coupons import records as coupon_records
from forecourt.coupons import services as coupons
from forecourt.coupons.values import NewCoupon, Template
from forecourt.faces.api.document import document
from forecourt.kernel import sql
from forecourt.kernel.schemas import Page
from forecourt.offers.api import OfferOut
from forecourt.offers.api.schemas import OfferVersionOut
from tests.api.conftest import new_caller
from tests.sales.scenes import HEAD_OFFICE, a_sale, ago, open_chain
from tests.sales.test_offers import per_litre, publish


@pytest.fixture
def chain(db):
    return open_chain()


def test_offers_are_what_the_document_says(chain):
    publish(
        per_litre(
            when={"is": "member"},
            budgets=[{"measure": "money", "limit": "100.5"}],
            funding=[{"funder": "brand", "percent": "100"}],
        )
    )
    caller = new_caller(HEAD_OFFICE, "offers:read")
    page = caller.get("/offers").json()
    (found,) = [OfferOut.model_validate(one) for one in page["items"]]
    assert (found.draft.budgets[0].limit, found.draft.funding[0].funder) == (Decimal("100.5"), "brand")
    assert set(page["items"][0]) == set(OfferOut.model_fields)
    assert page["next"] is None
    versions = Page[OfferVersionOut].model_validate(caller.get("/offers/litre/versions").json())
    assert versions.items[0].offer is not None
    assert versions.next is None
    answer = document()["paths"]["/api/v1/offers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "$ref" in answer


def test_versions_of_an_offer_come_in_pages(chain):
    for number in range(1, 6):
        publish(per_litre(name=f"Version {number}"), since=-number)
    caller = new_caller(HEAD_OFFICE, "offers:read")
    assert read(caller, "/offers/litre/versions?limit=2", "number") == [[5, 4], [3, 2], [1]]
    assert caller.get("/offers/litre/versions?cursor=x").status_code == 422


def read(caller, path: str, name: str) -> list[list[object]]:
    """A field of the items of every page."""
    pages, after = [], ""
    while after is not None:
        page = caller.get(f"{path}{after and '&cursor='}{after}").json()
        pages.append([one[name] for one in page["items"]])
        after = page["next"]
    return pages


def available(caller, station="S001", **asked) -> dict[str, tuple]:
    query = "&".join(f"{name}={value}" for name, value in {"station": station, **asked}.items())
    answer = caller.get(f"/offers/for?{query}")
    assert answer.status_code == 200, answer.content
    return {
        one["code"]: (one["is_open"], one["missing"]["en"], [held["count"] for held in one["coupons"]])
        for one in answer.json()["items"]
    }


def test_what_there_is_for_a_member_and_for_anybody_is_told_before_anything_is_bought(chain):
    (member,) = chain.enrol()
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    publish(
        per_litre(),
        per_litre(
            "large",
            when={"is": "volume", "at_least": "40"},
            ends="2199-01-01T00:00:00Z",
            funding=[{"funder": "Brand", "percent": "100"}],
        ),
        per_litre("elsewhere", when={"is": "station", "of": ["S002"]}),
        per_litre("chosen", when={"is": "tag", "of": ["vip"]}),
        per_litre("third", when={"is": "visit", "number": 3, "every": True}),
        per_litre("wash", when={"is": "coupon", "template": "WASH"}),
        per_litre("once", budgets=[{"measure": "uses", "limit": "1", "per": "customer"}]),
        {"code": "points", "then": [{"give": "points", "points": 5}]},
    )
    caller = new_caller(HEAD_OFFICE, "sales:read")
    assert available(caller) == {
        "litre": (True, [], []),
        "large": (True, [], []),
        "wash": (False, ["it needs a coupon “洗车券”"], []),
    }
    assert available(caller, customer=member) == {
        "litre": (True, [], []),
        "large": (True, [], []),
        "once": (True, [], []),
        "points": (True, [], []),
        "third": (False, ["2 visits more"], []),
        "wash": (False, ["it needs a coupon “洗车券”"], []),
    }
    coupon_records.issue([NewCoupon(template="WASH", customer_id=member, occurred_at=ago(2))])
    chain.post(a_sale("1", 1, tenders=()))
    later = available(caller, customer=member)
    assert later["wash"] == (True, [], [1])
    assert later["third"][1] == ["1 visit more"]
    assert later["once"][1] == ["you have had it as often as it is given (for each customer)"]
    answer = caller.get(f"/offers/for?station=S001&customer={member}").json()["items"]
    first = caller.get(f"/offers/for?station=S001&customer={member}&limit=1").json()
    assert ([one["code"] for one in first["items"]], first["more"]) == (["large"], 5)
    (large,) = [one for one in answer if one["code"] == "large"]
    assert large["until"].startswith("2199-01-01")
    assert "40" in large["words"]["en"]
    assert "40" in large["words"]["zh-Hans"]
    assert "Brand" not in large["words"]["en"], "who pays is nobody's business at the pump"


def test_strangers_are_told_of_nothing_that_only_members_get(chain):
    (member,) = chain.enrol()
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    wash = {"give": "coupon", "template": "WASH"}
    publish(
        {"code": "next", "then": [wash]},
        {"code": "both", "then": [wash, {"give": "points", "points": 5}]},
        {"code": "money", "then": [wash, {"give": "amount", "off": "1"}]},
    )
    caller = new_caller(HEAD_OFFICE, "sales:read")
    assert set(available(caller)) == {"money"}
    assert set(available(caller, customer=member)) == {"next", "both", "money"}


def test_coupons_within_any_and_not_are_told_as_they_are_held(chain):
    gold, plain = chain.enrol(2)
    chain.post_one("0", 1)
    sql.run("UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = %(id)s", {"id": gold})
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券", per_customer=1))
    wash, is_gold = {"is": "coupon", "template": "WASH"}, {"is": "tier", "of": ["gold"]}
    publish(
        per_litre("any", when={"is": "any", "of": [wash, is_gold]}),
        per_litre("not", when={"is": "not", "of": wash}),
        per_litre("neither", when={"is": "not", "of": {"is": "any", "of": [wash, is_gold]}}),
    )
    caller = new_caller(HEAD_OFFICE, "sales:read")
    needs = ["it needs a coupon “洗车券”"]
    assert available(caller, customer=gold) == {"any": (True, [], []), "not": (True, [], [])}
    assert available(caller, customer=plain) == {
        "any": (False, needs, []),
        "not": (True, [], []),
        "neither": (True, [], []),
    }
    issued = coupon_records.issue([NewCoupon(template="WASH", customer_id=plain, occurred_at=ago(2))] * 2)
    assert available(caller, customer=plain) == {
        "any": (True, [], [2]),
        "not": (True, [], []),
        "neither": (True, [], []),
    }
    chain.post(a_sale("1", 2, tenders=(), coupons=(issued[0].code,)))
    assert available(caller, customer=plain)["any"] == (False, needs, [])


def test_a_coupon_that_needs_not_be_shown_is_used_and_so_stands_in_the_way_of_what_is_without(chain):
    (member,) = chain.enrol()
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券", is_automatic=True))
    wash = {"is": "coupon", "template": "WASH"}
    publish(per_litre("with", when=wash), per_litre("without", when={"is": "not", "of": wash}))
    coupon_records.issue([NewCoupon(template="WASH", customer_id=member, occurred_at=ago(2))])
    assert available(new_caller(HEAD_OFFICE, "sales:read"), customer=member) == {
        "with": (True, [], [1]),
        "without": (False, ["it is not for sales like this one (Coupon)"], []),
    }


def test_who_asks_for_what_is_not_theirs_or_not_there_is_refused(chain):
    caller = new_caller(HEAD_OFFICE, "sales:read")
    assert caller.get("/offers/for?station=S009").status_code == 422
    assert caller.get("/offers/for?station=S001&customer=99999").status_code == 404
    assert new_caller(HEAD_OFFICE, "offers:read").get("/offers/for?station=S001").status_code == 403


def drafted(caller, code="litre", **changes) -> dict:
    answer = caller.post("/offers", {"name": code} | per_litre(code, **changes))
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_offer_is_copied_handed_in_taken_back_and_thrown_away(chain):
    caller = new_caller(HEAD_OFFICE, "offers:write", "offers:read")
    first = drafted(caller)
    twin = caller.post("/offers/litre/copy", {"code": "twin"}, idempotency_key="c1")
    assert twin.status_code == 201
    assert caller.post("/offers/litre/copy", {"code": "twin"}, idempotency_key="c1").json() == twin.json()
    assert twin.json()["draft"] == first["draft"] | {"code": "twin"}
    taken = caller.post("/offers/litre/copy", {"code": "twin"})
    assert (taken.status_code, "another code" in taken.json()["detail"]) == (409, True)
    assert caller.post("/offers/nothing/copy", {"code": "other"}).status_code == 404
    assert caller.post("/offers/litre/copy", {"code": "no blanks"}).json()["fields"].keys() == {"code"}
    assert caller.post("/offers/twin/submit", {"note": "week"}).json()["state"] == "review"
    (waiting,) = caller.get("/offer-reviews").json()["items"]
    assert (waiting["code"], waiting["review"]["note"]) == ("twin", "week")
    assert caller.delete("/offers/twin").status_code == 409
    assert caller.post("/offers/twin/withdraw", None).json()["state"] == "draft"
    assert caller.post("/offers/twin/withdraw", None).status_code == 409
    assert caller.get("/offer-reviews").json()["items"] == []
    assert caller.delete("/offers/twin").status_code == 204
    assert caller.get("/offers/twin").status_code == caller.delete("/offers/twin").status_code == 404
    reader = new_caller(HEAD_OFFICE, "offers:read")
    assert reader.delete("/offers/litre").status_code == reader.post("/offers/litre/withdraw", None).status_code == 403
    assert caller.get("/offers/litre").status_code == 200


def test_an_offer_is_sent_back_with_a_reason_that_says_something(chain):
    caller = new_caller(HEAD_OFFICE, "offers:write", "offers:approve", "offers:read")
    drafted(caller)
    caller.post("/offers/litre/submit", {"note": "week"})
    blank = caller.post("/offers/litre/refuse", {"reason": " "})
    assert (blank.status_code, blank.json()["fields"]) == (422, {"reason": "is blank; write something; it was ' '"})
    assert caller.post("/offers/litre/refuse", {"reason": "too dear"}).json()["state"] == "draft"


def test_what_an_offer_said_before_stands_in_its_draft_again(chain):
    publish(per_litre())
    publish(per_litre(name="dearer"))
    caller = new_caller(HEAD_OFFICE, "offers:write", "offers:read")
    assert caller.post("/offers/litre/pause", {"note": "the tank is empty"}).json()["state"] == "paused"
    first, paused = caller.get("/offers/litre/versions/1").json(), caller.get("/offers/litre/versions/3").json()
    assert (first["number"], first["offer"]["code"], paused["offer"], paused["note"]) == (
        *(1, "litre", None, "the tank is empty"),
    )
    back = caller.post("/offers/litre/versions/1/restore", None).json()
    assert (back["draft"], back["version"], back["is_changed"]) == (first["offer"], 3, True)
    assert caller.post("/offers/litre/versions/3/restore", None).status_code == 404, "it says only that it is paused"
    assert caller.get("/offers/litre/versions/9").status_code == caller.get("/offers/no/versions/1").status_code == 404
    assert caller.get("/offers/litre/versions/0").status_code == 422
    assert caller.post("/offers/litre/resume", None).json()["state"] == "live"
    assert caller.post("/offers/litre/end", None).json()["state"] == "ended", "nobody need say why"
    assert caller.delete("/offers/litre").status_code == 409


def test_a_key_of_one_station_drafts_and_stops_no_offer(chain):
    publish(per_litre())
    here = new_caller(HEAD_OFFICE, "offers:write", station="S001")
    for path, body in (
        ("/offers", {"name": "x"} | per_litre("x")),
        ("/offers/litre/pause", None),
        ("/offers/litre/end", {}),
    ):
        refused = here.post(path, body)
        assert (refused.status_code, "holds for all" in refused.json()["detail"]) == (403, True)
    assert here.get("/offers/litre").json()["state"] == "live"
