"""Readings that another platform posts: on disk in the outbox before the answer (RSGI)."""

import logging
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import Interfaces, SSLProtocols
from granian.rsgi import HTTPProtocol, Scope
from granian.server.embed import Server

from anlan.adapters.platform_json.message import MessageError, Refused, read
from anlan.adapters.platform_json.settings import Peer
from anlan.app.bodies import Bodies
from anlan.app.collecting.outbox import OutboxFullError
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told
from anlan.kernel.base.errors import (
    DomainError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)

log = logging.getLogger(__name__)

PATH: Final = "/readings"
#: One sender, a few messages at once.
LINES_MAX: Final = 64


class Answer(msgspec.Struct, frozen=True):
    """What 202 says: how many readings are on disk, which are not and why, and whether it was a repeat."""

    accepted: int
    refused: list[Refused]
    repeated: bool


@dataclass(slots=True)
class PlatformDoor:
    """The RSGI application of one door, and the server that it runs in."""

    settings: Peer
    folder: Path
    token: bytes = field(repr=False)
    thread: OutboxThread
    state: Told
    bodies: Bodies = field(default_factory=Bodies)

    async def run(self) -> None:
        """Listen until cancelled."""
        said, tls = self.settings, self._tls()
        host, port = said.address
        self.state.address = f"{'https' if tls else 'http'}://{said.listen}{PATH}"
        server = Server(
            self, address=host, port=port, interface=Interfaces.RSGI, websockets=False,
            backpressure=LINES_MAX, log_enabled=False, **tls,
        )  # fmt: skip
        self.state.is_connected = True
        try:
            await server.serve()
        finally:
            server.stop()
            self.state.is_connected = False

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        body: Answer | dict[str, Any]
        try:
            body, status = await self._answer(scope, protocol), 202
        except DomainError as error:
            self.state.failed(error.title, error.code)
            body, status = error.problem(), error.status
        kind = "application/json" if status < 400 else "application/problem+json"
        headers = [("content-type", kind), ("cache-control", "no-store")]
        if status == UnavailableError.status:
            headers.append(("retry-after", "30"))
        protocol.response_bytes(status, headers, msgspec.json.encode(body))

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> Answer:
        if scope.path.rstrip("/") != PATH or scope.method != "POST":
            raise NotFoundError("没有这个地址")
        scheme, _, shown = scope.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(shown.encode(), self.token):
            raise NotSignedInError("令牌不符")
        body = await self.bodies.read(scope.headers.get("content-length"), protocol)
        return await self._keep(body)

    async def _keep(self, body: bytes) -> Answer:
        said = self.settings
        try:
            found = read(body, said.tag, said.unit)
        except MessageError as error:
            raise InvalidError(f"报文不能读取：{error}", code="sensing.unreadable") from error
        if found.company not in said.company:
            raise InvalidError(
                f"企业编码 {found.company!r} 不在所列之中", code="collect.foreign_company"
            )
        try:
            name = sha256(body).hexdigest()
            is_new = await self.thread.keep(self.state.name, found.samples, [name])
        except OutboxFullError as error:
            self.state.failed(error, "refused_full")
            raise UnavailableError(
                "磁盘用量已到上限，请保留数据稍后重发", code="sensing.disk_full"
            ) from error
        if is_new:
            self.state.kept(found.samples)
        counts = self.state.counts
        counts["messages"] += 1
        counts["repeated"] += not is_new
        counts["rows_refused"] += len(found.refused)
        counts["alarms_not_taken"] += found.alarms
        return Answer(len(found.samples), found.refused, not is_new)

    def _tls(self) -> dict[str, Any]:
        said = self.settings
        if not said.certificate_file:
            return {}
        return {
            "ssl_cert": self.folder / said.certificate_file,
            "ssl_key": self.folder / said.certificate_key_file,
            "ssl_protocol_min": SSLProtocols.tls12,
        }
