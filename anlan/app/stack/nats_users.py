"""Who may log in to NATS: the internal user, and each gateway within its own topics.

NATS takes users only as one whole list, so the file that `anlan gateway` rewrites holds both.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ONLY_MQTT = 'allowed_connection_types: ["MQTT"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUser:
    """A gateway (采集网关) as NATS knows it; the password is a long random token."""

    user: str
    password: str
    firm: str
    gateway: str


def render(
    devices: Iterable[DeviceUser], *, user: str, password: str, by_certificate: bool = False
) -> str:
    """Return the `users` list of the account: everything for us, its own topics for a device.

    By certificate a device is the subject `CN=<firm>.<gateway>`, and we are `CN=<user>` at that
    door. Such users have no password, so they may stand here only where the door maps certificates
    to users (`verify_and_map`), which takes no name that is merely said.
    """
    lines = [f"  {{ user: {json.dumps(user)}, password: {json.dumps(password)} }}"]
    if by_certificate:
        lines.append(f"  {{ user: {json.dumps(f'CN={user}')}, {_ONLY_MQTT} }}")
    lines += [_line(device, by_certificate=by_certificate) for device in devices]
    return "# written by `anlan gateway`; changes are lost\nusers: [\n" + "\n".join(lines) + "\n]\n"


def _line(device: DeviceUser, *, by_certificate: bool) -> str:
    topic = f"a1.{device.firm}.{device.gateway}"
    who = f"user: {json.dumps(device.user)}, password: {json.dumps(device.password)}"
    if by_certificate:
        who = f"user: {json.dumps(f'CN={device.user}')}"
    # nothing but its readings: retained messages on a million topics of its own would be kept
    may = f"publish: [{json.dumps(topic + '.obs')}], subscribe: [{json.dumps(topic + '.errors')}]"
    return f"  {{ {who}, {_ONLY_MQTT}, permissions: {{ {may} }} }}"


def is_by_certificate(text: str) -> bool:
    """Tell whether a list was written for a door that maps certificates to users."""
    return 'user: "CN=' in text


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
