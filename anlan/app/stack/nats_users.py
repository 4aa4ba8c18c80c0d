"""Who may log in to NATS: the internal user, and each gateway within its own topics.

NATS takes users only as one whole list, so the file that `anlan gateway` rewrites holds both.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUser:
    """A gateway (采集网关) as NATS knows it; the password is a long random token."""

    user: str
    password: str
    firm: str
    gateway: str


def render(devices: Iterable[DeviceUser], *, user: str, password: str) -> str:
    """Return the `users` list of the account: everything for us, its own topics for a device."""
    lines = [f"  {{ user: {json.dumps(user)}, password: {json.dumps(password)} }}"]
    lines += [_line(device) for device in devices]
    return "# written by `anlan gateway`; changes are lost\nusers: [\n" + "\n".join(lines) + "\n]\n"


def _line(device: DeviceUser) -> str:
    topic = f"a1.{device.firm}.{device.gateway}"
    who = f"user: {json.dumps(device.user)}, password: {json.dumps(device.password)}"
    may = f"publish: [{json.dumps(topic + '.>')}], subscribe: [{json.dumps(topic + '.errors')}]"
    return f'  {{ {who}, allowed_connection_types: ["MQTT"], permissions: {{ {may} }} }}'


def write_private(file: Path, text: str) -> None:
    """Write a file whole or not at all; only the owner of its folder, the server, may read it."""
    fresh = file.with_name(file.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    if os.getuid() == 0:
        folder = file.parent.stat()
        os.chown(fresh, folder.st_uid, folder.st_gid)
    fresh.replace(file)
