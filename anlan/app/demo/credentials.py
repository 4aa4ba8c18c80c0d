"""What the demo's gateways know about themselves: written at load, read by the feeds, for us alone.

The feeds stand for boxes at the firms, so they read a file as a box would and not the database.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from anlan.app.stack.nats_users import write_private

FILE = "gateways.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One gateway: its topic, its MQTT user and password, the key it signs with."""

    firm: str
    gateway: str
    user: str
    token: str = field(repr=False)
    hmac_key: str = field(repr=False)

    @property
    def topic(self) -> str:
        """Return the topic it publishes on."""
        return f"a1/{self.firm}/{self.gateway}/obs"


def write_credentials(folder: Path, known: list[Credentials]) -> None:
    """Write the file whole or not at all, readable by its owner alone."""
    write_private(folder / FILE, json.dumps([asdict(one) for one in known], indent=1))


def read_credentials(folder: Path) -> dict[str, Credentials]:
    """Return the first gateway of each firm by the firm's code; none when nothing has been loaded yet.

    A visitor may have registered further ones: the recorded plants go on sending through their own.
    """
    try:
        rows = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    rows.sort(key=lambda row: row["gateway"], reverse=True)
    return {row["firm"]: Credentials(**row) for row in rows}
