"""`forecourt staff`: who works here and may sign in."""

from collections.abc import Callable
from typing import Any

import click

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Problem

# the organisation is imported inside the commands: its tables need Django set up, which `--help` must not wait for

_PASSWORD = click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="FORECOURT_PASSWORD",
    help="Asked for unless given; better in FORECOURT_PASSWORD than on the command line.",
)  # fmt: skip
_ROLES = click.option(
    "--role", "roles", multiple=True, required=True, metavar="ROLE[@STATION]",
    help="Such as head_office, or station_manager@S001; repeat it.",
)  # fmt: skip


@click.group()
def staff() -> None:
    """Members of staff and their roles."""


@staff.command()
@click.argument("username")
@click.option("--name", help="As others see it; the sign-in name unless given.")
@click.option("--code", default="", help="Staff number, as tills send it.")
@_ROLES
@_PASSWORD
def create(username: str, name: str | None, code: str, roles: tuple[str, ...], password: str) -> None:
    """Add somebody who may sign in."""
    from forecourt.organisation import services

    _carry_out(
        services.create_staff,
        username=username,
        name=name or username,
        password=password,
        roles=[_role(role) for role in roles],
        code=code,
    )
    click.echo(f"{username} may sign in.", err=True)


@staff.command("list")
def list_staff() -> None:
    """List staff by sign-in name with staff number, name, roles and state."""
    from forecourt.organisation import queries

    for one in queries.list_staff(SYSTEM):
        roles = ",".join(
            f"{role}@{station or region}" if station or region else role for role, station, region in one.roles
        )
        state = "locked" if one.is_locked else "active" if one.is_active else "inactive"
        click.echo("\t".join((one.username, one.code, one.name, roles, state)))


@staff.command()
@click.argument("username")
@_PASSWORD
def password(username: str, password: str) -> None:
    """Give somebody a new password; ends their sessions and lifts a lock-out."""
    from forecourt.organisation import services

    _carry_out(services.set_password, _id_of(username), password)


@staff.command()
@click.argument("username")
@_ROLES
def roles(username: str, roles: tuple[str, ...]) -> None:
    """Give somebody exactly these roles."""
    from forecourt.organisation import services

    _carry_out(services.set_roles, _id_of(username), [_role(role) for role in roles])


@staff.command()
@click.argument("username")
@click.option("--reason", default="", help="For the audit trail.")
def deactivate(username: str, reason: str) -> None:
    """Bar somebody from signing in, at once."""
    from forecourt.organisation import services

    _carry_out(services.deactivate, _id_of(username), reason)


@staff.command()
@click.argument("username")
@click.option("--reason", default="", help="For the audit trail.")
def reactivate(username: str, reason: str) -> None:
    """Let somebody sign in again."""
    from forecourt.organisation import services

    _carry_out(services.reactivate, _id_of(username), reason)


def _carry_out(command: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    try:
        command(SYSTEM, *arguments, **named)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None


def _role(text: str) -> tuple[str, str | None]:
    role, _, station = text.partition("@")
    return role, station or None


def _id_of(username: str) -> int:
    from forecourt.organisation import queries

    try:
        found = queries.staff_id(username)
    except Problem as problem:
        raise click.ClickException(problem.detail) from None
    if found is None:
        raise click.ClickException(f"There is no member of staff with the sign-in name {username}.")
    return found
