"""`forecourt apikey`: keys of other systems."""

import click

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Problem

# the organisation is imported inside the commands: its tables need Django set up, which `--help` must not wait for


@click.group()
def apikey() -> None:
    """API keys of other systems."""


@apikey.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do, such as sales:write; repeat it.")
@click.option("--station", help="Code of the one station it is for; all stations unless given.")
@click.option("--rate", default=500, show_default=True, help="Requests a second.")
def create(name: str, scopes: tuple[str, ...], station: str | None, rate: int) -> None:
    """Make a key and print it, once."""
    from forecourt.organisation import services

    try:
        key = services.create_api_key(SYSTEM, name, scopes, station, rate)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    click.echo(key)


@apikey.command("list")
def list_keys() -> None:
    """List keys by name with beginning, scopes, station, and when they were used or revoked."""
    from forecourt.organisation import queries

    for key in queries.list_keys(SYSTEM):
        used = f"used {key.last_used_at:%F %R}" if key.last_used_at else "never used"
        state = f"revoked {key.revoked_at:%F %R}" if key.revoked_at else used
        click.echo("\t".join((key.name, key.prefix, ",".join(key.scopes), key.station or "all stations", state)))


@apikey.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Make the key of that name, or with that beginning, worthless within five seconds."""
    from forecourt.organisation import services

    try:
        services.revoke_api_key(SYSTEM, name)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    click.echo(f"{name} is revoked.", err=True)
