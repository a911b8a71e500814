"""`forecourt demo`: a chain of stations to try things out with."""

import json
import sys
import time
from typing import Any

import click

_STEPS = {
    "customers": "Enrolling customers",
    "sales": "Living the days, posting sales",
    "readers": "Bringing profiles up to date",
    "trials": "Simulating what might be",
}
_PLAIN_SECONDS = 5.0
"""Between plain lines, where there is no terminal."""


@click.command()
@click.option("--stations", type=click.IntRange(1, 2000), default=12, show_default=True, help="Stations of the chain.")
@click.option(
    "--customers", type=click.IntRange(20, 2_000_000), default=5000, show_default=True, help="Customers on file."
)
@click.option("--days", type=click.IntRange(2, 3650), default=400, show_default=True, help="Days up to today.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same chain.")
@click.option(
    "--leave-simulations", is_flag=True, help="Leave the simulations to the worker that `forecourt up` starts."
)
def demo(stations: int, customers: int, days: int, seed: int, leave_simulations: bool) -> None:
    """Make a Chinese chain and load it into an empty database: customers, sales, and all that a chain does around them.

    Tells how far it is on standard error, and what there is at the end on standard output, as one line of JSON. What
    was planted, for tests of models, is in FORECOURT_HOME/demo/planted.jsonl.
    """
    from forecourt.connectors.demo.loading import load
    from forecourt.connectors.demo.values import Sizes
    from forecourt.kernel.actors import SYSTEM
    from forecourt.kernel.processes import settle_in

    settle_in()
    sizes = Sizes(stations=stations, customers=customers, days=days, seed=seed)
    with _Bars() if sys.stderr.isatty() else _Lines() as progress:
        summary = load(SYSTEM, sizes, progress, trials_by_worker=leave_simulations)
    click.echo(json.dumps(summary.as_dict(), ensure_ascii=False))


class _Lines:
    """A plain line for each step when it begins and ends, and every few seconds between."""

    def __enter__(self) -> "_Lines":
        self._step, self._last = "", 0.0
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._last < _PLAIN_SECONDS and done != total:
            return
        self._step, self._last = step, now
        share = f" of about {total:,}" if total else ""
        click.echo(f"{_STEPS[step]}: {done:,}{share}", err=True)


class _Bars:
    """A bar for each step with counts and the time left."""

    def __enter__(self) -> "_Bars":
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Left

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), Left())
        self._bars = Progress(*columns, console=Console(stderr=True))
        self._tasks: dict[str, Any] = {}
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def __call__(self, step: str, done: int, total: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(_STEPS[step], total=total or None)
        self._bars.update(self._tasks[step], completed=done, total=total or None)
