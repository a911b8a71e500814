"""`forecourt up`: everything on one machine."""

import click

from forecourt.faces.host.start import up as run_all


@click.command()
@click.option("--no-demo", is_flag=True, help="Start with an empty database.")
def up(no_demo: bool) -> int:
    """Start Forecourt and look after it until Ctrl-C.

    The web door listens at PORT (8000), the till door at TILL_PORT (8001), both on FORECOURT_BIND (127.0.0.1). The
    first start loads demo data and makes the first sign-ins.
    """
    return run_all(with_demo=not no_demo)
