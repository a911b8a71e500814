"""Statements and COPY straight on libpq: what goes in comes back, errors are Django's, and the connection survives them."""

import os
import signal
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from forecourt.kernel import sql

TABLE = "CREATE TEMPORARY TABLE shelf (id bigint PRIMARY KEY, label text NOT NULL)"
INTO = ("shelf", ("id", "label"))


@pytest.fixture
def shelf(committed) -> None:
    sql.run("DROP TABLE IF EXISTS pg_temp.shelf")
    sql.run(TABLE)


def labels() -> list[str]:
    return [row[0] for row in sql.rows("SELECT label FROM shelf ORDER BY id", hot=True)]


def rows_of(*pairs: tuple[int, str]) -> list[str]:
    return [sql.copy_line(*pair) for pair in pairs]


@pytest.mark.django_db
@given(
    number=st.integers(-(2**63), 2**63 - 1),
    text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    amount=st.decimals(-(10**12), 10**12, places=4, allow_nan=False),
    moment=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),
)
def test_values_come_back_as_they_went(number, text, amount, moment):
    found = sql.rows(
        "SELECT %(number)s::bigint, %(text)s::text, %(amount)s::numeric, %(moment)s::timestamptz, %(text)s || '%%', NULL",
        {"number": number, "text": text, "amount": amount, "moment": moment},
        hot=True,
    )
    assert found == [(number, text, amount, moment, text + "%", None)]


@pytest.mark.django_db
def test_a_prepared_statement_answers_as_the_drivers_cursor_does():
    statement = (
        "SELECT id, day, at, name, body, flags FROM (VALUES (%(id)s::uuid, %(day)s::date, now(), 'x'::varchar, "
        "'\\x00ff'::bytea, ARRAY['a', 'b'])) AS one (id, day, at, name, body, flags)"
    )
    with transaction.atomic():
        given = {"id": UUID(int=7), "day": date(2026, 11, 28)}
        assert sql.rows(statement, given, hot=True) == sql.rows(statement, given)


def overlapped(*rows: list[str], then=lambda: None) -> None:
    """Copy these and do something more while the last is under way."""
    with transaction.atomic(), sql.overlapping():
        for one in rows:
            sql.copy_in(*INTO, one)
        then()


def test_a_copy_runs_on_and_is_stored_when_the_block_is_left(shelf):
    wide = "x" * 100_000
    with transaction.atomic(), sql.overlapping():
        for number in range(20):  # more than any socket holds
            sql.copy_in(*INTO, rows_of((number, wide)))
        assert len(labels()) == 20
        sql.copy_in(*INTO, rows_of((20, "last")))
    assert labels()[-1] == "last"


def test_an_error_of_a_copy_that_runs_on_comes_when_the_block_is_left(shelf):
    heard = []
    with pytest.raises(IntegrityError, match="shelf_pkey"):
        overlapped(rows_of((1, "a"), (1, "b")), then=lambda: heard.append("went on"))
    assert heard == ["went on"]
    assert labels() == []


def test_an_error_of_a_copy_that_runs_on_comes_with_the_next_statement(shelf):
    heard = []
    with pytest.raises(IntegrityError):
        overlapped(rows_of((1, "a"), (1, "b")), then=lambda: heard.append(sql.rows("SELECT 1")))
    assert heard == []
    assert labels() == []


def test_an_error_of_our_own_in_the_block_leaves_a_connection_that_works(shelf):
    with pytest.raises(ZeroDivisionError):
        overlapped(rows_of((1, "a")), then=lambda: 1 // 0)
    assert labels() == []
    with transaction.atomic():
        sql.copy_in(*INTO, rows_of((1, "b")))
    assert labels() == ["b"]


def test_what_is_prepared_outlives_a_transaction_that_failed(shelf):
    statement = "SELECT %(number)s::int / %(by)s::int"
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        sql.rows(statement, {"number": 1, "by": 0}, hot=True)
    assert sql.rows(statement, {"number": 6, "by": 3}, hot=True) == [(2,)]


def test_a_block_that_an_error_of_our_own_leaves_is_undone_alone(shelf):
    with transaction.atomic():
        sql.copy_in(*INTO, rows_of((1, "kept")))
        with pytest.raises(ZeroDivisionError):
            _undone(rows_of((2, "undone")))
        with sql.savepoint():
            sql.copy_in(*INTO, rows_of((3, "kept too")))
    assert labels() == ["kept", "kept too"]


def _undone(rows: list[str]) -> None:
    with sql.savepoint():
        sql.copy_in(*INTO, rows)
        _ = 1 // 0


def test_how_many_rows_were_touched(shelf):
    sql.copy_in(*INTO, rows_of((1, "a"), (2, "a"), (3, "b")))
    assert sql.run("UPDATE shelf SET label = 'c' WHERE label = %(label)s", {"label": "a"}, hot=True) == 2


def test_a_server_that_goes_away_is_an_operational_error_and_the_next_connection_works(committed):
    backend = sql.rows("SELECT pg_backend_pid()", hot=True)[0][0]
    os.kill(backend, signal.SIGTERM)
    with pytest.raises(OperationalError):
        sql.rows("SELECT pg_sleep(5)", hot=True)
    connection.close()
    assert sql.rows("SELECT %(sum)s::numeric", {"sum": Decimal("1.50")}, hot=True) == [(Decimal("1.50"),)]
