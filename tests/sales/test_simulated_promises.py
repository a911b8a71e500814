"""Past sales that were promised something: they are rated as of the moment when they were reserved."""

from msgspec.structs import replace

from forecourt.kernel import clock, sql
from forecourt.loyalty.services import draft_programme
from forecourt.offers import services as offers
from forecourt.sales import services
from forecourt.sales.services import simulating
from forecourt.sales.values import NewRefund
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, Chain, ago
from tests.sales.test_offers import per_litre, post, publish
from tests.sales.test_promised_limits import TEN_OFF, paid
from tests.sales.test_reservations import reserve, sale
from tests.sales.test_simulating import asked, draft, nothing_changes

HELLO = {"code": "hello", "when": {"is": "first_purchase"}, "then": [{"give": "amount", "off": "10"}]}
THIRD = {"code": "third", "when": {"is": "visit", "number": 3}, "then": [{"give": "points", "points": 70}]}


def sold(chain: Chain, net: str, promised) -> None:
    """The sale that was promised comes, for this much."""
    receipt = post(chain, "1", 1, occurred_at=clock.now(), tenders=paid(net), reservation=promised.reservation)
    assert str(receipt.totals.net) == net


def test_a_first_purchase_that_was_promised_stays_one(chain):
    """What is bought meanwhile is one too, and what comes afterwards counts both."""
    publish(HELLO, THIRD, since=100)
    chain.enrol()
    promised = reserve(sale("1"))
    assert post(chain, "2", 1, occurred_at=clock.now()).totals.discount == 10
    sold(chain, "143.00", promised)
    assert post(chain, "3", 1, occurred_at=clock.now()).points.earned == 90
    assert nothing_changes()["total"]["discount_after"] == "20.00"


def test_an_offer_that_ended_before_the_sale_is_given_as_promised(chain):
    publish(per_litre(), since=1)
    chain.enrol()
    promised = reserve(sale("1"))
    offers.end_offer(HEAD_OFFICE, "litre")
    sold(chain, "147.00", promised)
    assert nothing_changes()["total"]["discount_after"] == "6.00"


def test_a_limit_that_was_held_is_not_there_for_what_is_bought_meanwhile(chain):
    publish(TEN_OFF, since=1)
    chain.enrol()
    promised = reserve(sale("1"))
    assert not post(chain, "2", 1, occurred_at=clock.now()).offers
    sold(chain, "143.00", promised)
    (given,) = nothing_changes()["offers"]
    assert given["uses"] == "1"
    seen = {}
    simulating.simulate(asked(), seen=lambda past, outcome: seen.update({outcome.known.promise is None: outcome}))
    assert [str(seen[is_plain].totals.net) for is_plain in (False, True)] == ["143.00", "153.00"]


def test_the_tier_of_then_counts(chain):
    tiers = (PROGRAMME.tiers[0], replace(PROGRAMME.tiers[1], multiplier_percent=200), PROGRAMME.tiers[2])
    chain.publish(replace(PROGRAMME, tiers=tiers), valid_from=ago(60))
    basics = {"code": "basics", "when": {"is": "tier", "of": ["basic"]}, "then": [{"give": "amount", "off": "9"}]}
    publish(basics, since=100)
    chain.enrol()
    assert post(chain, "0", 1, occurred_at=ago(3)).totals.discount == 9
    sql.run("UPDATE loyalty_balance SET tier = 'silver'")
    promised = reserve(sale("1"))
    sql.run("UPDATE loyalty_balance SET tier = 'basic'")
    sold(chain, "153.00", promised)
    assert nothing_changes()["total"]["points_after"] == "60"


def test_a_draft_meets_it_with_what_the_member_had_done_then(chain):
    """A part that was taken back in between makes no difference to it."""
    chain.enrol()
    earlier = post(chain, "0", 1, occurred_at=ago(3))
    promised = reserve(sale("1"))
    services.refund_sale(HEAD_OFFICE, earlier.id, NewRefund(source_ref="r"))
    sold(chain, "153.00", promised)
    second = {"code": "second", "when": {"is": "visit", "number": 2}, "then": [{"give": "amount", "off": "4"}]}
    assert simulating.simulate(asked(offers=draft(second)))["total"]["discount_after"] == "4.00"


def test_a_draft_of_the_programme_meets_it_in_the_tier_it_would_have_given(chain):
    chain.enrol()
    sold(chain, "153.00", reserve(sale("1")))
    tiers = (replace(PROGRAMME.tiers[0], multiplier_percent=300), *PROGRAMME.tiers[1:])
    draft_programme(HEAD_OFFICE, replace(PROGRAMME, tiers=(replace(tiers[0], code="all"), *tiers[1:])))
    assert simulating.simulate(asked(programme="draft"))["total"]["points_after"] == "60"
