"""Margin floors: the least price at which offers leave what a product must bring."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.rules import History, in_force_at
from forecourt.kernel import sql

_FLOORS: Final = "SELECT product_id, station_id, valid_from, margin FROM offers_floor ORDER BY valid_from, id"

FloorPrice = Callable[[int, int, datetime], Decimal | None]
"""The least price of a unit of (station, product) at a moment, None where there is no floor or no cost is known."""


class Floors:
    """Floors over costs, each with its times; a station's own come before those of everywhere."""

    def __init__(self, floors: History, costs: History) -> None:
        self._floors = floors
        self._costs = costs
        self.products = {product for product, _station in floors}

    def price(self, station_id: int, product_id: int, moment: datetime) -> Decimal | None:
        """The least price of a unit there and then."""
        if product_id not in self.products:
            return None
        margin = in_force_at(self._floors, product_id, station_id, moment)
        cost = in_force_at(self._costs, product_id, station_id, moment)
        return None if margin is None or cost is None else cost + margin

    def without_cost(self, moment: datetime) -> set[int]:
        """Products with a floor of which no cost is known at that moment, anywhere: for them no floor holds."""
        known = {product for (product, _station), rows in self._costs.items() if rows[0][0] <= moment}
        return self.products - known


_memory: tuple[tuple[int, int], Floors] | None = None


def floors(offers_stamp: int, catalogue_stamp: int) -> Floors:
    """All floors, remembered by each process under the stamps of offers and catalogue (costs)."""
    global _memory  # noqa: PLW0603 - one memory a process, of what the stamps vouch for
    key = (offers_stamp, catalogue_stamp)
    memory = _memory
    if memory is not None and memory[0] == key:
        return memory[1]
    rows: History = {}
    for product_id, station_id, since, margin in sql.rows(_FLOORS):
        rows.setdefault((product_id, station_id), []).append((since, margin))
    found = Floors(rows, catalogue.costs({product for product, _ in rows}) if rows else {})
    _memory = (key, found)
    return found


def forget() -> None:
    """Forget what was read."""
    global _memory  # noqa: PLW0603
    _memory = None
