"""100,000 damaged messages through the door's own path: nothing raises, nothing impossible comes out."""

import asyncio
import json
import random
from collections import Counter
from copy import deepcopy
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from anlan.adapters.mqtt.const import ROWS_MAX
from anlan.app.doors import Doors, Incoming, Outcome, Taken
from anlan.app.evidence import Evidence
from anlan.app.log_writer import LogWriter
from anlan.app.unread import unread
from anlan.kernel.base.bus import MQTT
from anlan.kernel.sensing import batch
from anlan.kernel.sensing.directory import Directory, GatewayEntry
from anlan.kernel.sensing.intake import EARLIEST_MS, FUTURE_MS, LARGEST_VALUE, Point, TagTable
from anlan.kernel.sensing.sequence import GAPS_KEPT, REMEMBERED

MESSAGES = 100_000
NOW = 1_785_549_600_123
QUALITIES = {batch.BAD, batch.UNCERTAIN, batch.CLOCK, batch.GOOD}
#: Values that programs send where another was meant.
ODD: list[Any] = [
    None, True, "", "91.2", "NaN", float("nan"), float("inf"), -float("inf"), 1e308, -1e308, 1e300,
    10**400, -(2**63) - 1, 2**63, 2**64, -1, 0, 1, 0.5, 2**31, -(2**31) - 1, [], {}, [[]], "\0",
    "\ud800", "x" * 300, "2026-08-01T10:00:00+08:00", "2026-08-01T10:00:00", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z", {"tag": "T1"}, b"\x00", b"\xff" * 7,
]  # fmt: skip
FRAGMENTS = [
    b"[" * 3000, b"{" * 50, b'{"rows":', b"]", b"}", b"\x00", b"\xff\xfe", b"1e999", b"-", b'"',
    b"\\u0000", b"\\ud800", b"\x81", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdd\x7f",
    b"\n" + b"a" * 64,
]  # fmt: skip


class FakeWriter:
    """Keeps every batch at once."""

    def __init__(self) -> None:
        self.taken = 0

    def publish(self, *_message: object) -> "asyncio.Future[int]":
        self.taken += 1
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        kept.set_result(self.taken)
        return kept


class FakeEvidence:
    """Has no receipts, and takes all."""

    def __init__(self) -> None:
        self.database = self

    async def read(self, *_question: object) -> set[str]:
        return set()

    def receipt(self, _receipt: object) -> None:
        """Forget it."""


@pytest.fixture
def doors() -> Doors:
    points = (
        Point(number=7, tag="T1", unit="%", resolution=0.1),
        Point(number=8, tag="T2", unit="kPa", time_resolution_ms=1000),
    )
    gateway = GatewayEntry(
        id="01K3Z00000000000000000000G",
        firm="F1",
        code="G1",
        shard=0,
        token="",
        keys=(),  # a certificate speaks for it, so that damage reaches the reader
        table=TagTable(points),
    )
    directory = Directory({("F1", "G1"): gateway})
    writer, evidence = cast("LogWriter", FakeWriter()), cast("Evidence", FakeEvidence())
    return Doors("n1", "01K3Z00000000000000000000E", writer, evidence, directory)


class Saboteur:
    """Damages good messages, the same way for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - damage is no secret
        self.seq = 0

    def message(self) -> bytes:
        """Return a damaged message, now and then a good one."""
        plain = self.plain()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 4))):
            self.spoil(plain)
        payload = self.encoded(plain)
        for _ in range(self.chance.choice((0, 0, 0, 1, 3))):
            payload = self.cut(payload)
        return payload

    def plain(self) -> dict[str, Any]:
        self.seq += 1
        count = self.chance.randrange(6)
        times = [NOW - self.chance.randrange(10_000) for _ in range(count)]
        values = [self.chance.uniform(-9, 99) for _ in range(count)]
        said: dict[str, Any] = {"v": 1, "gw": "G1", "seq": self.seq, "sent": NOW}
        form = self.chance.choice(("rows", "columns", "raw"))
        if form == "rows":
            said["rows"] = [
                {"tag": self.chance.choice(("T1", "T2", "T3")), "t": t, "v": v, "q": 192, "u": "%"}
                for t, v in zip(times, values, strict=True)
            ]
        elif form == "columns":
            said["columns"] = {
                "tags": ["T1", "T2"], "i": [n % 2 for n in range(count)], "t": times, "v": values,
            }  # fmt: skip
        else:
            said["columns"] = {
                "tags": ["T1", "T2"],
                "i": np.zeros(count, "<i4").tobytes(),
                "t": np.array(times, "<i8").tobytes(),
                "v": np.array(values, "<f8").tobytes(),
                "q": np.full(count, 192, "u1").tobytes(),
            }
        return said

    def spoil(self, plain: Any) -> None:
        """Put something odd in the place of a value, somewhere in the tree; or take one out."""
        while isinstance(plain, dict | list) and plain:
            keys = list(plain) if isinstance(plain, dict) else list(range(len(plain)))
            key = self.chance.choice(keys)
            if isinstance(plain[key], dict | list) and self.chance.random() < 0.7:
                plain = plain[key]
            elif self.chance.random() < 0.2:
                del plain[key]
                return
            else:
                plain[key] = deepcopy(self.chance.choice(ODD))
                return

    def encoded(self, plain: dict[str, Any]) -> bytes:
        is_raw = isinstance(plain.get("columns"), dict) and "q" in plain["columns"]
        if is_raw or self.chance.random() < 0.5:
            try:
                return msgspec.msgpack.encode(plain)
            except (OverflowError, UnicodeError):
                pass  # JSON can say it
        return json.dumps(plain, default=lambda raw: raw.hex()).encode("utf-8", "surrogatepass")

    def cut(self, payload: bytes) -> bytes:
        """Damage the bytes themselves."""
        at = self.chance.randrange(len(payload) + 1)
        match self.chance.randrange(5):
            case 0:
                return payload[:at]
            case 1:
                return payload[:at] + bytes([self.chance.randrange(256)]) + payload[at + 1 :]
            case 2:
                return payload[:at] + self.chance.choice(FRAGMENTS) + payload[at:]
            case 3:
                return payload[at:] + payload[:at]
            case _:
                return payload[:at] + payload[at + self.chance.randrange(1, 9) :]


def check(taken: Taken) -> None:
    """What goes on is something that kernel, history and screen can hold."""
    assert taken.accepted is not None
    kept = taken.accepted.batch
    assert {7, 8}.issuperset(kept.numbers.tolist())
    assert all(abs(value) < LARGEST_VALUE for value in kept.values.tolist())
    assert all(EARLIEST_MS - 1000 < t <= NOW + FUTURE_MS for t in kept.times_ms.tolist())
    assert QUALITIES.issuperset(kept.quality.tolist())
    assert len(kept) + len(taken.accepted.refusals) <= ROWS_MAX
    assert len(batch.decode(batch.encode(kept))) == len(kept)


async def test_no_damaged_message_raises_and_nothing_impossible_goes_on(doors: Doors) -> None:
    saboteur = Saboteur(640181)
    outcomes: Counter[str] = Counter()
    for _ in range(MESSAGES):
        payload = saboteur.message()
        incoming = Incoming(
            door=MQTT, user="F1.G1", payload=payload, arrived_ms=NOW, is_certified=True
        )
        taken = await doors.take(incoming)
        outcomes[taken.outcome] += 1
        if taken.outcome is Outcome.KEPT:
            check(taken)
        kept = unread(incoming, taken)
        for text in (*kept.unknown_tags, *(tag or "" for _row, _code, tag in kept.refused)):
            assert "\0" not in text
            text.encode()  # half a surrogate pair would not pass
    [health] = doors.health.values()
    [book] = doors.books.values()
    json.dumps(health.facts(book))
    assert health.messages.total() == MESSAGES
    assert len(book.gaps) <= GAPS_KEPT
    assert len(book._seen) <= REMEMBERED
    wanted = {Outcome.KEPT, Outcome.UNREADABLE, Outcome.FOREIGN}
    assert wanted <= set(outcomes), outcomes
    assert min(outcomes[one] for one in wanted) > 500, outcomes
