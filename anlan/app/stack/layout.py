"""What lies where below `var/`: one folder holds a whole installation."""

import json
import secrets
import socket
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from anlan.app.stack import ports
from anlan.app.stack.certificates import Authority, Pair
from anlan.app.stack.nats import NatsServer
from anlan.app.stack.nats_users import write_private
from anlan.app.stack.postgres import Cluster

#: What the two streams hold at most where the disk is large.
READINGS_BYTES, EVENTS_BYTES = 4 * 1024**3, 1024**3
PREFERRED = {"web": 8080, "serve": 8181, "live": 8182, "gateway": 8183, "door": 8443}


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of our own processes; kept from start to start as long as they are free."""

    web: int
    serve: int
    live: int
    gateway: int
    door: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder of an installation."""

    home: Path

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.home / "log"

    @property
    def settings_file(self) -> Path:
        """What the processes are told (`ANLAN_CONFIG`)."""
        return self.home / "anlan.toml"

    @property
    def lock_file(self) -> Path:
        """Who runs here."""
        return self.home / "lock"

    @property
    def stamps(self) -> Path:
        """What has been done already, each with the digest of what it was made from."""
        return self.home / "stamps"

    def make(self) -> None:
        """Make the folders; the servers' owner must be able to pass through the first."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o755)
        for folder in (self.logs, self.stamps, *map(self.home.joinpath, _OURS)):
            folder.mkdir(mode=0o700, exist_ok=True)
        for name in ("secret_key", "proxy_secret"):
            if not (self.home / name).exists():
                write_private(self.home / name, secrets.token_urlsafe(48))

    @property
    def authority(self) -> Authority:
        """Who signs the certificates of our doors, where nobody else does."""
        return Authority(self.home / "tls")

    def door_certificate(self, host: str) -> Pair:
        """Return the certificate of the doors: the one that lies there, or one of our authority.

        A bureau lays its own `server.pem` and `server.key` into the folder `tls`, and the `ca.pem`
        that signs its gateways' certificates.
        """
        given = Pair(self.authority.folder / "server.pem", self.authority.folder / "server.key")
        if given.certificate.exists() and given.key.exists():
            return given
        self.authority.make()
        anywhere = {"0.0.0.0", "::"}  # noqa: S104 - a name for all addresses, nothing is bound
        hosts = [socket.gethostname(), "localhost", ports.LOOPBACK]
        return self.authority.server(hosts if host in anywhere else [host, *hosts])

    def choose_ports(self) -> Ports:
        """Take the ports of the last start if they are free, else others, and write them down."""
        file = self.home / "ports.json"
        last: dict[str, int] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        chosen: dict[str, int] = {}
        for name, preferred in PREFERRED.items():
            wanted = last.get(name, preferred)
            chosen[name] = ports.free_port(wanted, but_not=frozenset(chosen.values()))
        file.write_text(json.dumps(chosen), encoding="utf-8")
        return Ports(**chosen)

    def write_settings(self, settings: dict[str, Any]) -> None:
        """Write the TOML that every process of this installation reads."""
        lines = [f"{name} = {_toml(value)}" for name, value in sorted(settings.items())]
        text = "# written by `anlan demo`; changes are lost\n" + "\n".join(lines) + "\n"
        write_private(self.settings_file, text)


_OURS = ("history", "snapshots", "documents")


def demo_settings(
    layout: Layout, chosen: Ports, cluster: Cluster, nats: NatsServer, *, public_url: str
) -> dict[str, Any]:
    """Return the settings of the demonstration on one node."""
    return {
        "node": "n640181",
        "home": layout.home,
        "database_url": cluster.url(),
        "nats_url": nats.url,
        "nats_user": nats.user,
        "nats_password_file": nats.password_file,
        "nats_pid_file": nats.pid_file,
        "gateways_file": nats.gateways_file,
        # together with the raw log they must have room in the store (7.16), on a small disk too
        "readings_max_bytes": min(READINGS_BYTES, nats.max_store // 2),
        "events_max_bytes": min(EVENTS_BYTES, nats.max_store // 5),
        "mqtt_port": nats.mqtt_port,
        "mqtt_tls": nats.door.tls is not None,
        "plain_doors": nats.door.is_plain_allowed,
        "proxy_secret_file": layout.home / "proxy_secret",
        "secret_key_file": layout.home / "secret_key",
        "public_url": public_url,
        "demo": True,
        **{f"{field.name}_port": getattr(chosen, field.name) for field in fields(Ports)[1:-1]},
    }


def _toml(value: object) -> str:
    """Write a text, number or truth; JSON's forms of these are TOML's."""
    return json.dumps(value if isinstance(value, bool | int | float) else str(value))
