"""What a collector is told: one TOML file, checked whole before anything begins.

No secret stands in it: keys and passwords lie in files of their own, named relative to it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from anlan.adapters.exchange_db.settings import Exchange
from anlan.adapters.file_drop.settings import Dropped
from anlan.adapters.hj212.settings import Listen
from anlan.adapters.modbus.settings import Polled
from anlan.adapters.opcua.settings import Watched
from anlan.adapters.platform_json.settings import Peer
from anlan.adapters.rest_pull.settings import Rest
from anlan.kernel.base.addresses import is_loopback
from anlan.kernel.base.config import ConfigurationError

KEY_BYTES = 32
#: What is read row by row by a watermark.
Pulls = Exchange | Rest
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class Door(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The platform's HTTP door, and as which gateway the collector comes in.

    `ca_file`: whom to trust where the platform has an authority of its own. With `certificate_file`
    and `certificate_key_file` it shows a client certificate too.
    """

    url: str
    firm: Word
    gateway: Word
    key_file: str
    ca_file: str = ""
    certificate_file: str = ""
    certificate_key_file: str = ""

    @property
    def user(self) -> str:
        """Return the name that both doors know it by."""
        return f"{self.firm}.{self.gateway}"


class Kept(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where what was heard waits, and how much of it: at the limit new data are refused, old ones stay."""

    file: str = "outbox.sqlite"
    limit_mb: Annotated[int, Meta(ge=1, le=1_000_000)] = 2_048


class Collecting(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The whole file."""

    door: Door
    outbox: Kept = Kept()
    hj212: list[Listen] = []
    modbus: list[Polled] = []
    opcua: list[Watched] = []
    files: list[Dropped] = []
    platform: list[Peer] = []
    exchange: list[Exchange] = []
    rest: list[Rest] = []

    @property
    def names(self) -> list[str]:
        """Return the names of all sources."""
        sources: list[Listen | Polled | Watched | Dropped | Peer | Pulls] = [
            *self.hj212, *self.modbus, *self.opcua, *self.files, *self.platform, *self.pulled,
        ]  # fmt: skip
        return [one.name for one in sources]

    @property
    def pulled(self) -> list[Pulls]:
        """Return the sources that are read row by row."""
        return [*self.exchange, *self.rest]


class Checked(Struct, frozen=True, kw_only=True):
    """A checked file: what it says, and the folder that its other files are found from."""

    said: Collecting
    folder: Path

    @property
    def outbox_file(self) -> Path:
        """Return where the outbox lies."""
        return self.folder / self.said.outbox.file

    def key(self) -> bytes:
        """Return the gateway's key. Raises ConfigurationError."""
        text = self.secret("door.key_file", self.said.door.key_file)
        try:
            key = bytes.fromhex(text.decode())
        except ValueError as error:
            raise ConfigurationError(
                "door.key_file：须为十六进制密钥 · the key must be hexadecimal"
            ) from error
        if len(key) != KEY_BYTES:
            raise ConfigurationError(
                f"door.key_file：密钥应为 {KEY_BYTES} 字节 · {len(key)} bytes, not {KEY_BYTES}"
            )
        return key

    def secret(self, name: str, file: str) -> bytes:
        """Return what stands in a file of a secret, without white space around. Raises ConfigurationError."""
        try:
            found = (self.folder / file).read_bytes().strip()
        except OSError as error:
            raise ConfigurationError(
                f"{name} = {file!r}：读不了 · cannot be read: {error.strerror}"
            ) from error
        if not found:
            raise ConfigurationError(f"{name} = {file!r}：文件是空的 · the file is empty")
        return found


def read(file: Path) -> Checked:
    """Read and check a file. Raises ConfigurationError, which says what is wrong and where."""
    try:
        said = msgspec.toml.decode(file.read_bytes(), type=Collecting)
    except OSError as error:
        raise ConfigurationError(f"{file}：读不了 · cannot be read: {error.strerror}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}：{error}") from error
    for complaint in _complaints(said):
        raise ConfigurationError(f"{file}：{complaint}")
    return Checked(said=said, folder=file.absolute().parent)


def clear_text(said: Collecting) -> Iterator[str]:
    """Yield a line for each source that speaks in clear text, which the segment alone protects (practice P13)."""
    for door in said.hj212:
        yield f"{door.name}：HJ 212 明文，来自 · clear text from {', '.join(door.peers)}"
    for device in said.modbus:
        yield f"{device.name}：Modbus 明文 · clear text to {device.host}:{device.port}"
    for server in said.opcua:
        if server.security == "None":
            yield f"{server.name}：OPC UA 明文 · clear text to {server.url}"
    for peer in said.platform:
        if not peer.certificate_file:
            yield f"{peer.name}：HTTP 明文，仅限本机 · clear text on this machine, {peer.listen}"
    for one in said.pulled:
        if one.is_clear_text:
            yield f"{one.name}：未加密 · clear text, or nothing asks for encryption: {one.url}"


def _complaints(said: Collecting) -> Iterator[str]:
    """Yield what is wrong between the lines."""
    yield from _of_the_door(said.door)
    if not said.names:
        yield "没有任何数据源 · there is no source in it"
    for name, count in Counter(said.names).items():
        if count > 1 or name == "door":
            yield f"数据源名称 {name!r} 不可用 · the name of a source is taken"
    yield from _of_the_stations(said.hj212)
    for tag, count in Counter(_tags(said)).items():
        if count > 1:
            yield f"位号 {tag!r} 出现 {count} 次 · one tag comes from one place only"


def _of_the_door(door: Door) -> Iterator[str]:
    address = urlsplit(door.url)
    if address.scheme not in {"https", "http"} or not address.hostname:
        yield f"door.url = {door.url!r}：不是网址 · no address of the web"
    elif address.scheme == "http" and not is_loopback(address.hostname):
        yield (
            f"door.url = {door.url!r}：本机之外须用 https · "
            "https is a must outside this machine (practice P13)"
        )
    if bool(door.certificate_file) != bool(door.certificate_key_file):
        yield "door：证书与其私钥须同时给出 · certificate_file and certificate_key_file belong together"


def _of_the_stations(doors: list[Listen]) -> Iterator[str]:
    for door in doors:
        try:
            open_to_all = [str(one) for one in door.networks if one.prefixlen == 0]
        except ValueError as error:
            yield f"hj212 {door.name}: peers: {error}"
            continue
        if open_to_all:
            yield (
                f"hj212 {door.name}：明文协议只对所列网段开放，不能是 {open_to_all[0]} · "
                "HJ 212 is clear text: name the segments, not the whole world (practice P13)"
            )
        for mn, count in Counter(one.mn for one in door.station).items():
            if count > 1:
                yield f"hj212 {door.name}: MN {mn} 重复 · stands there twice"


def _tags(said: Collecting) -> Iterator[str]:
    for door in said.hj212:
        for station in door.station:
            for table in (station.real_time, station.minutes, station.hours, station.day):
                yield from table.values()
    for device in said.modbus:
        yield from (one.tag for one in device.register)
    for server in said.opcua:
        yield from server.node.values()
    for folder in said.files:
        yield from folder.tag.values()
    for peer in said.platform:
        yield from peer.tag.values()
    for one in said.pulled:
        yield from one.tag.values()
