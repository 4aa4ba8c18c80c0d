"""Become granian: the server of the API and of the live stream."""

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from anlan.kernel.base.config import ConfigurationError, config

#: Granian writes its lines as `log_format` says, like every other process of the house.
LOG = Path(__file__).with_name("granian_log.json")
PORT = "本机端口；0 为设置中的端口。The port on loopback; 0 takes that of the settings."


def become_granian(target: str, *, interface: str, port: int, role: str, threads: int) -> NoReturn:
    """Replace this process by granian serving `target` on loopback, as one database role."""
    os.environ["ANLAN_DB_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.app.settings")
    config()  # a wrong setting is said here, in one sentence, not in a worker's traceback
    _refuse_taken(port)
    options = {
        "--interface": interface,
        "--host": "127.0.0.1",
        "--port": str(port),
        "--workers": "1",
        # a worker that does not end in time is killed, so that a stop always ends
        "--workers-kill-timeout": "5",
        "--log-level": "warning",
        "--log-config": str(LOG),
    }
    if interface == "wsgi":
        options["--blocking-threads"] = str(threads)
    words = [word for pair in options.items() for word in pair]
    argv = [sys.executable, "-m", "granian", *words, "--respawn-failed-workers", "--no-ws", target]
    os.execv(sys.executable, argv)  # noqa: S606  our own arguments


def _refuse_taken(port: int) -> None:
    """Say that somebody listens there already; granian would say it by fifty lines of its own."""
    with socket.socket() as probe:
        # as granian binds: a port that our last run left in TIME_WAIT is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigurationError(
                f"端口 {port} 用不了：{error.strerror}；换一个 --port"
                f" · port {port} cannot be used: {error.strerror}; choose another by --port"
            ) from error
