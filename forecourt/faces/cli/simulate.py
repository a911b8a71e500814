"""`forecourt simulate`: past sales under other rules."""

import json
import os
from datetime import date
from typing import IO, Any, Final

import click
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

_LEAST_COLUMNS: Final = 3
_LEAST_NAME: Final = 12
_WIDEST_NAME: Final = 60
_WIDEST_HEAD: Final = 10


@click.command()
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First trading day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last trading day.")
@click.option(
    "--programme",
    type=click.Choice(["current", "draft", "review"]),
    default="current",
    help="Which loyalty programme: as it was, as it is drafted, as it was handed in.",
)
@click.option("--offer", "offers", multiple=True, help="An offer's draft, by its code, as if it had been in force.")
@click.option("--reviewed", multiple=True, help="An offer in review, by its code, as it was handed in.")
@click.option("--without", multiple=True, help="An offer, by its code, as if it had not been.")
@click.option("--station", "stations", multiple=True, help="Only sales of these stations.")
@click.option("--policy", type=click.File("rb"), help="How offers combine, as JSON; - for the standard input.")
@click.option("--floors", type=click.File("rb"), help="A list of margin floors as JSON: product, station, margin.")
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
def simulate(
    since: date,
    until: date,
    programme: str,
    offers: tuple[str, ...],
    reviewed: tuple[str, ...],
    without: tuple[str, ...],
    stations: tuple[str, ...],
    policy: IO[bytes] | None,
    floors: IO[bytes] | None,
    as_json: bool,
) -> None:
    """Rate past sales again, under a draft or without an offer, and say what would have changed. Sales stay as they are."""
    from forecourt.accounts import queries as accounts
    from forecourt.kernel.actors import SYSTEM
    from forecourt.kernel.problems import Problem
    from forecourt.offers.rules.offer import Policy
    from forecourt.offers.values import FloorChange
    from forecourt.sales import services, wire
    from forecourt.sales.values import SimulationAsked

    asked = SimulationAsked(
        since=since.date(),  # type: ignore[attr-defined]
        until=until.date(),  # type: ignore[attr-defined]
        programme=programme,  # type: ignore[arg-type]
        offers=offers,
        reviewed=reviewed,
        without=without,
        stations=stations,
        policy=_read(policy, Policy),
        floors=_read(floors, tuple[FloorChange, ...]) or (),
    )
    try:
        number = services.ask_simulation(SYSTEM, asked, wait=True)
        row = _run(number)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    if row.state != "done":
        raise click.ClickException(row.error or f"The simulation was {row.state}.")
    if as_json:
        worth = accounts.simulated_liability(row)
        found = {**row.result, "liability": json.loads(wire.encode(worth)) if worth else None}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(row)


def _read(file: IO[bytes] | None, kind: Any) -> Any:
    """What a file of JSON says, None where there is none; tells what is wrong with it otherwise."""
    import msgspec

    if file is None:
        return None
    try:
        return msgspec.json.decode(file.read(), type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise click.ClickException(f"{file.name}: {error}") from None


def _run(number: int):  # type: ignore[no-untyped-def]
    """Run it here, with progress on the error channel, so that what is printed can be piped."""
    import threading

    from forecourt.sales import queries, services

    failure: list[BaseException] = []

    def work() -> None:
        from django.db import connection

        try:
            services.run_simulation(number)
        except BaseException as error:
            failure.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("sales rated", total=None)
        thread.start()
        while thread.is_alive():
            thread.join(0.5)
            row = queries.simulation(number)
            progress.update(bar, completed=row.done, total=row.total or None)
    if failure:
        raise failure[0]
    return queries.simulation(number)


def _show(row) -> None:  # type: ignore[no-untyped-def]
    """What its page shows, as tables, each cut to the terminal."""
    from django.utils import translation

    from forecourt.faces.backoffice.screens import simulation_tables

    console = Console()
    with translation.override(_language()):
        for told in simulation_tables.tables(row):
            _print(console, told)
        for remark in simulation_tables.remarks(row):
            click.echo(remark)


def _language() -> str:
    """The terminal's language, where Forecourt speaks it."""
    wanted = next(
        (os.environ[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh-hans" if wanted.lower().startswith("zh") else "en"


def _print(console: Console, told) -> None:  # type: ignore[no-untyped-def]
    """A table with as many columns as there is room for, and names cut where even these are too wide; says what is left out."""
    from django.utils.translation import gettext as _

    count = len(told.heads)
    while (
        count > _LEAST_COLUMNS
        and _table(told, count).__rich_measure__(console, console.options).minimum > console.width
    ):
        count -= 1
    console.print(_table(told, count))
    if count < len(told.heads):
        text = _("%(count)s columns are left out: %(names)s. --json prints all, as a wider terminal does.")
        names = [head for head in told.heads[count:] if head != "±"]
        click.echo(text % {"count": len(names), "names": _(", ").join(names)})
    if told.left_out:
        click.echo(_("%(count)s rows more are in the output of --json.") % {"count": told.left_out})


def _table(told, count: int) -> Table:  # type: ignore[no-untyped-def]
    """The table's first columns: names to the left, figures to the right and whole; heads go over several lines."""
    table = Table(title=told.title, title_justify="left")
    for place, head in enumerate(told.heads[:count]):
        if place:
            widest = max(cell_len(line[place]) for line in told.rows)
            table.add_column(head, justify="right", min_width=max(widest, min(cell_len(head), _WIDEST_HEAD)))
        else:
            table.add_column(head, overflow="ellipsis", no_wrap=True, min_width=_LEAST_NAME, max_width=_WIDEST_NAME)
    for line in told.rows:
        table.add_row(*line[:count])
    return table
