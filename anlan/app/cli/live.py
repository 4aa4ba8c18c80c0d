"""`anlan live`: the live stream, raw ASGI."""

from typing import Annotated

import typer

from anlan.app.cli.granian import PORT, become_granian
from anlan.app.cli.refusal import told
from anlan.kernel.base.config import config


@told
def command(port: Annotated[int, typer.Option(help=PORT)] = 0) -> None:
    """运行实时推送(只听本机,由 nginx 转发)。Run the live stream on loopback."""
    become_granian(
        "anlan.app.live:application",
        interface="asginl",
        port=port or config().live_port,
        role="anlan_live",
        threads=1,
    )
