"""`anlan engine`: the alarm engine."""

import logging

import typer

from anlan.app import loops
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told


@told
def command() -> None:
    """运行报警引擎。Run the alarm engine."""
    start_django("anlan_engine")
    from anlan.app import engine
    from anlan.app.log_reader import LogChangedError
    from anlan.app.resumption import LogWentBackError
    from anlan.kernel.base.config import config

    logging.getLogger("anlan").setLevel(logging.INFO)
    try:
        loops.run(engine.run(config()))
    except (LogChangedError, LogWentBackError) as error:
        typer.echo(f"✗ {error}", err=True)
        raise typer.Exit(code=3) from error
