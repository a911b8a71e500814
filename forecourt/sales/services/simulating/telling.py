"""Telling how far a simulation is, on a connection beside its transaction, so that everybody sees it at once."""

from typing import Any, Final

from django.db import connections

REPORT: Final = 2000
"""Sales after which progress is told."""


class Stopped(Exception):
    """The simulation was stopped."""


class Teller:
    """Counts the sales of one share; says nothing where the simulation has no number. Close it."""

    def __init__(self, simulation_id: int | None) -> None:
        self._simulation_id = simulation_id
        self._untold = 0
        self._beside: Any = None

    def count(self) -> None:
        """One sale more. Stopped when the simulation is not wanted any more."""
        self._untold += 1
        if self._untold >= REPORT:
            self.tell()

    def tell(self) -> None:
        """Tell what was not told yet. Stopped when the simulation is not wanted any more."""
        count, self._untold = self._untold, 0
        if self._simulation_id is None or not count:
            return
        if self._beside is None:
            self._beside = connections.create_connection("default")
        with self._beside.cursor() as cursor:
            cursor.execute(
                "UPDATE sales_simulation SET done = done + %s WHERE id = %s RETURNING state",
                [count, self._simulation_id],
            )
            found = cursor.fetchone()
        if found is None or found[0] == "stopped":
            raise Stopped

    def close(self) -> None:
        if self._beside is not None:
            self._beside.close()
