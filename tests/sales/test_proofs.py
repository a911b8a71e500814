"""`forecourt prove`: it finds nothing in good books, and every proof finds what was tampered with."""

from decimal import Decimal

import pytest
from click.testing import CliRunner

from forecourt.faces import proofs
from forecourt.faces.cli.prove import prove
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty_services
from forecourt.sales import services
from forecourt.sales.values import NewRefund, RefundLine
from tests.sales.scenes import (
    HEAD_OFFICE,
    a_line,
    a_return,
    a_sale,
    ago,
    catch_up,
    day_of,
    differences,
    everything_proves,
    water,
)
from tests.sales.test_offers import per_litre, publish


@pytest.fixture
def busy_chain(real_chain):
    """A chain in whose books every kind of entry stands."""
    first, second = real_chain.enrol(2)
    real_chain.post(
        a_sale("1", 1, a_line(), water(30), occurred_at=ago(9)),
        a_sale("2", 2, water(2), occurred_at=ago(8)),
        a_sale("3", None, a_line("?", "1", "1.00")),
        a_return("4", 1, 3),
        a_return("5", 2, 10),
    )
    sale = real_chain.post_one("6", 1, water(4))
    services.refund_sale(HEAD_OFFICE, sale.id, NewRefund(source_ref="r", lines=(RefundLine(line=1),)))
    loyalty_services.adjust_points(HEAD_OFFICE, first, 40, "gift")
    loyalty_services.adjust_points(HEAD_OFFICE, second, -5, "spent")
    publish(
        per_litre(
            budgets=[{"measure": "volume", "limit": "1000"}, {"measure": "uses", "limit": "4", "per": "customer"}]
        )
    )
    real_chain.post_one("7", 1, tenders=())
    services.review_tiers(HEAD_OFFICE, day_of(ago(0)))
    everything_proves()
    return real_chain


_FIRST = "(SELECT sale_id FROM sales_claim WHERE source_ref = '1')"
TAMPERING = {
    "names of sales": f"DELETE FROM sales_claim WHERE sale_id = {_FIRST}",
    "totals of sales": f"UPDATE sales_line SET quantity = quantity + 1 WHERE sale_id = {_FIRST} AND number = 1",
    "points of sales": f"UPDATE sales_sale SET points_earned = points_earned + 1 WHERE id = {_FIRST}",
    "points that paid": f"UPDATE sales_sale SET points_spent = 1 WHERE id = {_FIRST}",
    "refunds": "UPDATE sales_line SET quantity = -5, amount = -25 WHERE sale_id ="
    " (SELECT sale_id FROM sales_claim WHERE source_ref = 'r')",
    "points balances": "UPDATE loyalty_balance SET points = points + 1 WHERE customer_id = 1",
    "lots and debts": "UPDATE loyalty_allocation SET points = points + 500 WHERE customer_id = 1",
    "allocations": "UPDATE loyalty_allocation SET lot_id = gen_random_uuid() WHERE customer_id = 1",
    "sums of days": "UPDATE sales_rollup SET amount = amount + 1 WHERE product_id = 0",
    "awards of offers": "UPDATE sales_award SET discount = discount + 100",
    "visits": "UPDATE loyalty_balance SET sales = sales + 1 WHERE customer_id = 1",
    "budgets of offers": "UPDATE offers_slot SET used = used + 1",
    "limits of customers": "UPDATE sales_award SET uses = uses + 4 WHERE uses > 0",
    "tiers": "UPDATE loyalty_balance SET tier = 'gold' WHERE customer_id = 2",
}


ELSEWHERE = ["accounts", "games", "rewards", "coupons", "occasions"]
"""Folders that put their own proofs to the test."""


def test_every_proof_is_put_to_the_test():
    here = {
        check.name
        for check in (*proofs.CHECKS, proofs.VISITS, proofs.ROLLUP)
        if check.looked_at.split("_")[0] not in ELSEWHERE
    }
    assert set(TAMPERING) == here | {"tiers"}


@pytest.mark.parametrize("proof", TAMPERING)
def test_a_proof_finds_what_was_tampered_with(busy_chain, proof):
    assert sql.run(TAMPERING[proof]) > 0
    assert proof in differences()


@pytest.mark.parametrize(
    ("tampering", "proof"),
    [
        (f"DELETE FROM sales_sale WHERE id = {_FIRST}", "names of sales"),
        (f"DELETE FROM sales_line WHERE sale_id = {_FIRST}", "totals of sales"),
        (f"UPDATE sales_sale SET net = net + 1 WHERE id = {_FIRST}", "totals of sales"),
        (f"UPDATE sales_sale SET fuel_amount = fuel_amount + 1 WHERE id = {_FIRST}", "totals of sales"),
        (f"DELETE FROM loyalty_entry WHERE sale_id = {_FIRST}", "points of sales"),
        ("UPDATE loyalty_entry SET sale_id = gen_random_uuid() WHERE sale_id IS NOT NULL", "points of sales"),
        ("DELETE FROM loyalty_balance WHERE customer_id = 1", "points balances"),
        ("DELETE FROM loyalty_allocation", "lots and debts"),
        ("DELETE FROM sales_rollup", "sums of days"),
        ("UPDATE sales_rollup SET sales = sales + 1 WHERE product_id = 0", "sums of days"),
        ("UPDATE loyalty_balance SET tier_value = tier_value + 1 WHERE customer_id = 1", "tiers"),
    ],
)
def test_rows_that_went_missing_or_were_changed_are_found(busy_chain, tampering, proof):
    assert sql.run(tampering) > 0
    assert proof in differences()


def test_the_command_prints_counts_and_ends_with_one_on_a_difference(busy_chain):
    catch_up()
    good = CliRunner().invoke(prove)
    assert good.exit_code == 0, good.output
    assert "Proof of the books" in good.output
    sql.run(TAMPERING["points balances"])
    bad = CliRunner().invoke(prove)
    assert bad.exit_code == 1
    assert "points balances: customer 1: recorded" in bad.output


@pytest.fixture
def changing_chain(real_chain):
    """A chain whose offer said something else of its budgets and limits in each version, and gave something in each."""
    real_chain.enrol(2)
    once = {"measure": "uses", "limit": "1", "per": "customer"}
    twice = {"measure": "uses", "limit": "2", "per": "customer"}
    for number, budgets in enumerate(
        (
            [],
            [{"measure": "money", "limit": "5000"}, once],
            [{"measure": "money", "limit": "4000"}, {"measure": "volume", "limit": "900", "per": "station_day"}, twice],
            [{"measure": "uses", "limit": "70", "per": "day"}, twice],
        )
    ):
        publish(per_litre(budgets=budgets), since=0)
        sold = real_chain.post(
            *[a_sale(f"{number}-{who}", who, occurred_at=clock.now(), tenders=()) for who in (1, 2, None)]
        )
        assert number in (0, 3) or not sold[2].offers
        services.refund_sale(HEAD_OFFICE, sold[0].id, NewRefund(source_ref=f"{number}-part", lines=HALF))
    everything_proves()
    return real_chain


HALF = (RefundLine(line=1, quantity=Decimal(10)),)


@pytest.mark.parametrize(
    ("tampering", "proof"),
    [
        ("UPDATE offers_slot SET used = used - 1 WHERE budget LIKE '%%:money:total' AND used > 0", "budgets of offers"),
        ("UPDATE offers_slot SET used = used + 1 WHERE budget LIKE '%%:volume:%%'", "budgets of offers"),
        ("DELETE FROM offers_slot WHERE budget LIKE '%%:money:%%'", "budgets of offers"),
        ("UPDATE offers_slot SET quota = quota + 1 WHERE slot = 0 AND budget LIKE '%%:volume:%%'", "budgets of offers"),
        (
            "UPDATE offers_slot SET quota = quota + 1500 WHERE slot = 0 AND budget LIKE '%%:money:%%'",
            "budgets of offers",
        ),
        ("UPDATE sales_award SET version = 2 WHERE version = 1", "budgets of offers"),
        ("UPDATE sales_award SET version = 2", "limits of customers"),
        ("UPDATE sales_award SET uses = -9 WHERE uses > 0", "limits of customers"),
    ],
)
def test_budgets_and_limits_of_several_versions_are_proven_to_the_unit(changing_chain, tampering, proof):
    assert sql.run(tampering) > 0
    assert proof in differences()
