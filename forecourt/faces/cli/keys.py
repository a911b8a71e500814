"""`forecourt keys`: the keys that personal data is encrypted with."""

import click

from forecourt.kernel import crypto
from forecourt.kernel.home import home


@click.group()
def keys() -> None:
    """Keys of personal data, in FORECOURT_HOME/secrets/keys.json."""


@keys.command("list")
def list_keys() -> None:
    """Tell which versions there are and which one new values are sealed with."""
    ring = crypto.keyring()
    for version in sorted(ring.versions):
        click.echo(f"{version}\t{'current' if version == ring.current else 'opens what it sealed'}")


@keys.command()
def rotate() -> None:
    """Add a key version and seal new values with it.

    What older versions sealed stays readable and searchable, so they must be kept. Running processes take the new
    version up when they are started again; within ten minutes the worker then begins to seal identities and plates anew.
    """
    version = crypto.add_key()
    click.echo(f"Key version {version} is current. Back up {home() / 'secrets' / 'keys.json'}, then restart Forecourt.")
