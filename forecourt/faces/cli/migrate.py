"""`forecourt migrate`: the database at the present version."""

import click

from forecourt.faces.host import schema


@click.command()
def migrate() -> None:
    """Bring the database to the present version. Does nothing when it is there already."""
    schema.bring_up_to_date()
    click.echo("The database is up to date.")
