"""Lines to a collector of logs, over TLS only (RFC 5424 in the frames of RFC 5425).

For what must be believed after this machine is not: the collector's own machine keeps it. The protocol
knows no answer, so `send` waits until the collector has closed its side without complaint.
"""

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from anlan.kernel.base.clock import now

#: Facility 13 (log audit), severity 6 (informational): RFC 5424, 6.2.1.
_PRIORITY = 13 * 8 + 6
#: RFC 5425, 4.2: the port of syslog over TLS.
PORT = 6514
PATIENCE_S = 10.0
SCHEME = "tls"


@dataclass(frozen=True, slots=True)
class Collector:
    """Where lines go: a host that shows a certificate for its name."""

    host: str
    port: int
    #: Who signed the collector's certificate; None: whom this machine trusts.
    authority: Path | None = None

    @classmethod
    def of(cls, address: str, authority: Path | None = None) -> "Collector":
        """Read `tls://host[:port]`."""
        parts = urlsplit(address)
        return cls(parts.hostname or "", parts.port or PORT, authority)

    def send(self, lines: Sequence[str], *, node: str, about: str) -> None:
        """Hand over lines in their order. Raises OSError where they may not have arrived.

        `about` is the message's MSGID, one word of ASCII.
        """
        context = ssl.create_default_context(cafile=self.authority)
        frames = b"".join(frame(line, node=node, about=about, at=now()) for line in lines)
        with (
            socket.create_connection((self.host, self.port), PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=self.host) as line,
        ):
            line.sendall(frames)
            # says that nothing more comes, and waits for the same word from the other side; many close
            # without it, or leave the line open, and have read all the same
            with suppress(ssl.SSLEOFError, TimeoutError):
                line.unwrap()


def frame(line: str, *, node: str, about: str, at: datetime) -> bytes:
    """Return one message behind its length in octets (RFC 5425, 4.3); line ends become spaces."""
    text = " ".join(line.split())
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    message = f"<{_PRIORITY}>1 {moment} {node} anlan - {about} - \ufeff{text}".encode()
    return b"%d %b" % (len(message), message)
