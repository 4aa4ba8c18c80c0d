"""Become granian: the server of the API and of the live stream."""

import os
import sys
from typing import NoReturn

from anlan.kernel.base.config import config


def become_granian(target: str, *, interface: str, port: int, role: str, threads: int) -> NoReturn:
    """Replace this process by granian serving `target` on loopback, as one database role."""
    os.environ["ANLAN_DB_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.app.settings")
    config()  # a wrong setting is said here, in one sentence, not in a worker's traceback
    options = {
        "--interface": interface,
        "--host": "127.0.0.1",
        "--port": str(port),
        "--workers": "1",
        # a worker that does not end in time is killed, so that a stop always ends
        "--workers-kill-timeout": "5",
        "--log-level": "warning",
    }
    if interface == "wsgi":
        options["--blocking-threads"] = str(threads)
    words = [word for pair in options.items() for word in pair]
    argv = [sys.executable, "-m", "granian", *words, "--respawn-failed-workers", "--no-ws", target]
    os.execv(sys.executable, argv)  # noqa: S606  our own arguments
