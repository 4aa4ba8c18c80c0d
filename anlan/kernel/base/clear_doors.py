"""Which lines of an installation leave the machine in clear text: none may, unless it is said (P13).

GB/T 22239-2019, 8.1.4.7 a and 8.1.4.8 a: what is sent is kept from change and from ears. Devices'
doors are held by the gateway (`listening`); here are the lines that the settings name.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from anlan.kernel.base.config import Config

#: Modes of libpq that go on without TLS when the server has none.
_MAYBE_CLEAR = frozenset({"", "disable", "allow", "prefer"})


def clear_lines(config: "Config") -> Iterator[tuple[str, str]]:
    """Yield (setting, what must stand there) of every line that others could read."""
    public = urlsplit(config.public_url)
    if public.scheme != "https" and not _is_here(public.hostname):
        yield "public_url", "https://…"
    bus = urlsplit(config.nats_url)
    if bus.scheme != "tls" and not _is_here(bus.hostname):
        yield "nats_url", "tls://…"
    bucket = urlsplit(config.history_endpoint)
    if bucket.scheme == "http" and not _is_here(bucket.hostname):
        yield "history_endpoint", "https://…"
    database = conninfo_to_dict(config.database_url)
    hosts = f"{database.get('hostaddr') or database.get('host') or ''}".split(",")
    may_be_clear = str(database.get("sslmode") or "") in _MAYBE_CLEAR
    if may_be_clear and not all(one.startswith(("/", "@")) or _is_here(one) for one in hosts):
        yield "database_url", "…?sslmode=verify-full"


def _is_here(host: str | None) -> bool:
    """Tell whether a host is this machine; a name that is not `localhost` may be anywhere."""
    if not host or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
