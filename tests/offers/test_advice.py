"""What whoever makes an offer is told beforehand, though it may be meant."""

from decimal import Decimal

import msgspec
import pytest
from django.utils.translation import override

from forecourt.catalogue import services as catalogue
from forecourt.catalogue.values import NewCost
from forecourt.coupons import services as coupons
from forecourt.coupons.values import CouponKind, Template
from forecourt.offers import queries
from forecourt.offers.rules import language
from tests.bench.samples import open_sample_station
from tests.sales.scenes import HEAD_OFFICE, WATER, ago, open_chain, set_floor
from tests.sales.test_offers import costs


@pytest.fixture
def chain(db):
    return open_chain()


def told(**parts) -> tuple[str, ...]:
    body = {"code": "a", "name": "a", "then": [{"give": "per_unit", "off": "0.30"}]} | parts
    return queries.advice(language.decode(msgspec.json.encode(body)))


def test_a_limit_for_each_customer_is_for_members(chain):
    once = [{"measure": "uses", "limit": "1", "per": "customer"}]
    assert [text.startswith("It has a limit for each customer") for text in told(budgets=once)] == [True]
    assert told(budgets=once, when={"is": "all", "of": [{"is": "member"}]}) == ()
    assert told(budgets=once, when={"is": "birthday", "month": True}) == ()
    assert told(budgets=[{"measure": "uses", "limit": "1"}]) == ()


def test_a_floor_without_a_known_cost_is_told_for_what_the_offer_discounts(chain):
    set_floor("92", "0.15", at=ago(40))
    (text,) = told()
    assert "92" in text
    with override("zh-hans"):
        assert "尚未登记成本" in told()[0]
    assert told(floor=False) == told(then=[{"give": "percent", "percent": "5", "of": {"kinds": ["goods"]}}]) == ()
    costs("92", "7.20")
    assert told() == ()


def test_a_gift_that_nobody_can_be_charged_for_is_told(chain):
    gift = [{"give": "gift", "product": WATER}]
    assert "who pays is charged nothing" in told(then=gift)[0]
    assert told(then=gift, worth="2") == ()
    costs(WATER, "1.20")
    assert told(then=gift) == ()


@pytest.mark.parametrize(
    ("known", "starts", "is_told"),
    [
        ({"station": "S001"}, None, True),
        ({"effective_from": ago(-9)}, None, True),
        ({"effective_from": ago(-9)}, ago(-20), False),
        ({}, None, False),
    ],
)
def test_a_gift_without_a_cost_at_some_station_or_yet_is_told(chain, known, starts, is_told):
    open_sample_station("S002")
    one = {"product": WATER, "cost": Decimal("1.20"), "effective_from": ago(9)} | known
    catalogue.note_costs(HEAD_OFFICE, [NewCost(**one)])
    found = told(then=[{"give": "gift", "product": WATER}], **({"starts": starts} if starts else {}))
    assert [text for text in found if "at some stations" in text] == list(found)
    assert bool(found) is is_told


def test_an_offer_that_gives_a_coupon_that_was_never_approved_hears_so(chain):
    coupons.draft_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    give = {"give": "coupon", "template": "WASH"}
    assert told(then=[give]) == ("Coupons WASH are not issued one by one, so nobody gets one.",)
    coupons.change_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    assert told(then=[give]) == ()


def test_what_an_offer_names_and_is_not_there_is_told(chain):
    coupons.create_template(HEAD_OFFICE, Template(code="WASH", name="洗车券"))
    everyone = Template(code="ALL", name="ALL", kind=CouponKind.GENERIC, generic_code="ALL")
    coupons.create_template(HEAD_OFFICE, everyone)
    there = [
        {"is": "station", "of": ["S001"]},
        {"is": "tier", "of": ["gold"]},
        {"is": "tier", "at_least": "silver"},
        {"is": "coupon", "template": "ALL"},
        {"is": "volume", "at_least": "1", "of": {"products": ["92"], "exclude": ["97"]}},
    ]
    give = {"give": "coupon", "template": "WASH"}
    assert told(when={"is": "all", "of": there}, then=[give]) == ()
    wrong = [
        {"is": "any", "of": [{"is": "station", "of": ["S001", "S999"]}, {"is": "region", "of": ["north"]}]},
        {"is": "tier", "of": ["gold", "gld"]},
        {"is": "tier", "at_least": "sliver"},
        {"is": "holds", "template": "WSH"},
        {"is": "segment", "of": ["commuters"]},
        {"is": "payee", "of": ["Nobody Ltd"]},
        {"is": "bought", "of": {"products": ["97"], "categories": ["drnks"], "brands": ["Nobrand"]}},
    ]
    bundle = {"give": "bundle", "parts": [{"of": {"products": ["06901234567892"]}}], "price": "5"}
    found = told(when={"is": "all", "of": wrong}, then=[bundle, {"give": "coupon", "template": "ALL"}], floor=False)
    assert found == (
        "No product has the code 06901234567892, 97. Where it asks for that, it applies to no sale.",
        "There is no category drnks. Where it asks for that, it applies to no sale.",
        "No product is of the brand Nobrand. Where it asks for that, it applies to no sale.",
        "No station has the code S999. Where it asks for that, it applies to no sale.",
        "There is no region north. Where it asks for that, it applies to no sale.",
        "There is no legal entity Nobody Ltd. Where it asks for that, it applies to no sale.",
        "There is no segment commuters. Where it asks for that, it applies to no sale.",
        "Coupons ALL are not issued one by one, so nobody gets one.",
        "There is no coupon template WSH. Where it asks for that, it applies to no sale.",
        "The programme has no tier gld, sliver. Where it asks for that, it applies to no sale.",
    )
