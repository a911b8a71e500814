"""The measurements still fit what they measure. How fast it is they say themselves, in `make bench`."""

import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection, transaction

from benchmarks import bench, main_road, report
from benchmarks.__main__ import PARTS
from forecourt.kernel import clock, partitions

WRITTEN = {"sales_claim": 1, "sales_sale": 1, "sales_line": 2, "loyalty_entry": 1, "kernel_event": 1}


@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_part_can_be_run(name):
    assert callable(import_module(f"benchmarks.{name.replace('-', '_')}").run)


def test_the_baseline_writes_the_rows_of_a_sale(committed):
    with transaction.atomic():
        partitions.prepare(clock.now().date())
    place = connection.settings_dict
    done = subprocess.run(
        [bench.postgres_tool("pgbench"), "-h", place["HOST"], "-U", place["USER"], "-n", "-M", "prepared", "-t", "1",
         "-f", main_road.SCRIPT, place["NAME"]],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with connection.cursor() as cursor:
        for table, rows in WRITTEN.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (rows,), table


def test_figures_are_written_between_the_marks(tmp_path: Path):
    figures = bench.Figures()
    figures.add("ours", 300, "sales/s")
    figures.add("theirs", 200, "sales/s")
    figures.add("page", 301, "ms", "p50 12 ms", at_most=300)
    figures.ratio("ours / theirs", "ours", "theirs", 1.2)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write(figures, page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| ours | 300 sales/s | theirs: 200 sales/s | 1.50 | 1.2: met |" in text
    assert "| page | 301 ms (p50 12 ms) |  |  | 300 ms: missed |" in text
