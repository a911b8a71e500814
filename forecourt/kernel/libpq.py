"""Prepared statements and COPY straight on libpq, for the main road.

A driver's cursor takes a hundred microseconds of a small server's processor for each statement, libpq's own call a
seventh of that, and a posting sends some twenty. Values are still written and read by the driver's adapters. A call
waits in libpq, without the interpreter's lock; it cannot be interrupted, so it is for statements that are short.

A COPY may be left running (`overlapping`): the server stores its rows while the caller makes the next ones.
"""

import re
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

_PARAMETER: Final = re.compile(r"%(?:\((\w+)\)s|%)")
_TIMESTAMPTZ: Final = psycopg.adapters.types["timestamptz"].oid
_numbers: Final = count(1)
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.COPY_IN)


class _Text(NamedTuple):
    """A statement as the server wants it: its number, its text with $1, $2 and the names of those in their order."""

    number: bytes
    text: bytes
    names: tuple[str, ...]


class _Line:
    """What is known of one connection: the statements prepared on it, and whether a COPY is still running."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.driver = driver
        self.pg: PGconn = driver.pgconn
        self.adapters = Transformer(_Adapters(driver))
        self.prepared: set[bytes] = set()
        self.is_overlapping = False
        self.is_copying = False
        # each is a look-up by keys, planned the same for one sale or a thousand: planning it anew takes longer than it does
        _checked(self, self.pg.exec_(b"SET plan_cache_mode = force_generic_plan"))


class _Adapters:
    """The connection's own adapters, with the driver's loader of timestamps."""

    def __init__(self, driver: "psycopg.Connection[Any]") -> None:
        self.connection = driver
        self.adapters = psycopg.adapt.AdaptersMap(driver.adapters)
        load_timestamps(self.adapters)


def load_timestamps(adapters: psycopg.adapt.AdaptersMap) -> None:
    """Read timestamps with the driver's own loader, several times faster than Django's. They are in UTC, as all are here."""
    loader = psycopg.adapters.get_loader(_TIMESTAMPTZ, Format.TEXT)
    if loader is not None:
        adapters.register_loader("timestamptz", loader)


_lines: Final["WeakKeyDictionary[psycopg.Connection[Any], _Line]"] = WeakKeyDictionary()


def rows(statement: str, parameters: Mapping[str, Any] | None) -> list[tuple[Any, ...]]:
    """All rows of a statement that never varies in text; it stays prepared on the server."""
    django = connections["default"]
    with django.wrap_database_errors:
        line = _ready(django)
        result = _execute(line, _text(statement), parameters)
        line.adapters.set_pgresult(result)
        found = line.adapters.load_rows(0, result.ntuples, tuple)
        line.adapters.set_pgresult(None)
        return found


def run(statement: str, parameters: Mapping[str, Any] | None) -> int:
    """Execute a statement that never varies in text; returns the number of rows it touched."""
    django = connections["default"]
    with django.wrap_database_errors:
        return _execute(_ready(django), _text(statement), parameters).command_tuples or 0


def copy(statement: str, body: bytes) -> None:
    """Add rows in COPY's text format. Within `overlapping` their errors come with the next statement or at its end."""
    django = connections["default"]
    with django.wrap_database_errors:
        line = _ready(django)
        _checked(line, line.pg.exec_(statement.encode()))
        line.pg.put_copy_data(body)
        line.pg.put_copy_end()
        line.is_copying = True
        if line.is_overlapping:
            line.pg.flush()
        else:
            _settle(line)


@contextmanager
def overlapping() -> Iterator[None]:
    """Let each COPY run on while the caller goes on, until its next statement of `kernel.sql` or the end of the block.

    Only statements of `kernel.sql` may be sent within. When the block is left all is stored, or the first error raised.
    """
    django = connections["default"]
    with django.wrap_database_errors:
        line = _ready(django)
    line.is_overlapping = True
    try:
        yield
        with django.wrap_database_errors:
            _settle(line)
    finally:
        line.is_overlapping = False
        with suppress(psycopg.Error):  # after an error of the block what the server says of the COPY no longer matters
            _settle(line)


def settle() -> None:
    """Wait for a COPY that is still running; for statements that do not go through this module."""
    django = connections["default"]
    if django.connection is not None:
        with django.wrap_database_errors:
            _settle(_line(django.connection))


def _ready(django: BaseDatabaseWrapper) -> _Line:
    """The connection, inside a transaction where one is meant to be, with nothing running on it."""
    django.ensure_connection()
    line = _line(django.connection)
    _settle(line)
    if line.pg.transaction_status == TransactionStatus.IDLE and not line.driver.autocommit:
        _checked(line, line.pg.exec_(b"BEGIN"))
    return line


def _line(driver: "psycopg.Connection[Any]") -> _Line:
    line = _lines.get(driver)
    if line is None:
        line = _lines[driver] = _Line(driver)
    return line


def _execute(line: _Line, text: _Text, parameters: Mapping[str, Any] | None) -> PGresult:
    if text.number not in line.prepared:
        _checked(line, line.pg.prepare(text.number, text.text))
        line.prepared.add(text.number)
    given: Sequence[Any] | None = None
    if parameters:
        values = [parameters[name] for name in text.names]
        given = line.adapters.dump_sequence(values, [PyFormat.TEXT] * len(values))
    return _checked(line, line.pg.exec_prepared(text.number, given))


def _settle(line: _Line) -> None:
    """Take the server's answer to a COPY that is still running."""
    if not line.is_copying:
        return
    line.is_copying = False
    results = []
    _wait(line.pg)
    while (result := line.pg.get_result()) is not None:
        results.append(result)
        _wait(line.pg)
    for result in results:
        _checked(line, result)


def _wait(pg: PGconn) -> None:
    """Wait until an answer is there, without the interpreter's lock, which taking the answer would hold."""
    unsent = pg.flush()
    waiting = select.poll()
    while unsent or pg.is_busy():
        waiting.register(pg.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
        waiting.poll()
        pg.consume_input()
        unsent = unsent and pg.flush()


def _checked(line: _Line, result: PGresult) -> PGresult:
    if result.status in _GOOD:
        return result
    if line.pg.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


@cache
def _text(statement: str) -> _Text:
    names: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        name = found[1]
        return f"${names.setdefault(name, len(names) + 1)}" if name else "%"

    text = _PARAMETER.sub(numbered, statement)
    return _Text(b"forecourt_%d" % next(_numbers), text.encode(), tuple(names))
