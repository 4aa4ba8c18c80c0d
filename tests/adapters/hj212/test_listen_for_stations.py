"""The door for stations: split, glued, broken and slow frames, strangers, silence; one line hurts no other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from anlan.adapters.hj212.answers import data_answer
from anlan.adapters.hj212.frames import Broken, FrameReader, frame
from anlan.adapters.hj212.segment import segment_of
from anlan.adapters.hj212.server import StationDoor
from anlan.adapters.hj212.settings import Listen, Station, is_listed
from tests.adapters.hj212.frames import INTERVAL, UPLOAD, segment

PATIENCE_S = 10.0
LOOPBACK = ["127.0.0.0/8"]


@dataclass
class Heard:
    """A receiver that remembers, and acknowledges what asks for it."""

    segments: list[bytes] = field(default_factory=list)
    pieces: list[Broken] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    async def took(self, data: bytes, _peer: str) -> bytes | None:
        if self.fails:
            raise RuntimeError("the receiver broke")
        self.segments.append(data)
        self.changed.set()
        return data_answer(segment_of(data))

    async def broken(self, piece: Broken, _peer: str) -> None:
        self.pieces.append(piece)
        self.changed.set()

    def count(self, word: str, _why: str) -> None:
        self.told[word] += 1
        self.changed.set()

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def listening(heard: Heard, **said: Any) -> AsyncIterator[tuple[str, int]]:
    """Give the address of a door."""
    settings = Listen(
        name="s", listen="127.0.0.1:0", station=[Station(mn="1", password_file="p")],
        **({"peers": LOOPBACK} | said),
    )  # fmt: skip
    opened: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    door = StationDoor(settings, heard, heard.count, opened.set_result)
    work = asyncio.create_task(door.run())
    async with asyncio.timeout(PATIENCE_S):
        host, _, port = (await opened).rpartition(":")
    try:
        yield host, int(port)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def answers(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    frames, found = FrameReader(), list[bytes]()
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            data = await reader.read(4096)
            assert data, "the line was closed"
            found += [one for one in frames.feed(data) if isinstance(one, bytes)]
    return found


async def ended(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await reader.read()


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_frames_in_pieces_and_glued_are_heard_and_answered_in_order(size: int) -> None:
    heard = Heard()
    async with listening(heard) as address:
        reader, writer = await asyncio.open_connection(*address)
        sent = UPLOAD + INTERVAL + UPLOAD
        for at in range(0, len(sent), size):
            writer.write(sent[at : at + size])
            await writer.drain()
            await asyncio.sleep(0)
        said = await answers(reader, 3)
        writer.close()
    assert heard.segments == [segment(UPLOAD), segment(INTERVAL), segment(UPLOAD)]
    assert [segment_of(one).request for one in said] == [
        "20260801100000123",
        "20160801085857223",
        "20260801100000123",
    ]


async def test_a_broken_frame_is_given_back_and_the_next_one_is_heard() -> None:
    heard = Heard()
    broken = UPLOAD.replace(b"12.3", b"92.3")
    async with listening(heard) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"AT+CSQ" + broken + UPLOAD)
        await answers(reader, 1)
        writer.close()
    assert [one.reason for one in heard.pieces] == ["noise", "crc"]
    assert heard.pieces[1].raw == broken
    assert heard.segments == [segment(UPLOAD)]


async def test_who_is_not_listed_is_not_even_read() -> None:
    heard = Heard()
    async with listening(heard, peers=["10.1.2.0/24"]) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD)
        with suppress(ConnectionResetError):
            assert await ended(reader) == b""
        await heard.until(lambda: heard.told["strangers"] == 1)
        writer.close()
    assert heard.segments == []


@pytest.mark.parametrize(
    ("host", "is_in"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.1.3.3", False),
        ("?", False),
        ("::1", False),
    ],
)
def test_a_peer_is_listed_by_its_segment(host: str, *, is_in: bool) -> None:
    networks = Listen(name="s", listen="h:1", peers=["10.1.2.0/24"], station=[]).networks
    assert is_listed(host, networks) is is_in


async def test_a_frame_that_never_becomes_whole_ends_its_line_and_is_given_back() -> None:
    heard = Heard()
    async with listening(heard, frame_s=0.1) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD[:50])
        await ended(reader)
        await heard.until(lambda: heard.told["lines_silent"] and heard.pieces)
        writer.close()
    assert heard.pieces == [Broken(UPLOAD[:50], "tail")]


async def test_a_frame_that_drips_does_not_gain_time_by_each_byte() -> None:
    heard = Heard()
    async with listening(heard, frame_s=0.3) as address:
        _reader, writer = await asyncio.open_connection(*address)
        began = asyncio.get_running_loop().time()

        async def drip() -> None:
            for at in range(len(UPLOAD) - 1):
                writer.write(UPLOAD[at : at + 1])
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        await heard.until(lambda: heard.told["lines_silent"])
        assert asyncio.get_running_loop().time() - began < 3.0
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
        writer.close()
    assert heard.segments == []


async def test_a_silent_line_is_closed_and_another_goes_on() -> None:
    heard = Heard()
    async with listening(heard, idle_s=0.4) as address:
        silent, its_writer = await asyncio.open_connection(*address)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD)
        await answers(reader, 1)
        assert await ended(silent) == b""
        its_writer.close()
        writer.close()


async def test_a_receiver_that_fails_ends_one_line_and_no_door() -> None:
    heard = Heard(fails=True)
    async with listening(heard) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD)
        assert await ended(reader) == b"", "no acknowledgement"
        writer.close()
        assert heard.told["errors"] == 1
        heard.fails = False
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD)
        await answers(reader, 1)
        writer.close()


async def test_more_lines_than_there_may_be_are_turned_away() -> None:
    heard = Heard()
    async with listening(heard, lines_max=1) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(UPLOAD)
        await answers(reader, 1)
        second, its_writer = await asyncio.open_connection(*address)
        assert await ended(second) == b""
        await heard.until(lambda: heard.told["lines_refused"] == 1)
        its_writer.close()
        writer.close()


def test_a_worked_frame_is_what_the_tests_say_that_it_is() -> None:
    assert frame(segment(UPLOAD)) == UPLOAD
