"""Two tills at once for the last unit of a budget, and for the same promise: once each, two hundred times."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from forecourt.kernel import clock, sql
from forecourt.sales import services
from forecourt.sales.values import NewSale, Receipt, Reserved
from tests.sales.scenes import HEAD_OFFICE, a_sale, everything_proves, open_chain
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
