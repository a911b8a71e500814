"""The baskets as sales, built column by column: 1.5 million lines in seconds, a few megabytes at a time."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from forecourt.connectors.pos.broken import Broken
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.money import ZERO
from forecourt.sales.values import NewLine, NewSale

SOURCE: Final = "completejourney"
ZONE: Final = "America/New_York"
_ROWS: Final = 65_536
_COLUMNS: Final = [
    "basket_id",
    "household_id",
    "store_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "transaction_timestamp",
]


def station_code(store_id: int) -> str:
    return f"CJ-{store_id}"


def card_of(household_id: int) -> str:
    return f"CJ{household_id:08d}"


def instants_of(stamps: Any) -> Any:
    """The moments that the data's timestamps mean. They name no zone; they are UTC.

    Read so, the year begins at 6:53 in the morning of 1 January in New York, the shops are emptiest at 4 at night, and every
    coupon that a household redeems is in a basket of the day the redemptions name. See docs/complete-journey.md.
    """
    return stamps.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", ZONE))


def days_of(stamps: Any) -> Any:
    """The days, in New York, of the data's timestamps."""
    return pc.local_timestamp(instants_of(stamps)).cast(pa.date32(), safe=False)


class Baskets:
    """Reads the transactions. `fuels` are the product ids whose quantity is thousandths of a US gallon."""

    def __init__(self, path: Path, fuels: frozenset[int]) -> None:
        self._file = pq.ParquetFile(path, memory_map=True)
        self._fuels = pa.array(sorted(fuels), pa.int64())
        self._amounts: dict[int, Decimal] = {}
        self._discounts: dict[int, Decimal] = {}
        self._whole: dict[int, Decimal] = {}
        self._thousandths: dict[int, Decimal] = {}
        self._claims: dict[int, CustomerClaim] = {}
        self._stations: dict[int, str] = {}
        self._codes: dict[int, str] = {}

    @property
    def rows(self) -> int:
        return int(self._file.metadata.num_rows)

    def sales(self) -> Iterator[list[NewSale]]:
        """All baskets in the order of the file, in lists; one that spans two batches of rows is carried over.

        Broken when the rows of a basket do not stand together, which one pass over the file could not put right.
        """
        seen: set[int] = set()
        carried: pa.Table | None = None
        for batch in self._file.iter_batches(batch_size=_ROWS, columns=_COLUMNS):
            table = pa.Table.from_batches([batch])
            if carried is not None:
                table = pa.concat_tables([carried, table])
            starts = _starts(table.column("basket_id"))
            carried = table.slice(starts[-1])
            if starts[-1]:
                yield self._built(table.slice(0, starts[-1]), starts, seen)
        if carried is not None and len(carried):
            yield self._built(carried, [0, len(carried)], seen)

    def _built(self, table: pa.Table, starts: list[int], seen: set[int]) -> list[NewSale]:
        lines = self._lines(table)
        heads = table.take(pa.array(starts[:-1], pa.int64()))
        instants = instants_of(heads.column("transaction_timestamp")).to_pylist()
        days = days_of(heads.column("transaction_timestamp")).to_pylist()
        baskets = heads.column("basket_id").to_pylist()
        if len(set(baskets)) < len(baskets) or not seen.isdisjoint(baskets):
            raise Broken(0, "the rows of a basket do not stand together; sort transactions.parquet by basket_id")
        seen.update(baskets)
        sales = []
        for basket, store, household, at, on, start, end in zip(
            baskets,
            heads.column("store_id").to_pylist(),
            heads.column("household_id").to_pylist(),
            instants,
            days,
            starts,
            starts[1:],
            strict=False,
        ):
            sales.append(
                NewSale(
                    station=self._station(store),
                    source=SOURCE,
                    source_ref=str(basket),
                    occurred_at=at,
                    business_date=on,
                    customer=self._claim(household),
                    lines=tuple(lines[start:end]),
                )
            )
        return sales

    def _lines(self, table: pa.Table) -> list[NewLine]:
        """All lines of a table. Figures repeat: each distinct one becomes a Decimal once."""
        cents = _cents(table.column("sales_value"))
        discounts = _cents(pc.add(table.column("retail_disc"), table.column("coupon_match_disc")))
        is_fuel = pc.is_in(table.column("product_id"), value_set=self._fuels)
        return [
            NewLine(product=code, quantity=quantity, amount=amount, discount=discount)
            for code, quantity, amount, discount in zip(
                _looked_up(self._codes, table.column("product_id").to_pylist(), str),
                self._quantities(table.column("quantity").to_pylist(), is_fuel.to_pylist()),
                _looked_up(self._amounts, cents.to_pylist(), _money),
                _looked_up(self._discounts, discounts.to_pylist(), _discount),
                strict=True,
            )
        ]

    def _quantities(self, quantities: list[int], is_fuel: list[bool]) -> list[Decimal]:
        whole = _looked_up(self._whole, quantities, _thousand_times)
        for place, fuel in enumerate(is_fuel):
            if fuel:
                whole[place] = _looked_up(self._thousandths, [quantities[place]], _thousandth)[0]
        return whole

    def _claim(self, household: int) -> CustomerClaim:
        found = self._claims.get(household)
        if found is None:
            found = self._claims[household] = CustomerClaim(card=card_of(household))
        return found

    def _station(self, store: int) -> str:
        found = self._stations.get(store)
        if found is None:
            found = self._stations[store] = station_code(store)
        return found


def _starts(ids: pa.ChunkedArray) -> list[int]:
    """Where each basket begins, and, last, where the last one of these rows does."""
    flat = ids.combine_chunks()
    changes = pc.not_equal(flat.slice(1), flat.slice(0, len(flat) - 1))
    return [0, *pc.add(pc.indices_nonzero(changes), 1).to_pylist()]


def _cents(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Doubles as whole cents: they are amounts of two digits, which a double holds to far less than half a cent."""
    return pc.round(pc.multiply(values, 100.0)).cast(pa.int64())


def _looked_up(known: dict[int, Any], values: list[int], make: Any) -> list[Any]:
    for value in set(values) - known.keys():
        known[value] = make(value)
    return list(map(known.__getitem__, values))


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _discount(cents: int) -> Decimal:
    """A discount in the form in which none at all is a plain zero."""
    return _money(cents) if cents else ZERO


def _thousandth(value: int) -> Decimal:
    return Decimal(value).scaleb(-3)


def _thousand_times(value: int) -> Decimal:
    """A whole quantity written to a thousandth, as quantities are kept."""
    return Decimal(value * 1000).scaleb(-3)
