"""`anlan recorder`: readings into history."""

import logging

import typer

from anlan.app import loops
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told


@told
def command() -> None:
    """运行历史记录:把读数写进 Parquet 文件。Record readings into Parquet files."""
    start_django("anlan_recorder")
    from anlan.adapters.parquet_history.segments import FileTakenError
    from anlan.adapters.parquet_history.writer import UncertainFlushError
    from anlan.app import recorder
    from anlan.app.log_reader import LogChangedError
    from anlan.kernel.base.config import config

    logging.getLogger("anlan").setLevel(logging.INFO)
    reasons: list[str] = []
    try:
        loops.run(recorder.run(config()), steps_back=True)  # what it is late with, the log keeps
    except* (
        recorder.AnotherRecorderError,
        LogChangedError,
        FileTakenError,
        UncertainFlushError,
    ) as group:
        reasons += [str(error) for error in _leaves(group)]
    if reasons:
        for reason in reasons:
            typer.echo(f"✗ {reason}", err=True)
        raise typer.Exit(code=3)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
