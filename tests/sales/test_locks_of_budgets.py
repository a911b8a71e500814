"""Writers at the end of a budget: who waited for a slot in vain lets go of it before they hold all others; slots of threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction

from forecourt.kernel import clock, sql
from forecourt.offers.records import budgets
from forecourt.sales import services
from forecourt.sales.values import Receipt
from tests.sales.scenes import HEAD_OFFICE, a_line, a_sale, ago, everything_proves
from tests.sales.test_locks_of_merges import apart
from tests.sales.test_locks_of_promises import until_somebody_waits
from tests.sales.test_offers import per_litre, publish

HELD = "SELECT used FROM offers_slot WHERE budget = %(budget)s FOR NO KEY UPDATE NOWAIT"


def test_who_waited_in_vain_for_the_only_budget_that_it_wants_keeps_no_lock_of_it(real_chain):
    """Its list looks at the budget of an earlier day too, which another holds: a ring, if that one wants this one next."""
    publish(
        per_litre(
            when={"is": "bought", "quantity": "15"}, budgets=[{"measure": "volume", "limit": "900", "per": "day"}]
        )
    )
    real_chain.post(*[a_sale(f"{days}", None, occurred_at=ago(days), tenders=()) for days in (3, 2)])
    earlier, later = [row[0] for row in sql.rows("SELECT budget FROM offers_slot ORDER BY budget")]
    little = a_sale("little", None, a_line("92", "5", "38.25"), occurred_at=ago(3), tenders=())
    much = a_sale("much", None, occurred_at=ago(2), tenders=())
    is_held, may_end = threading.Event(), threading.Event()

    def hold_earlier() -> None:
        with transaction.atomic():
            sql.rows(HELD, {"budget": earlier})
            is_held.set()
            may_end.wait(20)

    threads = [apart(hold_earlier)]
    assert is_held.wait(20)
    with transaction.atomic():
        sql.run("UPDATE offers_slot SET used = 890 WHERE budget = %(budget)s", {"budget": later})
        threads.append(apart(lambda: services.post_sales(HEAD_OFFICE, [little, much])))
        until_somebody_waits()
    until_somebody_waits()
    try:
        with transaction.atomic():
            assert sql.rows(HELD, {"budget": later}) == [(Decimal(890),)]
    finally:
        may_end.set()
        for thread in threads:
            thread.join(30)
    assert sql.rows("SELECT budget, used FROM offers_slot ORDER BY budget") == [(earlier, 20), (later, 900)]


@pytest.mark.slow
def test_writers_at_once_share_budgets_out_anew_whose_limits_change_and_wait_in_no_ring(real_chain):
    """Two offers raised and lowered over a thousand while four tills sell lists."""

    def limit(*limits: str) -> None:
        publish(
            *[
                per_litre(code, "0.10", budgets=[{"measure": "volume", "limit": most, "per": per}])
                for code, most, per in zip(("one", "two"), limits, ("total", "station"), strict=True)
            ],
            since=0,
        )

    def till(number: int) -> None:
        try:
            for count in range(30):
                at = clock.now()
                sales = [a_sale(f"{number}-{count}-{one}", None, occurred_at=at, tenders=()) for one in range(2)]
                assert all(isinstance(one, Receipt) for one in services.post_sales(HEAD_OFFICE, sales))
        finally:
            connection.close()

    limit("500", "1500")
    with ThreadPoolExecutor(4) as pool:
        tills = [pool.submit(till, number) for number in range(4)]
        for limits in (("1200", "400"), ("3000", "1100"), ("2000", "5000"), ("4900", "4900")):
            time.sleep(0.8)
            limit(*limits)
        for one in tills:
            one.result()
    real_chain.post_one("last", None, occurred_at=clock.now(), tenders=())
    rows = sql.rows("SELECT sum(quota), sum(used), count(*) FROM offers_slot GROUP BY budget")
    assert [(quota, count) for quota, _used, count in rows] == [(4900, 8)] * len(rows)
    everything_proves()


def test_threads_of_one_process_take_from_several_slots():
    gate = threading.Barrier(8)

    def own() -> int:
        gate.wait(20)
        return budgets.own_slot(Decimal(1000))

    with ThreadPoolExecutor(8) as pool:
        slots = {one.result() for one in [pool.submit(own) for _ in range(8)]}
    assert len(slots) > 1
    assert slots <= set(range(8))
