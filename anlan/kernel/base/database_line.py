"""How a line to PostgreSQL on another machine is watched: one that is cut is known within seconds.

Without this a process whose database's machine has lost its power waits for an answer until the kernel
gives up sending, a quarter of an hour later; the engine would be deaf for as long. A socket of this
machine needs none of it, and libpq leaves it alone there.
"""

from collections.abc import Mapping
from typing import Any

#: libpq's words. Idle lines are asked after 5 s, every 2 s, three times (s); what was sent and is not
#: acknowledged for 10 s (ms) ends the line too, where keepalives are not sent.
DEFAULTS: Mapping[str, int] = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "connect_timeout": 10,
}


def watched(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return libpq's parameters of the line; what the address itself says of them counts more."""
    return {name: address.get(name, value) for name, value in DEFAULTS.items()}
