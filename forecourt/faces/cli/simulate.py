"""`forecourt simulate`: past sales under other rules."""

import json
from datetime import date

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table


@click.command()
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First trading day.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last trading day.")
@click.option(
    "--programme", type=click.Choice(["current", "draft"]), default="current", help="Which loyalty programme."
)
@click.option("--offer", "offers", multiple=True, help="An offer's draft, by its code, as if it had been in force.")
@click.option("--without", multiple=True, help="An offer, by its code, as if it had not been.")
@click.option("--station", "stations", multiple=True, help="Only sales of these stations.")
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
def simulate(
    since: date,
    until: date,
    programme: str,
    offers: tuple[str, ...],
    without: tuple[str, ...],
    stations: tuple[str, ...],
    as_json: bool,
) -> None:
    """Rate past sales again, under a draft or without an offer, and say what would have changed. Sales stay as they are."""
    from forecourt.accounts import queries as accounts
    from forecourt.kernel.actors import SYSTEM
    from forecourt.kernel.problems import Problem
    from forecourt.sales import services, wire
    from forecourt.sales.values import SimulationAsked

    asked = SimulationAsked(
        since=since.date(),  # type: ignore[attr-defined]
        until=until.date(),  # type: ignore[attr-defined]
        programme=programme,  # type: ignore[arg-type]
        offers=offers,
        without=without,
        stations=stations,
    )
    try:
        number = services.ask_simulation(SYSTEM, asked, wait=True)
        row = _run(number)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    if row.state != "done":
        raise click.ClickException(row.error or f"The simulation was {row.state}.")
    worth = accounts.simulated_liability(row)
    if as_json:
        found = {**row.result, "liability": json.loads(wire.encode(worth)) if worth else None}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(row.result, worth)


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


def _show(result: dict, worth) -> None:  # type: ignore[no-untyped-def,type-arg]
    total = result["total"]
    console = Console()
    table = Table("", "as it was", "as it would have been", title=f"{int(float(total['sales'])):,} sales simulated")
    table.add_row("discount", total["discount_before"], total["discount_after"])
    table.add_row("points", total["points_before"], total["points_after"])
    table.add_row("points as a liability", f"{worth.before:f}", f"{worth.after:f}")
    if float(total["cost"]):
        table.add_row("margin", result["margin_before"], result["margin_after"])
    console.print(table)
    click.echo(_basis(worth))
    for title, rows in (("by offer", result["offers"]), ("by payer", result["funders"])):
        if rows:
            table = Table(title, "uses", "discount", "litres", "points")
            for row in rows[:30]:
                table.add_row(row["name"], row["uses"], row["discount"], row["volume"], row["points"])
            console.print(table)
    _show_tiers(console, result["tier_moves"])
    members = result["members"]
    click.echo(
        f"Members: {members['winners']:,} gain {members['gain']}, {members['losers']:,} lose {members['loss']}, "
        f"{members['unchanged']:,} see no change."
    )
    if result["full_price"]:
        click.echo(
            f"Sales at the full price, off which offers would take money: {result['full_price']:,}; none is given."
        )
    if result["repaired"]:
        click.echo(f"Sales that were repaired since: {result['repaired']:,}; left out on both sides.")


def _basis(worth) -> str:  # type: ignore[no-untyped-def]
    """What the worth of points is worked out from."""
    if worth.policy is None:
        return f"Liability: no accounting policy on the last day; a point counts {worth.point_value:f}, all redeemed."
    return (
        f"Liability: accounting policy {worth.policy}, {worth.point_value:f} a point, {worth.redemption_percent:f}% "
        f"redeemed, net of {worth.tax_percent:f}% tax."
    )


def _show_tiers(console: Console, moves: dict | None) -> None:  # type: ignore[type-arg]
    """Members by tier at the span's end, where a draft of the programme moved them."""
    if moves is None:
        return

    def called(code: str) -> str:
        return moves["names"].get(code, code) or "-"

    table = Table("tier before", "tier after", "", "members", title="members by tier")
    for row in moves["rows"]:
        table.add_row(
            called(row["before"]),
            called(row["after"]),
            {1: "up", -1: "down"}.get(row["rise"], ""),
            f"{row['members']:,}",
        )
    console.print(table)
    click.echo(f"Tiers: {moves['up']:,} members rise, {moves['down']:,} fall, {moves['same']:,} stay.")
