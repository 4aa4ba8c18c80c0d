"""SIGTERM ends a process: kindly if it can, hard if something that it waits for never comes.

What a process has not written then is written by its next life: every stage's position stands with
its output (7.2), so a hard end costs a replay and nothing else.
"""

import asyncio
import faulthandler
import logging
import os
import signal
import socket
import threading
import time
from contextlib import suppress

log = logging.getLogger(__name__)

#: The supervisor kills after 10 s (`stack.service.Service.grace_s`); we want to say why before.
STOP_S = 8.0
#: The exit code of a hard end.
ENDED_HARD = 4


def stop_when_told(stop: asyncio.Event, *, within_s: float = STOP_S) -> None:
    """Set `stop` at SIGTERM or SIGINT, and end the process when it is not gone in time.

    The signal reaches a thread of its own even while the event loop is busy or stuck.
    """
    loop = asyncio.get_running_loop()
    heard, signalled = socket.socketpair()
    signalled.setblocking(False)  # noqa: FBT003 - a signal handler must not wait
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)

    def watch() -> None:
        with heard, signalled:
            heard.recv(1)
            log.info("told to stop")
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(stop.set)
            time.sleep(within_s)
            log.error("not gone %s s after being told to stop: this is where we stand", within_s)
            faulthandler.dump_traceback(all_threads=True)
            os._exit(ENDED_HARD)

    threading.Thread(target=watch, name="stopping", daemon=True).start()
