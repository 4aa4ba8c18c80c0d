"""A command that is refused says why in one line and exits with 1."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.base.errors import DomainError

P = ParamSpec("P")
T = TypeVar("T")


def told(command: Callable[P, T]) -> Callable[P, T]:
    """Turn a refusal of ours into a sentence on the terminal."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            typer.echo(f"✗ {error.title} [{error.code}]", err=True)
            raise typer.Exit(code=1) from error
        except ConfigurationError as error:
            typer.echo(f"✗ {error}", err=True)
            raise typer.Exit(code=1) from error

    return run
