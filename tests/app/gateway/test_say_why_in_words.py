"""Whatever the doors write about a message that they set aside, people read it in their language."""

import asyncio
import re
from hashlib import sha256
from typing import Any, cast

import msgspec
import pytest

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX, ROWS_MAX
from anlan.adapters.mqtt.signature import sign
from anlan.app.bench.damage import Saboteur
from anlan.app.doors import Doors, Incoming
from anlan.app.evidence import Evidence
from anlan.app.log_writer import LogWriter
from anlan.app.unread import unread
from anlan.kernel.base.bus import MQTT
from anlan.kernel.sensing.directory import Absent, Directory, GatewayEntry
from anlan.kernel.sensing.intake import Point, TagTable
from anlan.kernel.sensing.refusal_words import words_of
from tests.app.gateway.test_survive_mutations import NOW, FakeEvidence, FakeWriter

KEY = sha256(b"G1").digest()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def doors() -> Doors:
    gateway = GatewayEntry(
        id="01K3Z00000000000000000000G",
        firm="F1",
        code="G1",
        shard=0,
        token="",
        keys=(KEY,),
        table=TagTable((Point(number=7, tag="T1", unit="%"),)),
    )
    writer, evidence = cast("LogWriter", FakeWriter()), cast("Evidence", FakeEvidence())
    stopped = Absent(id="01K3Z00000000000000000000H", div=1, zone=None, site=None)
    directory = Directory({("F1", "G1"): gateway}, absent={("F1", "G8"): stopped})
    return Doors("n1", "01K3Z00000000000000000000E", writer, evidence, directory)


def said(doors: Doors, payload: bytes, user: str = "F1.G1") -> tuple[str, str]:
    """Return code and reason of a message that the doors set aside, ("", "") of one they took whole."""
    incoming = Incoming(door=MQTT, user=user, payload=payload, arrived_ms=NOW)
    taken = asyncio.run(doors.take(incoming))
    kept = unread(incoming, taken, home=0)
    return (kept.code, kept.reason) if kept.reason else ("", "")


def message(**parts: Any) -> bytes:
    good = {"v": 1, "gw": "G1", "seq": 1, "rows": [{"tag": "T1", "t": NOW, "v": 1.0}]}
    return sign(msgspec.json.encode(good | parts), KEY)


def test_every_refusal_of_the_doors_is_a_sentence(doors: Doors) -> None:
    many = {"tags": ["T1"], "i": [0] * (ROWS_MAX + 1), "t": [NOW] * (ROWS_MAX + 1),
            "v": [1.0] * (ROWS_MAX + 1)}  # fmt: skip
    refused = [
        said(doors, message(), user="F9.G9"),
        said(doors, message(), user="F1.G8"),
        said(doors, message()[:-65]),
        said(doors, message()[:-1] + b"x"),
        said(doors, message()[:-64] + b"0" * 64),
        said(doors, b" " * (MESSAGE_BYTES_MAX + 1)),
        said(doors, sign(b"hello", KEY)),
        said(doors, sign(b'{"v":1', KEY)),
        said(doors, message(gw="G2")),
        said(doors, message(rows=[{"tag": "T9", "t": NOW, "v": 1.0}])),
        said(doors, message(rows=[{"tag": "T1", "t": NOW, "v": 2.0}])),
        said(doors, message(seq="x")),
        said(doors, message(rows=None)),
        said(doors, message(rows=None, columns=many)),
    ]
    assert len({code for code, _ in refused}) > 5
    for code, reason in refused:
        words = words_of(code, reason)
        assert reason, code
        assert CHINESE.match(words.zh) or words.zh[0].isdigit(), (reason, words.zh)
        assert not CHINESE.search(words.en), words.en


def test_damaged_messages_are_explained_too(doors: Doors) -> None:
    saboteur = Saboteur(11, "G1", ("T1", "T2"), NOW)
    reasons = {said(doors, sign(saboteur.message(), KEY)) for _ in range(3_000)} - {("", "")}
    silent = [reason for code, reason in reasons if not CHINESE.search(words_of(code, reason).zh)]
    assert len(reasons) > 30
    assert silent == []
