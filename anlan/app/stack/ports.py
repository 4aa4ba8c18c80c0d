"""Find TCP ports that nobody uses, so that several installations share one machine."""

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port(preferred: int = 0, *, span: int = 60, but_not: frozenset[int] = frozenset()) -> int:
    """Return the preferred port, or the next free one, or any; 0 asks for any.

    `but_not` holds the ports already promised to others that do not listen yet.
    """
    for port in range(preferred, preferred + span) if preferred else ():
        if port not in but_not and _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> list[int]:
    """Return that many different free ports; all are held until the last is found."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


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
