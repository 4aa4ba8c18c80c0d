"""A command that is refused says why in one line and exits with 1."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import psycopg
import typer
from django.db import OperationalError

from anlan.app.region.errors import RegionSourceError
from anlan.kernel.base.config import ConfigurationError
from anlan.kernel.base.errors import DomainError

P = ParamSpec("P")
T = TypeVar("T")

REMEDY = """  → 在安装目录里运行，或用 ANLAN_CONFIG、ANLAN_DATABASE_URL 指明数据库；anlan doctor 说明哪里不对
  → run it where the installation is, or name the database by ANLAN_CONFIG or ANLAN_DATABASE_URL"""


def told(command: Callable[P, T]) -> Callable[P, T]:
    """Turn a refusal of ours into a sentence on the terminal."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            typer.echo(f"✗ {error.title} · {error.title_en} [{error.code}]", err=True)
            raise typer.Exit(code=1) from error
        except (ConfigurationError, RegionSourceError) as error:
            typer.echo(f"✗ {error}", err=True)
            raise typer.Exit(code=1) from error
        except OSError as error:
            if error.filename is None:
                raise
            typer.echo(f"✗ {error.filename}：读写不了 · cannot be used: {error.strerror}", err=True)
            raise typer.Exit(code=1) from error
        except (psycopg.OperationalError, OperationalError) as error:
            sentence = str(error).strip().splitlines()[0]
            typer.echo(f"✗ 数据库：{sentence}\n{REMEDY}", err=True)
            raise typer.Exit(code=1) from error

    return run
