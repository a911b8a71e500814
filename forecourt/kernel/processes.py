"""Processes beside this one, for work that fills more than one core. Imports nothing of Django before it is set up."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Final

_YOUNG: Final = 20_000
"""New objects after which the collector looks at them; Python's own 700 make it look a hundred times for a list of sales."""


def beside(count: int) -> ProcessPoolExecutor:
    """So many processes with Django set up, on the database of this one. They end with it, however it ends."""
    from django.db import connection

    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_begin, initargs=(connection.settings_dict["NAME"],))


@contextmanager
def loading() -> Iterator[None]:
    """Around the import of very many modules: the garbage collector finds nothing among them and takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle_in() -> None:
    """Tell the garbage collector that what is loaded by now stays, and to look seldom: a third less time a sale.

    Call it once a long-running process has its modules. Values hold no cycles, so what a sale makes goes by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)


def _begin(database: str) -> None:
    import django
    from django.conf import settings

    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings.DATABASES["default"]["NAME"] = database
    with loading():
        django.setup()
    settle_in()


def _end_with_parent() -> None:
    """A process that waits for work does not notice by itself that nobody is left to give it any."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
