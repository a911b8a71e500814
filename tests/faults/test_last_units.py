"""Two tills at once for the last unit of a budget or of a member's own limit, and for the same promise: once each."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from msgspec.structs import replace

from forecourt.kernel import clock, sql
from forecourt.sales import services
from forecourt.sales.values import NewSale, Receipt, Reserved
from tests.coupons.scenes import make_generic
from tests.sales.scenes import HEAD_OFFICE, a_sale, everything_proves, member, open_chain
from tests.sales.test_offers import per_litre, publish

pytestmark = pytest.mark.slow

ROUNDS = 200


def both(work: Callable[[NewSale], object], pairs: list[tuple[NewSale, NewSale]]) -> list[list[object]]:
    """Have two tills, each with a connection of its own, begin each round together; returns their answers, by round."""
    gate = threading.Barrier(2)

    def till(number: int) -> list[object]:
        answers = []
        try:
            for pair in pairs:
                gate.wait(60)
                answers.append(work(pair[number]))
        finally:
            connection.close()
        return answers

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(till, (0, 1))
    return [list(answers) for answers in zip(first, second, strict=True)]


def days(prefix: str) -> list[tuple[NewSale, NewSale]]:
    """Two sales of each of two hundred trading days."""
    now = clock.now()
    return [
        tuple(
            a_sale(f"{prefix}{till}-{number}", None, occurred_at=now - timedelta(days=number + 1), tenders=())
            for till in "ab"
        )
        for number in range(ROUNDS)
    ]


def test_the_last_unit_of_a_budget_goes_to_one_till(committed):
    open_chain()
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1", "per": "day"}]), since=400)

    def post(sale: NewSale) -> Receipt:
        (receipt,) = services.post_sales(HEAD_OFFICE, [sale])
        return receipt

    for answers in both(post, days("s")):
        assert sorted(bool(receipt.offers) for receipt in answers) == [False, True]
    assert sql.rows("SELECT count(*), sum(used) FROM offers_slot") == [(ROUNDS, ROUNDS)]
    everything_proves()


def test_the_last_unit_is_promised_to_one_till(committed):
    open_chain()
    publish(per_litre(budgets=[{"measure": "volume", "limit": "20", "per": "day"}]), since=400)

    def reserve(sale: NewSale) -> Reserved:
        (reserved,) = services.reserve_sales(HEAD_OFFICE, [sale])
        return reserved

    for answers in both(reserve, days("r")):
        assert sorted(bool(reserved.offers) for reserved in answers) == [False, True]
    everything_proves()
    services.expire_reservations(clock.now() + timedelta(hours=1))
    assert sql.rows("SELECT sum(used) FROM offers_slot") == [(0,)]
    everything_proves()


def test_one_promise_comes_to_one_sale(committed):
    open_chain()
    publish(per_litre(budgets=[{"measure": "uses", "limit": "1000"}]), since=400)
    promised = {}
    for first, _ in days("p")[:50]:
        (reserved,) = services.reserve_sales(HEAD_OFFICE, [first])
        promised[first.source_ref] = reserved.reservation
    pairs = [
        tuple(
            a_sale(f"{ref}-{till}", None, occurred_at=clock.now(), tenders=(), reservation=reservation) for till in "ab"
        )
        for ref, reservation in promised.items()
    ]
    both(lambda sale: services.post_sales(HEAD_OFFICE, [sale]), pairs)
    assert sql.rows("SELECT count(*) FROM sales_reservation WHERE outcome = 'posted'") == [(50,)]
    assert sql.rows("SELECT sum(used) FROM offers_slot") == [(100,)]
    everything_proves()


def test_what_a_member_may_have_once_is_promised_by_one_till(committed):
    chain = open_chain()
    publish(
        per_litre(budgets=[{"measure": "uses", "limit": "1", "per": "customer"}]),
        {"code": "five", "when": {"is": "coupon", "template": "summer"}, "then": [{"give": "amount", "off": "5"}]},
        since=400,
    )
    make_generic(per_customer=1)
    members = [member(number + 1) for number in range(len(chain.enrol(60)))]
    pairs = [
        tuple(
            a_sale(f"m{till}-{number}", who, occurred_at=clock.now(), tenders=(), coupons=("SUMMER26",))
            for till in "ab"
        )
        for number, who in enumerate(members)
    ]

    def reserve(sale: NewSale) -> Reserved:
        (reserved,) = services.reserve_sales(HEAD_OFFICE, [sale])
        return reserved

    rounds = both(reserve, pairs)
    for answers in rounds:
        assert sorted(len(reserved.offers) for reserved in answers) == [0, 2]
    everything_proves()
    sold = both(
        lambda sale: services.post_sales(HEAD_OFFICE, [sale])[0],
        [
            tuple(replace(sale, reservation=reserved.reservation) for sale, reserved in zip(pair, answers, strict=True))
            for pair, answers in zip(pairs, rounds, strict=True)
        ],
    )
    for promised, receipts in zip(rounds, sold, strict=True):
        assert [receipt.totals for receipt in receipts] == [reserved.totals for reserved in promised]
    assert sql.rows("SELECT count(*) FROM coupons_couponuse") == [(60,)]
    everything_proves()
