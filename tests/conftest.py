"""The test bench: a PostgreSQL of its own, a home of its own, and the few things that most tests start from.

`db` (pytest-django) rolls back after each test and is what most tests want. `committed` is for what needs real commits:
readers of the event log, several connections at once. `live` is Forecourt itself, started as a user starts it.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

_home = tempfile.mkdtemp(prefix="forecourt-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["FORECOURT_HOME"] = _home
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.settings")

import django  # noqa: E402  settings read the environment, so it comes first

django.setup()

import pytest  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import translation  # noqa: E402

from forecourt.faces.host.sessions import running_database  # noqa: E402
from forecourt.kernel import partitions  # noqa: E402

pytest_plugins = ["tests.bench.samples", "tests.bench.live", "tests.bench.browser"]

_ROWS_OF_THEIR_OWN = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """The server that the tests use: the one DATABASE_URL names, else an embedded one for this session."""
    with running_database():
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """What a process remembers of the database must not outlive the test whose rows it saw."""
    yield
    translation.deactivate()
    partitions.forget()
    for forget in _forgetters():
        forget()


def _forgetters():
    import sys

    for name, module in list(sys.modules.items()):
        if name.startswith("forecourt.") and name.endswith(".queries") and hasattr(module, "forget"):
            yield module.forget


@pytest.fixture
def committed(transactional_db, django_db_blocker) -> Iterator[None]:
    """A database in which commits are real and others see them. Emptied after the test; partitions stay.

    Asks for `transactional_db` because pytest-django only makes a test database for tests that ask for one of its own
    fixtures: without it a run of such tests alone would empty the database that DATABASE_URL names.
    """
    assert connection.settings_dict["NAME"].startswith("test_")
    with django_db_blocker.unblock():
        yield
        empty_database()
        connection.close()


def empty_database() -> None:
    """Remove every row, in one statement, and start ids anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        tables = [table for table, name in cursor.fetchall() if name not in _ROWS_OF_THEIR_OWN]
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
