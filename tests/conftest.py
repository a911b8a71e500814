"""The test bench: a PostgreSQL of its own, a home of its own, and the few things that most tests start from.

`db` (pytest-django) rolls back after each test and is what most tests want. `committed` is for what needs real commits:
readers of the event log, several connections at once. `live` is Forecourt itself, started as a user starts it.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator

gc.disable()  # until all tests are found: it would look at their modules again and again, and find nothing

_home = tempfile.mkdtemp(prefix="forecourt-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["FORECOURT_HOME"] = _home

if "FORECOURT_TESTS_SHARED" not in os.environ:
    # for this process and those that it starts; PostgreSQL's account must be able to pass through
    os.environ["FORECOURT_TESTS_SHARED"] = _shared = tempfile.mkdtemp(prefix="forecourt-tests-")
    os.chmod(_shared, 0o711)
    atexit.register(shutil.rmtree, _shared, ignore_errors=True)

# tests start many processes, each of which would otherwise compile all of Forecourt again
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.settings")

# the browser keeps a loop open in the tests' thread, which Django takes for code that must not wait for a database
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django  # noqa: E402  settings read the environment, so it comes first

django.setup()

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import translation  # noqa: E402

from forecourt.faces.host.sessions import running_database  # noqa: E402
from forecourt.kernel import database, partitions  # noqa: E402
from forecourt.kernel.home import home  # noqa: E402
from forecourt.kernel.processes import settle_in  # noqa: E402
from tests.bench.prepared import give_database, made  # noqa: E402

hypothesis.settings.register_profile("forecourt", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("forecourt")
settings.PASSWORD_HASHERS = ["tests.bench.passwords.QuickArgon2"]

pytest_plugins = ["tests.bench.samples", "tests.bench.live", "tests.bench.browser"]

_FILES_OF_LIVE = ("tests/backoffice/", "tests/till/", "tests/rewards/test_screens.py", "tests/frame/test_up.py")
_ROWS_OF_THEIR_OWN = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each process that runs tests read the settings itself, once it has a home: this one's would be the same for all.

    While they look for their tests, the database that they copy is made.
    """
    gc.enable()
    threading.Thread(target=made, daemon=True).start()
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file at a time to each process, but all files that share one installation and its browser to the same."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "live" if nodeid.startswith(_FILES_OF_LIVE) else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes take files in turn, begin with those that take long, so that all end together."""
    if hasattr(config, "workerinput"):
        tests = Counter(item.path for item in items)
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: the garbage collector need not look at it again and again."""
    settle_in()
    gc.enable()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> Iterator[None]:
    """The server that the tests use: the one DATABASE_URL names, else an embedded one for this session.

    On the embedded one the tests' database is a copy of what `forecourt migrate` makes, once for all processes.

    The embedded one ends with the session, so it need not survive a power cut (`live` has one that does). Nor does it
    count rows by itself: whether it happens to look while a test has rows in a table changes how the next ones are read.
    """
    if database.is_embedded() and give_database(home()):
        connection.settings_dict["TEST"]["TEMPLATE"] = database.EMBEDDED_NAME
    with running_database():
        if database.is_embedded():
            address = {"host": str(database.socket_folder()), "user": database.EMBEDDED_USER, "dbname": "postgres"}
            with psycopg.connect(**address, autocommit=True) as server:
                for name in ("fsync", "full_page_writes", "autovacuum"):
                    server.execute(f"ALTER SYSTEM SET {name} = off")
                server.execute("SELECT pg_reload_conf()")
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
    for name, module in list(sys.modules.items()):
        if name.startswith("forecourt.") and name.endswith(".queries") and hasattr(module, "forget"):
            yield module.forget


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Real commits, and nothing left of them. By this name pytest-django knows that the test wants a database.

    Its own empties every table there is, used or not, and makes permissions and content types anew each time.
    """
    assert connection.settings_dict["NAME"].startswith("test_")
    with django_db_blocker.unblock():
        yield
        empty_database()
        connection.close()


@pytest.fixture
def committed(transactional_db) -> None:
    """A database in which commits are real and others see them. Emptied after the test; partitions stay."""


def empty_database() -> None:
    """Remove every row, in one statement, and start ids anew. What has no pages on disk has no rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r' AND pg_relation_size(oid) > 0"
        )
        tables = [table for table, name in cursor.fetchall() if name not in _ROWS_OF_THEIR_OWN]
        if tables:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename), start_value, false) FROM pg_sequences"
            " WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE ALL (%s)",
            [[f"{table}%" for table in _ROWS_OF_THEIR_OWN]],
        )
