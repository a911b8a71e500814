"""Who is merged while their sale waits for them: the survivor is locked in the order in which everybody locks, not second."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from forecourt.customers import records as customer_records
from forecourt.kernel import clock, sql
from forecourt.kernel.problems import Unavailable
from forecourt.sales import services
from forecourt.sales.services.claiming import MergedMeanwhile, begun_anew
from forecourt.sales.values import NewSale
from tests.sales.scenes import HEAD_OFFICE, a_sale, flat_books_agree
from tests.sales.test_locks_of_promises import until_somebody_waits


def post(wanted: NewSale) -> None:
    services.post_sales(HEAD_OFFICE, [wanted])


def reserve(wanted: NewSale) -> None:
    services.reserve_sales(HEAD_OFFICE, [wanted])


def apart(act: Callable[[], object]) -> threading.Thread:
    """Begin that on a connection of its own."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize(("command", "table"), [(post, "sales_sale"), (reserve, "sales_reservation")])
def test_who_waits_for_a_survivor_does_not_hold_whom_it_was(real_chain, command: Callable[[NewSale], None], table: str):
    survivor, merged = real_chain.enrol(2)
    is_locked, may_commit = threading.Event(), threading.Event()

    def merge() -> None:
        with transaction.atomic():
            customer_records.lock([merged])
            is_locked.set()
            may_commit.wait(20)
            customer_records.point_to(survivor, [merged])

    with transaction.atomic():
        customer_records.lock([survivor])
        threads = [apart(merge)]
        assert is_locked.wait(20)
        threads.append(apart(lambda: command(a_sale("1", 2, tenders=(), occurred_at=clock.now()))))
        until_somebody_waits()
        may_commit.set()
        end = time.monotonic() + 20
        while customer_records.lock_free([merged]) != {merged}:
            assert time.monotonic() < end, "whoever waits for the survivor holds the other"
            time.sleep(0.01)
    for thread in threads:
        thread.join(30)
    assert sql.rows(f"SELECT customer_id FROM {table}") == [(survivor,)]
    flat_books_agree()


def test_who_is_merged_again_and_again_is_told_to_send_it_again():
    @begun_anew
    def command() -> None:
        raise MergedMeanwhile

    with pytest.raises(Unavailable, match="send it again"):
        command()
