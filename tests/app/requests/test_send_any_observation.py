"""Messages that the published document allows, and mutated ones: the gateway's door answers as it says there.

Schemathesis makes them from the document, the door's own code answers over a log that keeps at once.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import httpx
import msgspec
import pytest
from granian.rsgi import HTTPProtocol, Scope
from hypothesis import HealthCheck, Phase, given, seed, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode, openapi
from schemathesis.core import NotSet

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.adapters.mqtt.raw_log import RawLog
from anlan.adapters.mqtt.signature import sign
from anlan.app.doorkeeper import Doorkeeper
from anlan.app.doors import Doors
from anlan.app.evidence import Aside, Evidence
from anlan.app.exports import openapi_text
from anlan.app.gateway_http import PATH, USER_HEADER, Observations
from anlan.app.log_writer import LogWriter
from anlan.app.mqtt_door import MqttDoor
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.sensing.directory import Directory, GatewayEntry
from anlan.kernel.sensing.intake import Point, TagTable

pytestmark = pytest.mark.slow
EXAMPLES = 150
USER, KEY, SECRET = "F1.G1", bytes(range(32)), b"proxy"
#: By its own certificate a gateway may leave the signature out: the body is the document's.
CERTIFIED = [
    (b"x-proxy-secret", SECRET),
    (b"x-client-verify", b"SUCCESS"),
    (b"x-client-subject", b"CN=F1.G1"),
]

#: A `schemathesis.Case`; its parameters of type are of no use here.
Made = Any


class Kept:
    """A log, a bus, evidence and a doorkeeper that agree to everything."""

    def __init__(self) -> None:
        self.taken, self.is_refusing, self.database = 0, False, self

    def publish(self, *_message: object) -> "asyncio.Future[int]":
        self.taken += 1
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        kept.set_result(self.taken)
        return kept

    async def has_room(self) -> None:
        """There is."""

    async def read(self, *_question: object) -> set[str]:
        return set()

    def receipt(self, _receipt: object) -> None:
        """Forget it."""

    def unread(self, *_message: object) -> Aside:
        return Aside.ENOUGH


class Told(Kept):
    """The bus: an answer to a device goes nowhere."""

    async def publish(self, *_message: object) -> None:  # type: ignore[override]
        """Forget it."""


@dataclass
class Line:
    """A line of the server: gives the body, whole or in parts, and takes the answer."""

    payload: bytes
    status: int = 0
    body: bytes = b""

    async def __call__(self) -> bytes:
        return self.payload

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.payload), 60_000):
            yield self.payload[start : start + 60_000]

    def response_bytes(self, status: int, _headers: object, body: bytes) -> None:
        self.status, self.body = status, body


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi_text())
    return found


@pytest.fixture
def ask() -> Callable[..., tuple[int, Any]]:
    """Return how the door is asked: payload and headers to status and body."""
    kept = Kept()
    points = (Point(number=7, tag="0", unit="%", resolution=0.1), Point(number=8, tag="", unit=""))
    entry = GatewayEntry(
        id="01K3Z00000000000000000000G", firm="F1", code="G1", shard=0, token="", keys=(KEY,),
        table=TagTable(points),
    )  # fmt: skip
    doors = Doors(
        "n1", "01K3Z00000000000000000000E", cast("LogWriter", kept), cast("Evidence", kept),
        Directory({("F1", "G1"): entry}),
    )  # fmt: skip
    door = MqttDoor(
        cast("HearingClient", Told()), doors, cast("Evidence", kept), cast("Doorkeeper", kept),
        cast("RawLog", kept),
    )  # fmt: skip
    app = Observations(door, SECRET)

    def asked(payload: bytes, *headers: tuple[bytes, bytes]) -> tuple[int, Any]:
        told = httpx.Headers([*headers, (b"content-length", b"%d" % len(payload))])
        line = Line(payload)
        scope = SimpleNamespace(path=PATH, method="POST", headers=told)
        asyncio.run(app.__rsgi__(cast("Scope", scope), cast("HTTPProtocol", line)))
        return line.status, json.loads(line.body)

    return asked


def test_the_document_says_which_process_serves_the_door(document: dict[str, Any]) -> None:
    operation = document["paths"][PATH]["post"]
    assert operation["x-served-by"] == "gateway"
    assert [one["x-served-by"] for path in document["paths"].values() for one in path.values()
            if "x-served-by" in one] == ["gateway"]  # fmt: skip
    assert operation["responses"].keys() == {
        "202",
        "401",
        "408",
        "409",
        "413",
        "422",
        "503",
        "default",
    }


def test_whatever_a_gateway_sends_is_answered_as_the_document_says(
    document: dict[str, Any], ask: Callable[..., tuple[int, Any]]
) -> None:
    operation = openapi.from_dict(document)[PATH]["POST"]
    answers = document["paths"][PATH]["post"]["responses"]
    statuses: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []

    def check(payload: bytes, mode: str, *headers: tuple[bytes, bytes]) -> None:
        status, said = ask(payload, (USER_HEADER.lower().encode(), USER.encode()), *headers)
        statuses[mode, status] += 1
        if str(status) not in answers:
            wrong.append(f"{status} is not in the document: {payload[:200]!r}")
        elif not _is_of(document, answers[str(status)], said):
            wrong.append(f"{status} has another shape: {said}")
        elif "internal error" in str(said):
            wrong.append(f"the door broke at {payload[:200]!r}: {said}")

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        for at, body in enumerate(_bodies(operation, mode)):
            if at % 2:
                check(body, mode.value, *CERTIFIED)
            else:
                check(sign(body, KEY), mode.value)
    check(b"{}", "unsigned")
    check(b"x" * (MESSAGE_BYTES_MAX + 1), "large")
    assert wrong == []
    # A seed does not fix the shares: hypothesis also draws constants of whatever modules happen
    # to be loaded. These say that both roads were walked often, not how often.
    assert statuses["positive", 202] > EXAMPLES / 10, statuses
    assert statuses["negative", 422] > EXAMPLES / 10, statuses
    assert statuses["positive", 409] > 0, statuses
    assert (statuses["unsigned", 401], statuses["large", 413]) == (1, 1)


def _bodies(operation: Any, mode: GenerationMode) -> list[bytes]:
    """Return messages of one kind."""
    found: list[bytes] = []

    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def made(case: Made) -> None:
        found.append(_body(case, len(found)))

    made()
    return found


def _body(case: Made, at: int) -> bytes:
    """Write a message as its media type wants it, of the gateway that sends it, most with a new number."""
    said = None if isinstance(case.body, NotSet) else case.body
    if isinstance(said, bytes):
        return said
    if isinstance(said, dict) and isinstance(said.get("gw"), str):
        said["gw"] = "G1"
    if isinstance(said, dict) and type(said.get("seq")) in {int, float} and said["seq"] >= 0:
        # 7.0 is an integer to the document's language too
        said["seq"] = type(said["seq"])(at if at % 8 else 0)
    if case.media_type != "application/msgpack":
        return json.dumps(said).encode()
    columns = said.get("columns") if isinstance(said, dict) else None
    if isinstance(columns, dict):
        for name in "itvq":
            if isinstance(columns.get(name), str):
                columns[name] = columns[name].encode("utf-8", "replace")
    try:
        return msgspec.msgpack.encode(said)
    except (OverflowError, UnicodeError):
        return json.dumps(said).encode()


def _is_of(document: dict[str, Any], response: dict[str, Any], said: Any) -> bool:
    """Tell whether an answer has the shape that the document gives it."""
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    [content] = response["content"].values()
    schema = content["schema"] | {"components": document["components"]}
    return bool(Draft202012Validator(schema).is_valid(said))
