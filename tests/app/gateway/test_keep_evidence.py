"""Buffers between the doors and PostgreSQL: bounded, never in the way, nothing forgotten."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from nats.errors import OutboundBufferLimitError
from nats.js import JetStreamContext
from nats.js.api import StreamConfig, StreamInfo, StreamState
from nats.js.errors import ServiceUnavailableError

from anlan.app import evidence
from anlan.app.database_thread import DatabaseAwayError, DatabaseThread
from anlan.app.evidence import ROWS_REFUSED, Aside, Evidence
from anlan.kernel.sensing.services.receipts import Receipt, Unread

EPOCH = "01K3Z00000000000000000000E"


class FakeDatabase:
    """Takes what is written, or is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.written: list[tuple[list[Any], ...]] = []

    async def write(self, _function: object, *args: Any) -> None:
        if self.is_away:
            raise DatabaseAwayError("away")
        self.written.append(tuple(list(arg) for arg in args))

    async def read(self, _function: object, *_args: Any) -> int:
        return 0


class DeafLog:
    """READINGS on a server that reads its files; later it is there, and empty."""

    def __init__(self) -> None:
        self.answers = False

    async def stream_info(self, _name: str) -> StreamInfo:
        if not self.answers:
            raise ServiceUnavailableError
        state = StreamState(messages=0, bytes=0, first_seq=1, last_seq=0, consumer_count=0)
        return StreamInfo(config=StreamConfig(), state=state)


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def kept(database: FakeDatabase) -> Evidence:
    thread = cast("DatabaseThread", database)
    return Evidence(thread, cast("JetStreamContext", None), "n1", EPOCH)


def receipt(sequence: int) -> Receipt:
    return Receipt(
        gateway_id="g",
        sequence=sequence,
        count=1,
        refused=0,
        digest="00",
        verdict="accepted",
        arrived_ms=1,
        log_epoch=EPOCH,
        log_sequence=sequence,
    )


def unread(
    number: int, *, topic: str = "a1/F1/G1/obs", at_ms: int = 0, code: str = "unreadable"
) -> Unread:
    return Unread(
        door="mqtt",
        topic=topic,
        code=code,
        reason="",
        payload=str(number).encode(),
        received_ms=at_ms,
    )


async def test_what_cannot_be_written_is_written_later_in_its_order(
    kept: Evidence, database: FakeDatabase
) -> None:
    told: list[str] = []

    async def done() -> None:
        told.append("kept")

    database.is_away = True
    kept.receipt(receipt(1))
    kept.unread(unread(1), done)
    await kept.flush()
    kept.receipt(receipt(2))
    assert (kept.is_away, told, database.written) == (True, [], [])
    database.is_away = False
    await kept.flush()
    [(receipts, quarantined, _seen)] = database.written
    assert [one.sequence for one in receipts] == [1, 2]
    assert [one.payload for one in quarantined] == [b"1"]
    assert (kept.is_away, told) == (False, ["kept"])


async def test_too_many_receipts_are_dropped_and_read_back_from_the_log(
    kept: Evidence, database: FakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "RECEIPTS_MAX", 3)
    asked: list[int] = []

    async def caught_up(_self: Evidence) -> Any:
        asked.append(1)
        yield []

    monkeypatch.setattr(Evidence, "catch_up", caught_up)
    for sequence in range(5):
        kept.receipt(receipt(sequence))
    await kept.flush()
    assert asked == [1]
    [(receipts, _quarantined, _seen)] = database.written
    assert [one.sequence for one in receipts] == [4]
    await kept.flush()
    assert asked == [1]


async def test_quarantine_is_bounded_while_postgresql_is_away(
    kept: Evidence, database: FakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "UNREAD_MAX", 2)
    database.is_away = True
    full = [Aside.KEPT, Aside.KEPT, Aside.FULL]
    assert [kept.unread(unread(number)) for number in range(3)] == full
    await kept.flush()
    assert kept.unread(unread(4)) is Aside.FULL
    database.is_away = False
    await kept.flush()
    assert kept.unread(unread(5)) is Aside.KEPT


async def test_quarantine_is_bounded_in_bytes_too(
    kept: Evidence, database: FakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "UNREAD_BYTES_MAX", 3)
    full = [Aside.KEPT, Aside.KEPT, Aside.FULL]
    assert [kept.unread(unread(10 + number)) for number in range(3)] == full
    await kept.flush()
    assert kept.unread(unread(13)) is Aside.KEPT


def test_one_sender_cannot_fill_the_database(
    kept: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "WHOLE_AN_HOUR", 2)
    monkeypatch.setattr(evidence, "ROWS_AN_HOUR", 1)
    said = [Aside.KEPT, Aside.KEPT, Aside.ENOUGH, Aside.ENOUGH]
    assert [kept.unread(unread(number)) for number in range(4)] == said
    assert kept.unread(unread(5, topic="a1/F1/G2/obs")) is Aside.KEPT
    assert kept.unread(unread(6, code=ROWS_REFUSED)) is Aside.KEPT
    assert kept.unread(unread(7, code=ROWS_REFUSED)) is Aside.ENOUGH
    assert kept.unread(unread(8, at_ms=evidence.HOUR_MS)) is Aside.KEPT


def test_one_sender_cannot_fill_it_with_large_messages_either(
    kept: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "BYTES_AN_HOUR", 2)
    said = [Aside.KEPT, Aside.KEPT, Aside.ENOUGH]
    assert [kept.unread(unread(number)) for number in range(3)] == said


async def test_receipts_dropped_meanwhile_wait_for_a_log_that_reads_its_files(
    database: FakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer receipts written ahead would pass for the end of what PostgreSQL has."""
    monkeypatch.setattr(evidence, "RECEIPTS_MAX", 1)
    log = DeafLog()
    kept = Evidence(cast("DatabaseThread", database), cast("JetStreamContext", log), "n1", EPOCH)
    kept.receipt(receipt(1))
    kept.receipt(receipt(2))  # too many: the log has them
    kept.receipt(receipt(3))
    await kept.flush()
    assert database.written == []
    log.answers = True
    await kept.flush()
    assert [[one.log_sequence for one in batch[0]] for batch in database.written] == [[3]]


async def test_one_that_cannot_be_acknowledged_does_not_hold_up_those_behind_it(
    kept: Evidence, database: FakeDatabase
) -> None:
    told: list[int] = []

    def done(number: int) -> Callable[[], Awaitable[None]]:
        async def tell() -> None:
            if number == 1:
                raise OutboundBufferLimitError
            told.append(number)

        return tell

    for number in (1, 2, 3):
        kept.unread(unread(number), done(number))
    await kept.flush()
    assert told == [2, 3]
    assert len(database.written) == 1
