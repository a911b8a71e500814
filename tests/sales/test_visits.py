"""How often members came: counted as sales are posted, refunded, repaired and merged, and proven from the sales."""

from decimal import Decimal

import pytest

from forecourt.customers import services as customer_services
from forecourt.faces import proofs
from forecourt.kernel import sql
from forecourt.loyalty import queries as loyalty
from forecourt.sales import queries, services
from forecourt.sales.values import NewRefund, RefundLine
from tests.sales.scenes import HEAD_OFFICE, a_line, a_return, a_sale, ago, catch_up, member, water


def proven() -> None:
    assert sql.rows(proofs.VISITS.statement) == []


def counted(customer_id: int) -> tuple[int, object]:
    standing = loyalty.balance(customer_id)
    return standing.sales, standing.last_sale_at


def test_sales_count_but_for_goods_taken_back_and_what_was_refunded_whole(chain):
    (customer_id,) = chain.enrol()
    last = ago(1)
    whole = chain.post_one("1", 1, water(4), a_line(), occurred_at=ago(4))
    part = chain.post_one("2", 1, water(4), occurred_at=ago(3))
    chain.post_one("3", 1, occurred_at=last)
    chain.post(a_return("4", 1, 2))
    proven()
    assert counted(customer_id) == (3, last)
    for name, lines in (("r1", (RefundLine(line=1),)), ("r2", None)):
        services.refund_sale(HEAD_OFFICE, whole.id, NewRefund(source_ref=name, lines=lines))
        proven()
    services.refund_sale(
        HEAD_OFFICE, part.id, NewRefund(source_ref="r3", lines=(RefundLine(line=1, quantity=Decimal(3)),))
    )
    proven()
    assert counted(customer_id) == (2, last)


def test_visits_go_with_a_merge_and_come_back_exactly(real_chain):
    survivor, merged = real_chain.enrol(2)
    late = ago(1)
    real_chain.post_one("1", 1, occurred_at=ago(9))
    theirs = real_chain.post_one("2", 2, water(2), occurred_at=ago(8))
    real_chain.post_one("3", 2, occurred_at=late)
    merge = customer_services.merge_customers(HEAD_OFFICE, survivor, merged, "the same")
    real_chain.post_one("4", member(2), occurred_at=ago(2))
    catch_up()
    proven()
    assert [counted(one) for one in (survivor, merged)] == [(4, late), (0, None)]
    services.refund_sale(HEAD_OFFICE, theirs.id, NewRefund(source_ref="r"))
    proven()
    customer_services.undo_merge(HEAD_OFFICE, merge)
    catch_up()
    proven()
    assert [counted(one)[0] for one in (survivor, merged)] == [2, 1]


def test_counting_some_or_all_comes_to_the_same(chain):
    members = chain.enrol(3)
    chain.post(*[a_sale(str(number), 1 + number % 3, occurred_at=ago(number + 1)) for number in range(7)])
    assert sorted(queries.visits(members)) == [(one, *counted(one)) for one in members]
    assert [row[1] for row in sorted(queries.visits(members))] == [3, 2, 2]


@pytest.mark.parametrize("tampering", ["sales = sales + 1", "last_sale_at = last_sale_at - interval '1 second'"])
def test_the_proof_finds_what_was_tampered_with(chain, tampering):
    chain.enrol()
    chain.post_one("1", 1)
    proven()
    sql.run(f"UPDATE loyalty_balance SET {tampering}")
    assert len(sql.rows(proofs.VISITS.statement)) == 1
