"""`anlan serve`: the API, WSGI."""

from anlan.app.cli.granian import become_granian
from anlan.kernel.base.config import config


def command(port: int = 0, threads: int = 4) -> None:
    """运行接口服务(只听本机,由 nginx 转发)。Run the API server on loopback."""
    become_granian(
        "anlan.app.wsgi:application",
        interface="wsgi",
        port=port or config().serve_port,
        role="anlan_app",
        threads=threads,
    )
