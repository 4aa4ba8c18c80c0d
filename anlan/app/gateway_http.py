"""The HTTP door: `POST /api/v1/observations`, the same message as over MQTT (RSGI).

202 says that READINGS has the readings. Behind nginx only this one path is reachable; the counts at
`…/health` are for the machine itself.
"""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

import msgspec
from granian.constants import Interfaces
from granian.rsgi import Headers, HTTPProtocol, Scope
from granian.server.embed import Server

from anlan.app.bodies import LINES_MAX, Bodies, SlowError
from anlan.app.doors import Incoming, Outcome, Taken
from anlan.app.gateway_health import Sums
from anlan.app.mqtt_door import MqttDoor
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
USER_HEADER = "X-Gateway"
ANSWER_S = 10.0
REFUSALS_TOLD = 1_000
BACKLOG = 1_024

#: Kept for a person to look at; what is not even signed comes from anybody and is only counted.
_QUARANTINED = frozenset(
    {Outcome.UNREADABLE, Outcome.FOREIGN, Outcome.ALTERED}  # the body is bounded: never too large
)


#: What a message can be answered with instead of 202.
REFUSALS: tuple[type[DomainError], ...] = (
    ConflictError, InvalidError, NotSignedInError, SlowError, TooLargeError, UnavailableError,
)  # fmt: skip


class RefusedReading(msgspec.Struct, frozen=True):
    """One reading that is not taken: its place in the message, why, and its tag if it had one."""

    row: int
    code: str
    tag: str | None


class Answer(msgspec.Struct, frozen=True):
    """What 202 says: how many readings are on disk, which are not, and whether it was a repeat.

    `refused` names the first thousand; `refused_count` counts all.
    """

    accepted: int
    refused: list[RefusedReading]
    refused_count: int
    repeated: bool


class MethodError(DomainError):
    """The path is right and the method is not."""

    status = 405
    code = "base.method"


@dataclass(frozen=True, slots=True)
class Observations:
    """The RSGI application of the HTTP door."""

    mqtt: MqttDoor
    proxy_secret: bytes = field(default=b"", repr=False)
    bodies: Bodies = field(default_factory=Bodies)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        body: Answer | dict[str, Any]
        try:
            status, body = await self._answer(scope, protocol)
        except DomainError as error:
            status, body = error.status, error.problem()
        protocol.response_bytes(status, _headers(status), msgspec.json.encode(body))

    async def _answer(
        self, scope: Scope, protocol: HTTPProtocol
    ) -> tuple[int, Answer | dict[str, Any]]:
        path, method = scope.path.rstrip("/"), scope.method
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
        headers = scope.headers
        payload = await self.bodies.read(headers.get("content-length"), protocol)
        user = headers.get(USER_HEADER, "")
        incoming = Incoming(
            door=HTTP,
            user=user,
            payload=payload,
            arrived_ms=now_ms(),
            is_certified=self._is_certified(headers, user),
        )
        return await self._take(incoming)

    def _is_certified(self, headers: Headers, user: str) -> bool:
        """Tell whether the origin in front of us has seen this gateway's own certificate.

        It proves that it is the origin by a secret that lies in its configuration.
        """
        given = headers.get("x-proxy-secret", "").encode()
        if not self.proxy_secret or not compare_digest(given, self.proxy_secret):
            return False
        is_verified = headers.get("x-client-verify") == "SUCCESS"
        subject = headers.get("x-client-subject", "")
        return is_verified and bool(user) and subject == f"CN={user}"

    async def _take(self, incoming: Incoming) -> tuple[int, Answer]:
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
            self.mqtt.set_aside(incoming, taken)
        if taken.accepted is None:
            raise _refusal(taken)
        refusals = taken.accepted.refusals
        return 202, Answer(
            accepted=len(taken.accepted.batch),
            refused=[
                RefusedReading(one.row, one.code, one.tag) for one in refusals[:REFUSALS_TOLD]
            ],
            refused_count=len(refusals),
            repeated=taken.outcome is Outcome.REPEAT,
        )

    def health(self) -> dict[str, Any]:
        """Return the counts of this process; `note` says what cannot be counted."""
        doors = self.mqtt.doors
        sums = Sums(messages=Counter(doors.strangers))
        for health in doors.health.values():
            sums.add(health.sums())
        return {
            "messages": dict(sums.messages),
            "readings": {word: count for word, count in sums.readings.items() if count},
            "refused_rows": dict(sums.refused),
            "quarantine_dropped": sums.dropped,
            "qos_0": self.mqtt.qos_0,
            "qos_0_lost": self.mqtt.qos_0_lost,
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


def _headers(status: int) -> list[tuple[str, str]]:
    kind = "application/json" if status < 400 else "application/problem+json"
    found = [("content-type", kind), ("cache-control", "no-store")]
    return [*found, ("retry-after", "5")] if status == UnavailableError.status else found


async def serve(mqtt: MqttDoor, port: int, proxy_secret: bytes) -> None:
    """Listen on loopback until cancelled."""
    server = Server(
        Observations(mqtt, proxy_secret),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        backlog=BACKLOG,
        backpressure=LINES_MAX,
        log_enabled=False,
    )
    try:
        await server.serve()
    finally:
        server.stop()
