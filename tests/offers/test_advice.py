"""What whoever makes an offer is told beforehand, though it may be meant."""

import msgspec
import pytest
from django.utils.translation import override

from forecourt.offers import queries
from forecourt.offers.rules import language
from tests.sales.scenes import WATER, ago, open_chain, set_floor
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
