"""Past sales whose price stood: no rules take money off them, those that are simulated neither."""

from decimal import Decimal
from typing import Any

from forecourt.sales.services import simulating
from forecourt.sales.values import NewTender
from tests.sales.scenes import ago
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_simulating import asked, draft


def paid(net: str) -> tuple[NewTender, ...]:
    return (NewTender(kind="cash", amount=Decimal(net)),)


def discounts(**more: Any) -> tuple[str, str, int]:
    """The discount as it was and as it would have been, and how many sales kept their full price."""
    found = simulating.simulate(asked(**more))
    return found["total"]["discount_before"], found["total"]["discount_after"], found["full_price"]


def test_sales_at_the_full_price_of_tills_that_did_not_ask_keep_it(chain):
    publish(per_litre(), since=100)
    chain.enrol()
    post(chain, "asked", 1, tenders=paid("147.00"), occurred_at=ago(3))
    post(chain, "never", 1, tenders=paid("153.00"), occurred_at=ago(2))
    post(chain, "said", 1, tenders=paid("153.00"), pricing="final", occurred_at=ago(1))
    assert discounts() == ("6.00", "6.00", 2)
    assert discounts(offers=draft(per_litre(code="more", off="0.50"))) == ("6.00", "16.00", 2)


def test_what_offers_give_beside_money_at_the_full_price_stays(chain):
    both = {
        "code": "both",
        "then": [{"give": "amount", "off": "3"}, {"give": "points", "points": 40}],
    }
    publish(both, since=100)
    chain.enrol()
    post(chain, "never", 1, tenders=paid("153.00"))
    found = simulating.simulate(asked())
    assert (found["total"]["points_before"], found["total"]["points_after"]) == ("60", "60")
    assert (found["members"]["winners"], found["members"]["losers"]) == (0, 0)


def test_a_draft_takes_money_off_a_full_price_off_which_nothing_was_to_be_taken(chain):
    """The till may have asked: there was nothing to be given."""
    chain.enrol()
    post(chain, "1", 1, tenders=paid("153.00"))
    assert discounts() == ("0", "0", 0)
    assert discounts(offers=draft(per_litre())) == ("0", "6.00", 0)
