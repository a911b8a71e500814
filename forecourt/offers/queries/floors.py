"""Margin floors: the least price at which offers leave what a product must bring."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from forecourt.catalogue import queries as catalogue
from forecourt.catalogue.rules import History, in_force_at
from forecourt.kernel import sql
from forecourt.offers.values import FloorChange
from forecourt.organisation import queries as organisation

_FLOORS: Final = """
SELECT product_id, station_id, valid_from, margin FROM offers_floor WHERE withdrawn_at IS NULL ORDER BY valid_from, id
"""
_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)

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

    def without_cost(self, moment: datetime, stations: Collection[int]) -> set[int]:
        """Products with a floor that does not hold then at one of these stations at least, for no cost is known there."""
        own: dict[int, set[int]] = {}
        for product, station in (*self._floors, *self._costs):
            if station is not None:
                own.setdefault(product, set()).add(station)
        return {
            product
            for product in self.products
            if any(
                in_force_at(self._floors, product, station, moment) is not None
                and in_force_at(self._costs, product, station, moment) is None
                for station in _told_apart(own.get(product, set()), stations)
            )
        }


def _told_apart(own: Collection[int], stations: Collection[int]) -> Collection[int]:
    """Those of the stations that have figures of their own, and one that stands for all others."""
    others = next((station for station in stations if station not in own), None if own else 0)
    return [station for station in stations if station in own] + ([] if others is None else [others])


_memory: tuple[tuple[int, int], Floors] | None = None


def floors(offers_stamp: int, catalogue_stamp: int) -> Floors:
    """All floors, remembered by each process under the stamps of offers and catalogue (costs)."""
    global _memory  # noqa: PLW0603 - one memory a process, of what the stamps vouch for
    key = (offers_stamp, catalogue_stamp)
    memory = _memory
    if memory is not None and memory[0] == key:
        return memory[1]
    found = _with_costs(_stored())
    _memory = (key, found)
    return found


def floors_with(changes: Sequence[FloorChange]) -> Floors:
    """Floors as they would be had these changes always held, read anew: for a simulation. What names nothing is left out."""
    rows = _stored()
    products = catalogue.products_by_code({change.product for change in changes})
    stations = organisation.station_facts({change.station for change in changes if change.station})
    for change in changes:
        product, station = products.get(change.product), stations.get(change.station)
        if product is not None and (station is not None or not change.station):
            rows[product.id, station.id if station else None] = [(_BEGINNING, change.margin)]
    return _with_costs(rows)


def _stored() -> History:
    rows: History = {}
    for product_id, station_id, since, margin in sql.rows(_FLOORS):
        rows.setdefault((product_id, station_id), []).append((since, margin))
    return rows


def _with_costs(rows: History) -> Floors:
    return Floors(rows, catalogue.costs({product for product, _ in rows}) if rows else {})


def forget() -> None:
    """Forget what was read."""
    global _memory  # noqa: PLW0603
    _memory = None
