"""Where coupons are taken: told beforehand, asked at the till, limited where they are handed over."""

import msgspec
import pytest

from forecourt.coupons import services
from forecourt.coupons.values import Template
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.offers import services as offers
from forecourt.organisation import services as organisation
from forecourt.organisation.values import NewStation
from tests.api.conftest import Caller, new_caller
from tests.coupons.scenes import HEAD_OFFICE, give, make_template
from tests.sales.test_offers import publish


@pytest.fixture
def caller(chain) -> Caller:
    organisation.open_station(HEAD_OFFICE, NewStation(code="S002", name="二号站"))
    return new_caller(HEAD_OFFICE, "coupons:write", "coupons:read")


def at(code: str, *conditions: dict) -> dict:
    wanted = [{"is": "coupon", "template": "FIVE"}, *conditions]
    return {"code": code, "when": {"is": "all", "of": wanted}, "then": [{"give": "amount", "off": "5"}]}


def test_a_coupon_that_no_offer_takes_any_more_says_so(chain, caller):
    publish(at("five"))
    make_template("FIVE", handover="")
    (member,) = chain.enrol()
    (coupon,) = give("FIVE", member)
    body = {"code": coupon.code, "customer_id": member}
    good = caller.post("/coupons/lookup", body).json()
    assert (good["usable"], good["coupon"]["places"]) == (
        True,
        [{"stations": None, "regions": None, "legal_entities": None}],
    )
    offers.end_offer(HEAD_OFFICE, "five")
    ended = caller.post("/coupons/lookup", body | {"station": "S001"}).json()
    assert (ended["usable"], ended["why_not"], ended["coupon"]["places"]) == (False, "no_offer", [])
    assert ended["messages"] == {"en": "No offer takes this coupon now.", "zh-Hans": "目前没有可用这张券的优惠。"}


def test_a_coupon_is_taken_where_its_offers_are_given(chain, caller):
    publish(at("north", {"is": "region", "of": ["North"]}), at("two", {"is": "station", "of": ["S002"]}))
    make_template("FIVE", handover="")
    (member,) = chain.enrol()
    (coupon,) = give("FIVE", member)
    body = {"code": coupon.code, "customer_id": member}
    for station, why in (("S001", "not_here"), ("S002", None)):
        answer = caller.post("/coupons/lookup", body | {"station": station}).json()
        assert (answer["usable"], answer["why_not"]) == (why is None, why)
    assert caller.post("/coupons/lookup", body).json()["usable"] is True
    places = [
        {"stations": None, "regions": ["North"], "legal_entities": None},
        {"stations": ["S002"], "regions": None, "legal_entities": None},
    ]
    assert caller.get("/coupon-templates/FIVE").json()["places"] == places
    assert caller.get(f"/customers/{member}/coupons").json()["items"][0]["places"] == places
    unknown = caller.post("/coupons/lookup", body | {"station": "S9"})
    assert (unknown.status_code, list(unknown.json()["fields"])) == (422, ["station"])


def test_what_is_handed_over_may_be_limited_to_stations(chain, caller):
    made = {"code": "mug", "name": "马克杯", "handover": "马克杯", "stations": ["S002"]}
    services.create_template(HEAD_OFFICE, msgspec.convert(made, Template))
    assert caller.get("/coupon-templates/mug").json()["stations"] == ["S002"]
    (bearer,) = give("mug", None)
    here = caller.post("/coupons/lookup", {"code": bearer.code, "station": "S001"}).json()
    assert (here["why_not"], here["messages"]["en"]) == ("not_here", "This coupon is not taken at this station.")
    with pytest.raises(Conflict, match="not taken at this station"):
        services.redeem_coupon(HEAD_OFFICE, bearer.code, "S001")
    assert services.redeem_coupon(HEAD_OFFICE, bearer.code, "S002").uses_left == 0
    assert caller.patch("/coupon-templates/mug", {"stations": []}).json()["draft"]["stations"] == []


@pytest.mark.parametrize(
    ("changes", "why"), [({"handover": ""}, "leave it empty"), ({"stations": ("S9",)}, "'S9' is not a station")]
)
def test_stations_of_a_template_must_make_sense(chain, changes, why):
    asked = {"code": "mug", "name": "马克杯", "handover": "马克杯", "stations": ("S001",)} | changes
    with pytest.raises(Invalid, match=why):
        services.create_template(HEAD_OFFICE, Template(**asked))
