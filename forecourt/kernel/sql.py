"""Named SQL and bulk copy: how a room reads and writes sets.

`load(__file__, "name")` reads `sql/name.sql` beside the caller once, at import. `rows` and `run` execute it with named
parameters; `copy_in` streams rows by COPY, the fastest way in. All run on Django's connection, inside whatever
transaction the calling command holds. What the main road sends (`hot`, `copy_in`) goes straight to libpq.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, connection

from forecourt.kernel import libpq

overlapping: Final = libpq.overlapping

_watch: ContextVar[list[str] | None] = ContextVar("statements", default=None)


def load(room: str, name: str) -> str:
    """The text of `sql/<name>.sql` in the folder of that room's file."""
    return (Path(room).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collect the statements that `rows`, `run` and `copy_in` send, for tests that count them."""
    statements: list[str] = []
    token = _watch.set(statements)
    try:
        yield statements
    finally:
        _watch.reset(token)


def _note(statement: str) -> None:
    statements = _watch.get()
    if statements is not None:
        statements.append(statement)


def rows(statement: str, parameters: Mapping[str, Any] | None = None, *, hot: bool = False) -> list[tuple[Any, ...]]:
    """All rows of a statement. `hot` prepares it on the server: for the main road, whose statements never vary in text."""
    if hot:
        _note(statement)
        return libpq.rows(statement, parameters)
    with _executed(statement, parameters) as cursor:
        return cursor.fetchall()  # type: ignore[no-any-return]


def dicts(statement: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """All rows of a statement as dictionaries by column name."""
    with _executed(statement, parameters) as cursor:
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run(statement: str, parameters: Mapping[str, Any] | None = None, *, hot: bool = False) -> int:
    """Execute a statement; returns the number of rows it touched."""
    if hot:
        _note(statement)
        return libpq.run(statement, parameters)
    with _executed(statement, parameters) as cursor:
        return int(cursor.rowcount)


@contextmanager
def _executed(statement: str, parameters: Mapping[str, Any] | None) -> Iterator[Any]:
    _note(statement)
    libpq.settle()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        yield cursor


@contextmanager
def savepoint() -> Iterator[None]:
    """Undo what the block sent, and let its locks go, where an error of our own leaves it.

    A lighter one than `transaction.atomic` for the main road: an error of the database itself spoils the transaction, and
    what is sent afterwards is still sent under it.
    """
    libpq.run("SAVEPOINT block", None)
    try:
        yield
    except Exception as error:
        if not isinstance(error, DatabaseError):
            libpq.run("ROLLBACK TO SAVEPOINT block", None)
        raise


def array(values: Iterable[object]) -> str:
    """An array parameter of values that need no quoting (numbers, UUIDs, dates), to be cast where it is used.

    Several times faster than handing the driver a list, which asks each value how it wants to be written.
    """
    return "{" + ",".join(map(str, values)) + "}"


def text_array(values: Iterable[str]) -> str:
    """An array parameter of texts, to be cast with ::text[] where it is used."""
    return "{" + ",".join([_quoted(value) for value in values]) + "}"


def like(text: str) -> str:
    """The text with LIKE's own signs made ordinary, to be looked for within a pattern."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def bytes_array(values: Iterable[bytes]) -> str:
    """An array parameter of byte strings, to be cast with ::bytea[] where it is used."""
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"


def _quoted(value: str) -> str:
    if "\\" in value or '"' in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def copy_in(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """Add rows by COPY in text format; each line is a row made by `copy_line`. Nothing is sent for no lines.

    Errors are Django's, as those of `rows` and `run` are: IntegrityError where a key is taken.
    """
    body = "".join(lines)
    if not body:
        return
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    _note(statement)
    libpq.copy(statement, body.encode())


def refresh_statistics(count: int, *tables: str) -> None:
    """Count tables anew after many rows were added to them, so that what is read of them next is planned for as many.

    A table that the server counted while it was empty is joined as if it still were, row by row, until it is counted again.
    Only where the server believes that there are fewer than were just added, so that a table is not read over and over
    while it grows; and not while somebody else is counting it.
    """
    if count < _MANY:
        return
    believed = dict(rows(_BELIEVED, {"tables": list(tables)}))
    few = [table for table in tables if believed[table] < count]
    if few:
        run(f"ANALYZE (SKIP_LOCKED) {', '.join(few)}")


_MANY: Final = 1000
_BELIEVED: Final = "SELECT oid::regclass::text, reltuples FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])"


def copy_text(value: str) -> str:
    """A text value as COPY wants it: backslash, tab, line feed and carriage return escaped."""
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if "\t" in value or "\n" in value or "\r" in value:
        value = value.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return value


def copy_value(value: object) -> str:
    """Any value as COPY wants it. Slower than formatting a known type by hand; use it off the hot path."""
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case str():
            return copy_text(value)
        case bytes() | memoryview():
            return "\\\\x" + bytes(value).hex()
        case int() | Decimal() | UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | frozenset() | set():
            items = ",".join('"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value)
            return copy_text("{" + items + "}")
    raise TypeError(f"no COPY form for {type(value).__name__}")


def copy_line(*values: object) -> str:
    """One row for `copy_in` from plain values."""
    return "\t".join(map(copy_value, values)) + "\n"
