"""`forecourt import`: sales from files, what products cost, and the data set Complete Journey."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Problem

if TYPE_CHECKING:
    from forecourt.connectors.pos.costs import CostSummary
    from forecourt.connectors.pos.imports import Tick
    from forecourt.connectors.pos.values import Summary

# the connector is imported inside the commands: it needs Django set up, which `--help` must not wait for

EXIT_REFUSED: Final = 3
EXIT_BROKEN_OFF: Final = 130
_LINE_SECONDS: Final = 5.0
_LANES: Final = 2
"""Lists posted side by side: one is worked out while the database writes the other."""


@click.group("import")
def importing() -> None:
    """Bring in sales, customers and costs from elsewhere."""


@importing.command("sales")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "format_name", default="auto", show_default=True, help="naxml, verifone, csv, jsonl; auto looks."
)
@click.option("--mapping", "mapping_path", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON or TOML that says how the till's words become ours.")  # fmt: skip
@click.option("--station", default="", help="Code of the station, for files that name none.")
@click.option("--refusals", type=click.Path(dir_okay=False, path_type=Path),
              help="Where to write what was refused; beside the first path unless given.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--create-missing", is_flag=True, help="Make stations and products that are not known yet.")
def sales(
    paths: tuple[Path, ...],
    format_name: str,
    mapping_path: Path | None,
    station: str,
    refusals: Path | None,
    dry_run: bool,
    create_missing: bool,
) -> None:
    """Import the sales in files, folders and gzip files, each sale once however often they are imported.

    The last line of the output is a JSON summary. Ends with 0, with 3 when something was refused, with 1 on failure.
    """
    from msgspec.structs import replace

    from forecourt.connectors.pos import imports, mapping
    from forecourt.connectors.pos.values import Mapping

    def work(progress: "Callable[[Tick], None]") -> "Summary":
        told = mapping.load(mapping_path) if mapping_path else Mapping()
        options = imports.ImportOptions(
            mapping=replace(told, station=station or told.station),
            dry_run=dry_run,
            create_missing=create_missing,
            refusals=refusals,
        )
        return imports.import_sales(SYSTEM, paths, format_name, options, progress)

    _carry_out(work, in_bytes=True)


@importing.command("costs")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--decimal-comma", is_flag=True, help="Costs are written like 6,85; else a comma in one is refused.")
@click.option("--refusals", type=click.Path(dir_okay=False, path_type=Path),
              help="Where to write what was refused; beside the file unless given.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
def costs(path: Path, decimal_comma: bool, refusals: Path | None, dry_run: bool) -> None:
    """Note what products cost, from a CSV with the columns product, station (may be empty), cost and from.

    A row that stands there already changes nothing, however often the file is imported. The last line of the output is a JSON
    summary. Ends with 0, with 3 when something was refused, with 1 on failure.
    """
    from forecourt.connectors.pos import costs as files

    def work(progress: "Callable[[Tick], None]") -> "CostSummary":
        return files.import_costs(SYSTEM, path, decimal_comma=decimal_comma, dry_run=dry_run, refusals=refusals)

    _carry_out(work, in_bytes=True)


@importing.command("complete-journey")
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of the Parquet files; those of the installed package unless given.")  # fmt: skip
@click.option("--force", is_flag=True, help="Also into a company whose sales are in another currency or unit.")
@click.option("--no-campaigns", is_flag=True, help="Leave out campaigns, coupons and their redemptions.")
def complete_journey(folder: Path | None, force: bool, no_campaigns: bool) -> None:
    """Import a real retailer's year: 2,469 households, 155,848 baskets, 1,469,307 lines, in US dollars and gallons.

    With its 27 campaigns, 1,197 coupons and 2,102 redemptions, each of which is looked for in the baskets: a table says
    what came of them, and a file in FORECOURT_HOME lists them one by one.
    """
    from forecourt.connectors.pos.journey import reporting
    from forecourt.connectors.pos.journey.loading import import_complete_journey

    def work(progress: "Callable[[Tick], None]") -> "Summary":
        summary = import_complete_journey(
            SYSTEM, folder=folder, force=force, lanes=_LANES, with_campaigns=not no_campaigns, progress=progress
        )
        campaigns = summary.more.get("campaigns")
        if campaigns:
            click.echo("\n".join(reporting.table(campaigns["redemptions"])), err=True)
            click.echo(f"Each redemption is in {campaigns['report']}", err=True)
        return summary

    _carry_out(work, in_bytes=False)


def _carry_out(work: "Callable[[Callable[[Tick], None]], Summary | CostSummary]", *, in_bytes: bool) -> None:
    """Run an import with its progress on stderr and its summary on stdout, and end with its exit code."""
    import msgspec

    try:
        with _progress(in_bytes=in_bytes) as progress:
            summary = work(progress)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    except KeyboardInterrupt:
        click.echo("Broken off. What was posted stays; run the same command again to go on.", err=True)
        sys.exit(EXIT_BROKEN_OFF)
    if summary.refused:
        click.echo(f"{summary.refused} refused; line and reason are in {summary.refusals}", err=True)
    click.echo(msgspec.json.encode(summary).decode())
    sys.exit(EXIT_REFUSED if summary.refused else 0)


@contextmanager
def _progress(*, in_bytes: bool) -> "Iterator[Callable[[Tick], None]]":
    """A bar on a terminal; elsewhere a line every few seconds."""
    if not sys.stderr.isatty():
        yield _Lines(in_bytes=in_bytes)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Speed

    amount: tuple[Any, ...] = (DownloadColumn(), Speed()) if in_bytes else (MofNCompleteColumn(),)
    columns = (BarColumn(), *amount, TimeRemainingColumn(), TextColumn("{task.fields[sales]:,} sales"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None, sales=0)
        yield lambda tick: bar.update(task, completed=tick.done, total=tick.total, sales=tick.sales)


class _Lines:
    """Progress in words, for logs."""

    def __init__(self, *, in_bytes: bool) -> None:
        self._unit = "bytes" if in_bytes else "lines"
        self._began = self._said = time.monotonic()

    def __call__(self, tick: "Tick") -> None:
        now = time.monotonic()
        if now - self._said < _LINE_SECONDS:
            return
        self._said = now
        rate = tick.done / (now - self._began)
        left = (tick.total - tick.done) / rate if rate else 0
        click.echo(
            f"{tick.sales:,} sales, {tick.done:,} of {tick.total:,} {self._unit}, about {left:.0f} s left", err=True
        )
