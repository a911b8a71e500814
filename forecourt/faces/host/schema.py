"""Bringing the database to the present version."""

from typing import Final

from django.core.management import call_command
from django.db import connection

from forecourt.kernel import clock, partitions

_ONE_AT_A_TIME: Final = 4_072_026
"""Number of the advisory lock, so that two starts on one database do not migrate it at once."""


def bring_up_to_date() -> None:
    """Apply the migrations that are missing and make the partitions of the months ahead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        try:
            call_command("migrate", verbosity=0, interactive=False)
            partitions.prepare(clock.now().date())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
