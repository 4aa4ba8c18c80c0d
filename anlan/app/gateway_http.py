"""The HTTP door: `POST /api/v1/observations`, the same message as over MQTT (raw ASGI).

202 says that READINGS has the readings. Behind nginx only this one path is reachable; the counts at
`…/health` are for the machine itself.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.server.embed import Server

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.app.doors import Incoming, Outcome, Taken
from anlan.app.mqtt_door import MqttDoor, unread
from anlan.kernel.base.bus import HTTP
from anlan.kernel.base.clock import now_ms
from anlan.kernel.base.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
    UnavailableError,
)

log = logging.getLogger(__name__)

PATH = "/api/v1/observations"
ANSWER_S = 10.0
REFUSALS_TOLD = 1_000

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: Kept for a person to look at; what is not even signed comes from anybody and is only counted.
_QUARANTINED = frozenset({Outcome.UNREADABLE, Outcome.FOREIGN, Outcome.ALTERED})


class MethodError(DomainError):
    """The path is right and the method is not."""

    status = 405
    code = "base.method"


@dataclass(frozen=True, slots=True)
class Observations:
    """The ASGI application of the HTTP door."""

    mqtt: MqttDoor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            status, body = await self._answer(scope, receive)
        except DomainError as error:
            status, body = error.status, error.problem()
        await _send(send, status, body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, Any]]:
        path, method = scope["path"].rstrip("/"), scope["method"]
        if path == PATH + "/health" and method == "GET":
            return 200, self.health()
        if path != PATH:
            raise NotFoundError("没有这个地址")
        if method != "POST":
            raise MethodError("这里只接受 POST")
        if self.mqtt.keeper.is_refusing:
            raise UnavailableError(
                "磁盘将满，入口暂停接收，请保留数据稍后重发", code="sensing.disk_full"
            )
        headers = {name.lower(): value for name, value in scope["headers"]}
        payload = await _body(headers, receive)
        user = headers.get(b"x-gateway", b"").decode("latin-1")
        incoming = Incoming(door=HTTP, user=user, payload=payload, arrived_ms=now_ms())
        return await self._take(incoming)

    async def _take(self, incoming: Incoming) -> tuple[int, dict[str, Any]]:
        try:
            async with asyncio.timeout(ANSWER_S):
                await self.mqtt.doors.writer.has_room()
                taken = await self.mqtt.judge(incoming)
                if taken.kept is not None:
                    # the message goes on even when this answer comes too late for its sender
                    await asyncio.shield(taken.kept)
        except TimeoutError as error:
            raise UnavailableError("日志暂时写不进去，请稍后重发同一报文") from error
        if taken.outcome in _QUARANTINED:
            self.mqtt.evidence.unread(unread(incoming, taken))
        if taken.accepted is None:
            raise _refusal(taken)
        refusals = taken.accepted.refusals
        return 202, {
            "accepted": len(taken.accepted.batch),
            "refused": [
                {"row": refusal.row, "code": refusal.code, "tag": refusal.tag}
                for refusal in refusals[:REFUSALS_TOLD]
            ],
            "refused_count": len(refusals),
            "repeated": taken.outcome is Outcome.REPEAT,
        }

    def health(self) -> dict[str, Any]:
        """Return the counts of this process; `note` says what cannot be counted."""
        doors = self.mqtt.doors
        messages: Counter[str] = Counter(doors.strangers)
        refused: Counter[str] = Counter()
        for health in doors.health.values():
            messages.update(health.counts)
            refused.update(health.refused)
        return {
            "messages": dict(messages),
            "refused_rows": dict(refused),
            "qos_0": self.mqtt.qos_0,
            "doors": "refuse" if self.mqtt.keeper.is_refusing else "open",
            "in_flight": doors.writer.in_flight,
            "log_troubles": doors.writer.troubles,
            "database": "away" if self.mqtt.evidence.is_away else "ok",
            "gateways": len(doors.directory.entries),
            "left_out": list(doors.directory.troubles),
            "read_upto": self.mqtt.read_upto(now_ms()),
            "note": "MQTT 3.1.1 acknowledges and drops a message on a topic that its sender may not "
            "use; only the log of nats-server names it (Publish Violation)",
        }


def _refusal(taken: Taken) -> DomainError:
    """Return the problem of a message that was refused as a whole."""
    code = f"sensing.{taken.outcome}"
    match taken.outcome:
        case Outcome.STRANGER | Outcome.UNSIGNED:
            # one answer for both: nobody learns here which gateways there are
            return NotSignedInError("网关未登记或签名不符", code="sensing.signature_bad")
        case Outcome.ALTERED:
            return ConflictError(f"报文被改动过：{taken.reason}", code=code, seq=taken.seq)
        case Outcome.LATER:
            return UnavailableError("暂时不能判定旧报文，请稍后重发同一报文", code=code)
        case _:
            return InvalidError(f"报文不能读取：{taken.reason}", code=code, seq=taken.seq)


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Return the whole body. Raises TooLargeError as soon as it is certain."""
    declared = headers.get(b"content-length", b"0")
    size, parts = 0, list[bytes]()
    too_large = TooLargeError(f"报文不得大于 {MESSAGE_BYTES_MAX} 字节", limit=MESSAGE_BYTES_MAX)
    if declared.isdigit() and int(declared) > MESSAGE_BYTES_MAX:
        raise too_large
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise InvalidError("连接中断")
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > MESSAGE_BYTES_MAX:
            raise too_large
        if not event.get("more_body", False):
            return b"".join(parts)


async def _send(send: Send, status: int, body: dict[str, Any]) -> None:
    kind = b"application/json" if status < 400 else b"application/problem+json"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    if status == UnavailableError.status:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


async def serve(mqtt: MqttDoor, port: int) -> None:
    """Listen on loopback until cancelled."""
    server = Server(
        Observations(mqtt),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,
    )
    try:
        await server.serve()
    finally:
        server.stop()
