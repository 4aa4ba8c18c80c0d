"""Which of our doors others can reach, and whether they speak TLS (practice P13).

Read from /proc: what listens, whatever its configuration says.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from anlan.kernel.base.addresses import is_loopback

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTEN = "0A"
LOOK_S = 2.0


class PlainDoorError(RuntimeError):
    """A door for devices can be reached from outside in clear text."""


def reachable(port: int) -> list[str]:
    """Return the addresses other than loopback on which something here listens at a port."""
    found = {address for address, at in _listeners() if at == port and not address.is_loopback}
    return sorted(str(address) for address in found)


def _listeners() -> Iterator[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]]:
    for table in _TABLES:
        if not table.exists():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if words[3] == _LISTEN:
                address, _colon, port = words[1].partition(":")
                yield _address(address), int(port, 16)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address as /proc writes it: words of four bytes, each in the machine's order."""
    raw = bytes.fromhex(text)
    ordered = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    address = ipaddress.ip_address(ordered)
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def speaks_tls(host: str, port: int) -> bool:
    """Tell whether a port answers a TLS handshake. Raises OSError where nobody listens."""
    with _knocking(host, port) as line:
        try:
            with _any_certificate().wrap_socket(line):
                return True
        except ssl.SSLError as error:
            # it asked for a certificate of ours: that is TLS
            return "certificate" in str(error).lower()
        except OSError:
            return False


def asks_for_certificate(host: str, port: int) -> bool:
    """Tell whether a port turns away who brings no certificate. Raises OSError where nobody listens."""
    with _knocking(host, port) as line:
        try:
            with _any_certificate().wrap_socket(line) as secure:
                secure.recv(1)  # with TLS 1.3 the refusal comes behind the handshake
        except TimeoutError:
            return False  # it waits for us to say something
        except ssl.SSLError:
            return True
        except OSError:
            return False
        return True


def _knocking(host: str, port: int) -> socket.socket:
    return socket.create_connection((_near(host), port), timeout=LOOK_S)


def _any_certificate() -> ssl.SSLContext:
    """Return a context that takes every certificate: only whether there is one is asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _near(host: str) -> str:
    """Return where to knock for an address that stands for all of them."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound


def plain_doors(host: str, port: int) -> list[str]:
    """Return the addresses at which others reach a door of ours in clear text."""
    reached = reachable(port) if is_loopback(host) else [host]
    return [address for address in reached if _is_plain(address, port)]


def _is_plain(host: str, port: int) -> bool:
    try:
        return not speaks_tls(host, port)
    except OSError:
        return False  # nobody comes in by a door that is not there
