"""Processes beside this one, for work that fills more than one core. Imports nothing of Django before it is set up."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def beside(count: int) -> ProcessPoolExecutor:
    """So many processes with Django set up, on the database of this one."""
    from django.db import connection

    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_begin, initargs=(connection.settings_dict["NAME"],))


def _begin(database: str) -> None:
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
