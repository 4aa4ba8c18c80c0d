"""`anlan live`: the live stream, raw ASGI."""

from anlan.app.cli.granian import become_granian
from anlan.kernel.base.config import config


def command(port: int = 0) -> None:
    """运行实时推送(只听本机,由 nginx 转发)。Run the live stream on loopback."""
    become_granian(
        "anlan.app.live:application",
        interface="asginl",
        port=port or config().live_port,
        role="anlan_live",
        threads=1,
    )
