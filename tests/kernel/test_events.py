"""The event log on a database where commits are real: no event is skipped and none is read twice."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, ClassVar

import psycopg
import pytest
from django.db import connection, transaction

from forecourt.kernel import clock, events, partitions, readers, sql
from forecourt.kernel.events import Event, on, publish
from forecourt.kernel.models import Cursor


class Rang(Event):
    name: ClassVar[str] = "bell.rang.v1"
    number: int


class Fell(Event):
    name: ClassVar[str] = "bell.fell.v1"


heard: list[int] = []
broken: set[int] = set()


@pytest.fixture
def listener(committed) -> Iterator[events.Reader]:
    """A reader of bells that is registered for the test."""

    @on(Rang)
    def listen(found: Sequence[Rang]) -> None:
        for event in found:
            if event.number in broken:
                raise ValueError(f"bell {event.number} is broken")
        heard.extend(event.number for event in found)

    yield from _registered(listen)


@pytest.fixture
def neighbour(committed) -> Iterator[events.Reader]:
    """Another reader of the same events."""

    @on(Rang, Fell)
    def overhear(found: Sequence[Event]) -> None:
        pass

    yield from _registered(overhear)


def _registered(handler: Any) -> Iterator[events.Reader]:
    reader = next(found for found in events.readers() if found.handler is handler)
    readers.register_cursors()
    try:
        yield reader
    finally:
        events._readers.pop(reader.name)
        heard.clear()
        broken.clear()


def ring(*numbers: int) -> None:
    with transaction.atomic():
        publish([Rang(occurred_at=clock.now(), number=number) for number in numbers])


@contextmanager
def another_connection() -> Iterator[psycopg.Connection[Any]]:
    """A second connection to the same database, with a transaction of its own."""
    settings = connection.get_connection_params()
    wanted = {name: settings[name] for name in ("dbname", "user", "host", "port", "password") if settings.get(name)}
    with psycopg.connect(**wanted) as other:
        yield other


def ring_over(other: psycopg.Connection[Any], number: int) -> None:
    body = f'{{"customer_id":0,"occurred_at":"2026-01-01T00:00:00Z","number":{number}}}'
    other.execute(
        "INSERT INTO kernel_event (customer_id, id, recorded_at, occurred_at, name, body) "
        "VALUES (0, gen_random_uuid(), now(), now(), 'bell.rang.v1', %s::jsonb)",
        [body],
    )


def read(reader: events.Reader, *, limit: int = 1000) -> None:
    while readers.advance(reader, limit=limit):
        pass


def test_events_are_read_once_and_in_order(listener):
    ring(1, 2, 3)
    ring(4)
    read(listener, limit=2)
    read(listener)
    assert heard == [1, 2, 3, 4]


def test_a_reader_passes_no_transaction_that_is_still_running(listener):
    """The older transaction commits last: had the reader gone ahead, its event would be lost for ever."""
    with another_connection() as other:
        ring_over(other, 1)
        ring(2)
        read(listener)
        assert heard == []
        ring(3)
        read(listener)
        assert heard == []
        other.commit()
    read(listener)
    assert sorted(heard) == [1, 2, 3]
    assert heard == [1, 2, 3], "in the order of transactions"
    read(listener)
    assert len(heard) == 3


def test_what_is_older_than_the_running_transaction_is_read_at_once(listener):
    ring(1)
    with another_connection() as other:
        ring_over(other, 2)
        read(listener)
        assert heard == [1]
        other.rollback()
    ring(3)
    read(listener)
    assert heard == [1, 3]


def test_positions_within_a_transaction_may_interleave_with_others(listener):
    with another_connection() as other:
        ring_over(other, 1)
        ring(2)
        ring_over(other, 3)
        ring(4)
        other.commit()
    read(listener, limit=1)
    assert heard == [1, 3, 2, 4]


def test_a_failing_handler_stops_only_its_own_cursor_and_recovers(listener, neighbour):
    ring(1)
    read(listener)
    broken.add(3)
    ring(2, 3)
    read(listener)
    read(neighbour)
    assert heard == [1], "a list takes effect whole or not at all"
    stopped, going = Cursor.objects.get(reader=listener.name), Cursor.objects.get(reader=neighbour.name)
    assert (stopped.failures, stopped.error) == (1, "ValueError: bell 3 is broken")
    assert (going.failures, going.position > stopped.position) == (0, True)
    assert readers.advance(listener) == 0, "it rests before it tries again"
    broken.clear()
    Cursor.objects.filter(reader=listener.name).update(failed_at=clock.now() - timedelta(minutes=10))
    read(listener)
    assert heard == [1, 2, 3]
    mended = Cursor.objects.get(reader=listener.name)
    assert (mended.failures, mended.error) == (0, "")


def test_pauses_grow_with_failures(listener):
    broken.add(1)
    ring(1)
    for failures in (1, 2, 3):
        assert readers.advance(listener) == 0
        assert Cursor.objects.get(reader=listener.name).failures == failures
        Cursor.objects.filter(reader=listener.name).update(failed_at=clock.now() - timedelta(seconds=2**failures - 1))
        readers.advance(listener)
        assert Cursor.objects.get(reader=listener.name).failures == failures, "too early"
        Cursor.objects.filter(reader=listener.name).update(failed_at=clock.now() - timedelta(seconds=2**failures + 1))


def test_a_reader_that_is_at_work_elsewhere_is_left_alone(listener):
    ring(1)
    with another_connection() as other:
        other.execute("SELECT 1 FROM kernel_cursor WHERE reader = %s FOR UPDATE", [listener.name])
        assert readers.advance(listener) == 0
        other.rollback()
    read(listener)
    assert heard == [1]


def test_a_command_that_fails_publishes_nothing(listener):
    class Refused(Exception):
        pass

    def command() -> None:
        with transaction.atomic():
            publish([Rang(occurred_at=clock.now(), number=1)])
            raise Refused

    with pytest.raises(Refused):
        command()
    read(listener)
    assert heard == []


def test_names_of_events_are_versioned_and_taken_once():
    with pytest.raises(TypeError, match="must look like"):
        type("Odd", (Event,), {"name": "odd", "__annotations__": {}})
    with pytest.raises(TypeError, match="two events are named"):
        type("Impostor", (Event,), {"name": "bell.rang.v1", "__annotations__": {}})


def test_partitions_are_made_on_demand_from_two_connections_at_once(committed):
    month = date(2007, 3, 1)
    sql.run("DROP TABLE IF EXISTS kernel_event_2007_03")
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def make() -> None:
        try:
            start.wait()
            with transaction.atomic():
                partitions.ensure_months("kernel_event", [month, date(2007, 3, 31)])
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    found = "SELECT count(*) FROM pg_inherits WHERE inhrelid = to_regclass('kernel_event_2007_03')"
    assert sql.rows(found) == [(1,)]
    sql.run("DROP TABLE kernel_event_2007_03")


def test_two_writers_who_come_to_a_new_month_in_different_orders_do_not_wait_in_a_ring(committed):
    tables = ("sales_sale", "loyalty_entry")
    failures: list[BaseException] = []

    def write(order: Sequence[str]) -> None:
        try:
            with transaction.atomic():
                for table in order:
                    partitions.ensure_months(table, [date(2007, 6, 6)])
                    time.sleep(0.3)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[order]) for order in (tables, tables[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    for table in partitions.PARTITIONED.keys() - {"kernel_event"}:
        sql.run(f"DROP TABLE {table}_2007_06")


def test_a_partition_made_in_a_transaction_that_failed_is_made_again(committed):
    class Refused(Exception):
        pass

    def attempt(*, fail: bool) -> None:
        with transaction.atomic():
            partitions.ensure_months("kernel_event", [date(2007, 5, 5)])
            if fail:
                raise Refused

    exists = "SELECT to_regclass('kernel_event_2007_05') IS NOT NULL"
    with pytest.raises(Refused):
        attempt(fail=True)
    assert sql.rows(exists) == [(False,)]
    attempt(fail=False)
    assert sql.rows(exists) == [(True,)]
    sql.run("DROP TABLE kernel_event_2007_05")


def test_partitions_are_prepared_ahead_for_every_hot_table(committed):
    partitions.prepare(date(2009, 11, 30))
    months = ("2009_11", "2009_12", "2010_01", "2010_02")
    for table in partitions.PARTITIONED:
        for month in months:
            assert sql.rows(f"SELECT to_regclass('{table}_{month}') IS NOT NULL") == [(True,)], (table, month)
            sql.run(f"DROP TABLE {table}_{month}")
