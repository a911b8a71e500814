"""The command `forecourt`. Commands are loaded when they are called, so that `--help` is fast and one broken command
spoils no other."""

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from typing import Any, Final

import click

from forecourt.kernel.problems import Problem, Unavailable
from forecourt.kernel.processes import loading

_PACKAGE: Final = "forecourt.faces.cli"
_UNREACHABLE: Final = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is written and what `forecourt --help` says of it."""

    module: str
    attribute: str
    help: str
    needs_database: bool = True
    is_hidden: bool = False


COMMANDS: Final = {
    "up": Entry("up", "up", "Start Forecourt: database, both doors, worker.", needs_database=False),
    "migrate": Entry("migrate", "migrate", "Bring the database to the present version."),
    "demo": Entry("demo", "demo", "Make a chain of stations with customers and sales to try things out."),
    "import": Entry(
        "importing", "importing", "Import sales from files of tills, what products cost, or a public data set."
    ),
    "apikey": Entry("apikey", "apikey", "Make, list and revoke keys of other systems."),
    "staff": Entry("staff", "staff", "Add people who may sign in; change their roles and passwords."),
    "keys": Entry("keys", "keys", "Look after the keys that personal data is encrypted with."),
    "games": Entry("games", "games", "Recompute the draws and spins of games from what is published."),
    "simulate": Entry("simulate", "simulate", "Past sales under other rules: what would they have cost and brought?"),
    "prove": Entry("prove", "prove", "Recompute every balance, lot, tier and total; tell every difference."),
    "translations": Entry(
        "translations", "translations", "Check and update translations (for developers).", needs_database=False
    ),
    "worker": Entry("worker", "worker", "Run jobs, schedules and event readers.", is_hidden=True),
    "serve": Entry("serve", "serve", "Run one door.", needs_database=False, is_hidden=True),
}


class Commands(click.Group):
    """The commands by name; a module is imported when its command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, entry in COMMANDS.items() if not entry.is_hidden and _is_there(entry)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None or not _is_there(entry):
            return None
        with loading():
            if entry.needs_database:
                _set_up_django()
            command: click.Command = getattr(importlib.import_module(f"{_PACKAGE}.{entry.module}"), entry.attribute)
        if entry.needs_database:
            _give_database(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="forecourt", message="Forecourt %(version)s")
def cli() -> None:
    """Forecourt, the customer-relationship system of fuel retailers.

    State and secrets live under FORECOURT_HOME (./var). Without DATABASE_URL, Forecourt runs its own PostgreSQL there.
    """


def main() -> None:
    """Run a command. What the caller can mend is told in one line: exit code 1, or 2 when the database is not there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forecourt.settings")
    try:
        code = cli(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    except Problem as problem:
        click.echo(f"Error: {problem.detail}", err=True)
        code = _UNREACHABLE if isinstance(problem, Unavailable) else 1
    except Exception as error:
        message = _message_of(error)
        if message is None:
            raise
        click.echo(f"Error: {message}", err=True)
        code = _UNREACHABLE
    sys.exit(code if isinstance(code, int) else 0)


def _is_there(entry: Entry) -> bool:
    return find_spec(f"{_PACKAGE}.{entry.module}") is not None


def _set_up_django() -> None:
    import django

    django.setup()


def _give_database(command: click.Command) -> None:
    """Make the command, or each command of a group, run while the database does."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _give_database(one)
    elif command.callback is not None:
        command.callback = _while_database_runs(command.callback)


def _while_database_runs(callback: Callable[..., Any]) -> Callable[..., Any]:
    if getattr(callback, "has_database", False):
        return callback

    @wraps(callback)
    def run(*arguments: Any, **options: Any) -> Any:
        from forecourt.faces.host.sessions import running_database

        with running_database():
            return callback(*arguments, **options)

    run.has_database = True  # type: ignore[attr-defined]
    return run


def _message_of(error: Exception) -> str | None:
    """What to tell of an error that the caller can mend although it is no Problem; None for all others."""
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, OperationalError):
        first = str(error).strip().splitlines()[0]
        return f"The database cannot be reached: {first}. See that it runs and that DATABASE_URL names it."
    if isinstance(error, ProgrammingError) and "does not exist" in str(error):
        return "The database has not the tables of this version. Run `forecourt migrate`."
    return None
