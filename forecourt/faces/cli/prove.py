"""`forecourt prove`: recompute the books and say where they disagree."""

import sys

import click
from rich.console import Console
from rich.table import Table


@click.command()
def prove() -> None:
    """Recompute every balance, lot, tier and total from entries and sales; exit 1 on any difference."""
    from forecourt.faces import proofs

    console = Console(stderr=True)
    found = proofs.run_all(lambda name: console.print(f"[dim]{name} ...[/dim]"))
    table = Table("proof", "checked", "differences", title="Proof of the books")
    for proof in found:
        table.add_row(proof.name, f"{proof.checked:,}", f"{proof.differences:,}")
    Console().print(table)
    for proof in found:
        for difference in proof.shown:
            click.echo(
                f"{proof.name}: {difference.where}: recorded {difference.recorded}, computed {difference.computed}"
            )
    if any(proof.differences for proof in found):
        sys.exit(1)
