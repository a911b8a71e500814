"""`forecourt serve`: one door. Started by `forecourt up`, or by your own process manager."""

import click

from forecourt.faces.host import doors


@click.command()
@click.argument("door", type=click.Choice(["web", "till"]))
def serve(door: str) -> None:
    """Run the web door at PORT or the till door at TILL_PORT until SIGTERM."""
    doors.serve(door)
