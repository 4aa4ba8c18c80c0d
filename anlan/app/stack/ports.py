"""Find TCP ports that nobody uses, so that several installations share one machine.

Between choosing a port and listening on it another house could choose it too. So whoever chooses
one holds its name: an abstract unix socket, which only one process can bind, lives in the network
namespace as the port does, and is gone with its process.
"""

import atexit
import errno
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
#: Ports for throw-away servers: below those that the kernel gives to outgoing connections, which
#: could take one between choosing and listening.
_LOWEST = 15_000
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
#: A process that makes many throw-away servers lets the oldest names go: their servers listen, or
#: have ended.
_HELD_MAX = 256
_held: dict[int, socket.socket] = {}
_chance = random.SystemRandom()


def free_port(preferred: int = 0, *, span: int = 60, but_not: frozenset[int] = frozenset()) -> int:
    """Return the preferred port, or the next free one, or any; 0 asks for any.

    The port is ours until this process ends: no other house chooses it. `but_not` holds the ports
    already promised to others of this house.
    """
    wanted = range(preferred, preferred + span) if preferred else ()
    for port in wanted:
        if port not in but_not and (port in _held or _hold(port)):
            if _is_free(port):
                return port
            release(port)
    return next(port for port in _any_ports() if port not in but_not and _take(port))


def free_ports(count: int) -> list[int]:
    """Return that many different free ports."""
    return [free_port() for _ in range(count)]


def release(port: int) -> None:
    """Let others choose a port again; harmless when it was not held."""
    if (name := _held.pop(port, None)) is not None:
        name.close()


@atexit.register
def _release_all() -> None:
    """Close what this process still holds, in words, or Python warns of sockets left open."""
    for port in tuple(_held):
        release(port)


def _any_ports() -> Iterator[int]:
    """Yield ports in no order, for ever."""
    highest = 32_768
    if _OUTGOING.exists():
        highest = max(_LOWEST + 1_000, int(_OUTGOING.read_text(encoding="utf-8").split()[0]))
    while True:
        yield _chance.randrange(_LOWEST, highest)


def _take(port: int) -> bool:
    """Hold a port that nobody holds, not even we, and that is free."""
    if port in _held or not _hold(port):
        return False
    if _is_free(port):
        return True
    release(port)
    return False


def _hold(port: int) -> bool:
    """Take the name of a port; False when another process has it."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0anlan-port-{port}")
    except OSError as error:
        name.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    _held[port] = name
    if len(_held) > _HELD_MAX:
        release(next(iter(_held)))
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # without it a port in TIME_WAIT of our own last run would look taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return not answers(port)


def answers(port: int, *, timeout_s: float = 0.5) -> bool:
    """Tell whether something accepts connections on the port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def wait_for_port(port: int, *, timeout_s: float) -> bool:
    """Wait until something accepts connections on the port; False when time is up."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if answers(port):
            return True
        time.sleep(0.05)
    return False
