"""`anlan serve`: the API, WSGI."""

from typing import Annotated

import typer

from anlan.app.cli.granian import PORT, become_granian
from anlan.app.cli.refusal import told
from anlan.kernel.base.config import config


@told
def command(
    port: Annotated[int, typer.Option(help=PORT)] = 0,
    threads: Annotated[int, typer.Option(help="线程数。Requests answered at once.")] = 4,
) -> None:
    """运行接口服务(只听本机,由 nginx 转发)。Run the API server on loopback."""
    become_granian(
        "anlan.app.wsgi:application",
        interface="wsgi",
        port=port or config().serve_port,
        role="anlan_app",
        threads=threads,
    )
