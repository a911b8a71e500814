"""A retailer's year, Complete Journey, imported into a database of its own, beside a bare COPY of the very same rows."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import bench
from benchmarks.bench import Figures
from benchmarks.watching import watched

NAME = "journey"
TABLES = ("sales_sale", "sales_line", "loyalty_entry", "kernel_event", "sales_claim")
FOLDER = os.environ.get("BENCH_JOURNEY", "")
"""Folder with the data set's Parquet files; those of the installed package unless given."""
SECONDS_AIM, MEMORY_AIM_MB = 60, 600
_CHUNK_BYTES = 1 << 20
_STATE = """
SELECT (SELECT (count(*), sum(net), sum(points_earned), max(recorded_at))::text FROM sales_sale),
       (SELECT (count(*), sum(quantity), sum(amount))::text FROM sales_line),
       (SELECT (count(*), sum(points))::text FROM loyalty_entry),
       (SELECT (count(*), sum(points))::text FROM loyalty_balance),
       (SELECT (count(*), max(position))::text FROM kernel_event),
       (SELECT count(*)::text FROM sales_claim),
       (SELECT count(*)::text FROM customers_customer)
"""


@dataclass
class Ran:
    """What an import said, how long its process took, and the most memory it held."""

    summary: dict[str, Any]
    seconds: float
    peak_mb: float


def run(figures: Figures, key: str) -> None:
    bench.section("Complete Journey, imported into a company of its own")
    with bench.database_of_its_own(NAME) as url, tempfile.TemporaryDirectory(prefix="forecourt-journey-") as folder:
        environment = os.environ | {"DATABASE_URL": url, "FORECOURT_HOME": folder}
        _forecourt(environment, "migrate")
        first = _import(environment)
        _say(figures, first)
        with bench.connected(NAME) as connection:
            before = connection.execute(_STATE).fetchone()
            _reconcile(figures, connection)
        again = _import(environment)
        figures.add("the same import again, all replayed", again.seconds, "s")
        with bench.connected(NAME) as connection:
            _compare(figures, again, before, connection.execute(_STATE).fetchone())
            seconds = _copy(connection, Path(folder))
        figures.add("bare COPY of the same rows", seconds, "s", "baseline")
        figures.add("bare COPY, sales a second", first.summary["read"] / seconds, "sales/s", "baseline")
        figures.ratio("import / bare COPY", "import, sales a second", "bare COPY, sales a second")


def _forecourt(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "forecourt", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )


def _import(environment: dict[str, str]) -> Ran:
    """Run the import as a user does."""
    command = [sys.executable, "-m", "forecourt", "import", "complete-journey"]
    command += ["--folder", FOLDER] if FOLDER else []
    ran = watched(command, environment)
    lines = ran.said.strip().splitlines()
    if not lines or ran.code not in {0, 3}:
        raise SystemExit(f"the import ended with {ran.code}:\n{ran.complained[-3000:]}")
    return Ran(json.loads(lines[-1]), ran.seconds, ran.peak_mb)


def _say(figures: Figures, first: Ran) -> None:
    read, lines = first.summary["read"], first.summary["lines"]
    figures.add("import", first.seconds, "s", f"{read:,} sales, {lines:,} lines", at_most=SECONDS_AIM)
    figures.add("import, sales a second", read / first.seconds, "sales/s")
    figures.add("import, lines a second", lines / first.seconds, "lines/s")
    figures.add("import, most memory", first.peak_mb, "MB", at_most=MEMORY_AIM_MB)


def _reconcile(figures: Figures, connection: Any) -> None:
    """The books against the file itself, read by other means: sales, lines, net to the cent."""
    sales, net = connection.execute("SELECT count(*), coalesce(sum(net), 0) FROM sales_sale").fetchone()
    lines = connection.execute("SELECT count(*) FROM sales_line").fetchone()[0]
    expected = _expected()
    found = (sales, lines, Decimal(net).quantize(Decimal("0.01")))
    if found == expected:
        print(f"  reconciled: {sales:,} sales, {lines:,} lines, net {found[2]:,}")
    else:
        figures.fault(f"the import does not reconcile: {found} in the books, {expected} in the file")


def _expected() -> tuple[int, int, Decimal]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from forecourt.connectors.pos.journey.loading import data_folder

    path = Path(FOLDER or data_folder()) / "transactions.parquet"
    table = pq.read_table(path, columns=["basket_id", "sales_value"])
    cents = pc.sum(pc.round(pc.multiply(table.column("sales_value"), 100)).cast(pa.int64())).as_py()
    return pc.count_distinct(table.column("basket_id")).as_py(), table.num_rows, Decimal(cents) / 100


def _compare(figures: Figures, again: Ran, before: Any, after: Any) -> None:
    summary = again.summary
    if before != after or summary["posted"] or summary["replayed"] != summary["read"]:
        figures.fault(f"the second import changed something: {summary}; {before} became {after}")
    else:
        print(f"  imported again: {summary['replayed']:,} replayed, nothing changed")


def _copy(connection: Any, folder: Path) -> float:
    """Seconds to COPY the rows of the import from files into empty tables with the same indexes, in one transaction."""
    for table in TABLES:
        with (
            (folder / table).open("wb") as file,
            connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as out,
        ):
            for data in out:
                file.write(data)
        connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
    started = time.perf_counter()
    with connection.transaction():
        for table in TABLES:
            with (folder / table).open("rb") as file, connection.cursor().copy(f"COPY bare_{table} FROM STDIN") as into:
                while data := file.read(_CHUNK_BYTES):
                    into.write(data)
    return time.perf_counter() - started
