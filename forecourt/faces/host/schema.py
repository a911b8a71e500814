"""Bringing the database to the present version."""

from typing import Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from forecourt.kernel import clock, partitions

_ONE_AT_A_TIME: Final = 4_072_026
"""Number of the advisory lock, so that two starts on one database do not migrate it at once."""


def bring_up_to_date() -> None:
    """Apply the migrations that are missing and make the partitions of the months ahead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        try:
            if _is_behind():
                call_command("migrate", verbosity=0, interactive=False)
            partitions.prepare(clock.now().date())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])


def _is_behind() -> bool:
    """Whether migrations are missing. Django's command would think through all of them before it found that none are."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
