"""100,000 damaged messages through the door's own path: nothing raises, nothing impossible comes out."""

import asyncio
import json
from collections import Counter
from typing import cast

import pytest

from anlan.adapters.mqtt.const import ROWS_MAX
from anlan.app.bench.damage import Saboteur
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
    saboteur = Saboteur(640181, "G1", ("T1", "T2"), NOW)
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
        kept = unread(incoming, taken, home=0)
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
