"""Quotes and simulations: what posting would say, and nothing recorded."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.customers.values import CustomerClaim, CustomerKind, IdentityKind, NewCustomer, NewIdentity
from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotAllowed, Problem
from forecourt.offers import services as offers
from forecourt.offers.rules.language import Policy
from forecourt.sales import services, wire
from tests.sales.scenes import HEAD_OFFICE, PROGRAMME, a_line, a_sale, count, points, water
from tests.sales.test_offers import per_litre, publish

TABLES = ("sales_claim", "sales_sale", "sales_line", "sales_repair", "loyalty_entry", "kernel_event")


def rows() -> list[int]:
    return [count(table) for table in TABLES]


def test_a_quote_says_what_posting_would_and_records_nothing(chain):
    (customer_id,) = chain.enrol()
    chain.post_one("before", 1, water(3))
    before = rows()
    sale = a_sale("1", 1, a_line(), water(2), a_line("?", "1", "1.00"))
    (quote,) = services.quote_sales(chain.actor, [sale])
    assert rows() == before
    assert points(customer_id) == 15
    (receipt,) = chain.post(sale)
    for name in ("customer_id", "totals", "points", "tier", "flags"):
        assert getattr(quote, name) == getattr(receipt, name), name
    assert wire.encode(quote.explanation) == wire.encode(wire.decode_reasons(receipt.explanation))


def test_a_quote_for_a_new_member_says_what_posting_would(chain):
    """Also where the balance is not opened yet, because the event log's reader has not come so far."""
    chain.enrol()
    sale = a_sale("1", 1)
    (quote,) = services.quote_sales(chain.actor, [sale])
    (receipt,) = chain.post(sale)
    assert (quote.tier, quote.points) == (receipt.tier, receipt.points)


def test_a_quote_for_a_new_business_begins_in_the_tier_where_businesses_start(chain):
    chain.publish(replace(PROGRAMME, business_tier="silver"))
    phone = NewIdentity(kind=IdentityKind.PHONE, value="13900000001")
    customers.create_customers(chain.actor, [NewCustomer(name="车队", kind=CustomerKind.BUSINESS, identities=(phone,))])
    sale = a_sale("1", CustomerClaim(phone=phone.value))
    (quote,) = services.quote_sales(chain.actor, [sale])
    (receipt,) = chain.post(sale)
    assert (quote.tier, quote.points) == (receipt.tier, receipt.points)
    assert quote.tier == "silver"


def test_quotes_stand_each_by_itself(chain):
    chain.enrol()
    first, bad, second = services.quote_sales(chain.actor, [a_sale("1", 1), a_sale("2", station="?"), a_sale("1", 1)])
    assert isinstance(bad, Problem)
    assert first.points == second.points


def test_a_simulation_rates_under_other_rules_and_records_nothing(chain):
    (customer_id,) = chain.enrol()
    chain.post_one("before", 1, water(3))
    before = rows()
    tripled = replace(PROGRAMME, rates=tuple(replace(rate, points=Decimal(3)) for rate in PROGRAMME.rates))
    outcome, bad = services.simulate_sales(chain.actor, [a_sale("1", 1, water(2)), a_sale("2", station="?")], tripled)
    assert outcome.points_earned == 30
    assert isinstance(bad, Problem)
    assert rows() == before
    assert points(customer_id) == 15


def test_a_simulation_has_all_other_rules_as_they_are_in_force(chain):
    """A policy: of two offers a sale gets one."""
    chain.enrol()
    publish(per_litre(), per_litre("more", "0.50"))
    offers.draft_policy(HEAD_OFFICE, Policy(most_offers=1))
    offers.submit_policy(HEAD_OFFICE)
    offers.approve_policy(replace(HEAD_OFFICE, name="chief"))
    sale = a_sale("1", 1, tenders=(), occurred_at=clock.now())
    (outcome,) = services.simulate_sales(chain.actor, [sale], PROGRAMME)
    (receipt,) = chain.post(sale)
    assert outcome.totals.discount == receipt.totals.discount == 10


def test_quotes_and_simulations_ask_for_permission(chain):
    nobody = Actor(kind="staff", name="E1")
    with pytest.raises(NotAllowed):
        services.quote_sales(nobody, [a_sale("1")])
    with pytest.raises(NotAllowed):
        services.simulate_sales(nobody, [a_sale("1")], PROGRAMME)
