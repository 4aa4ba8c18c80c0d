"""Five hundred screens on the live stream, in one process: when each of them hears the first of each cause.

Run as `python -m anlan.app.bench.crowd_screens PORT FILE`: tickets come by standard input, a line each,
an empty line ends them. A line goes out when all stand; a line in, and what was heard goes into FILE
(npz). They ask by HTTP/1.0, so that what arrives behind the head is one stream, packed as for every
browser. What many screens get is unpacked and read once: the listeners' own cost must not be what is
measured.
"""

import asyncio
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np

from anlan.app.streaming.packing import HEADER

PATIENCE_S = 60.0
FRAME_END, HEAD_END = b"\n\n", b"\r\n\r\n"
#: How a block of deflate that ends at a byte ends, and what stands before one that is laid in as it is.
FLUSHED, STORED_HEAD = b"\x00\x00\xff\xff", 5
#: Frames whose causes are remembered; every audience gets the same bytes within moments.
FRAMES_KNOWN = 512


class _State(msgspec.Struct):
    #: A moment, and no text: who writes an alarm writes its times in his own way.
    last_raised_at: datetime | None = None
    instrument_state: str = ""
    cause_key: str = ""
    parent_id: str | None = None
    priority: int | None = None

    @property
    def is_first_of_a_cause(self) -> bool:
        if self.instrument_state != "active" or self.parent_id is not None:
            return False
        return bool(self.cause_key) or self.priority == 1


class _Row(msgspec.Struct):
    type: str
    id: str
    gone: bool = False
    state: _State = msgspec.field(default_factory=_State)


class _Rows(msgspec.Struct):
    rows: list[_Row]


_rows = msgspec.json.Decoder(_Rows)


@dataclass(slots=True)
class Heard:
    """What all screens have heard: ns of the first frame that tells of a cause, by screen; 0: not yet."""

    screens: int
    at_ns: dict[str, np.ndarray] = field(default_factory=dict)
    bytes_by_s: Counter[int] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    _known: dict[bytes, list[str]] = field(default_factory=dict)
    _unpacked: dict[bytes, list[bytes]] = field(default_factory=dict)

    def frames_of(self, block: bytes) -> list[bytes]:
        """Return the frames of a block that leans on nothing before it."""
        frames = self._unpacked.get(block)
        if frames is None:
            if len(self._unpacked) >= FRAMES_KNOWN:
                self._unpacked.clear()
            said = zlib.decompressobj(-zlib.MAX_WBITS).decompress(block)
            frames = self._unpacked[block] = said.split(FRAME_END)[:-1]
        return frames

    def take(self, screen: int, frame: bytes, now_ns: int) -> None:
        """Note one frame of one screen."""
        causes = self._known.get(frame)
        if causes is None:
            if len(self._known) >= FRAMES_KNOWN:
                self._known.clear()
            causes = self._known[frame] = self._causes(frame)
        for cause in causes:
            noted = self.at_ns.get(cause)
            if noted is None:
                noted = self.at_ns[cause] = np.zeros(self.screens, np.int64)
            if noted[screen] == 0:
                noted[screen] = now_ns

    def _causes(self, frame: bytes) -> list[str]:
        """Return `cause|moment` of each group, and of each red alarm that is a cause of its own."""
        head, _, body = frame.partition(b"data: ")
        event = head.partition(b"event: ")[2].strip().decode()
        self.events[event] += 1
        if event != "rows":
            return []
        return [
            f"{row.state.cause_key or f'red:{row.id}'}|{row.state.last_raised_at}"
            for row in _rows.decode(body).rows
            if row.type == "alerts.alarm" and row.state.is_first_of_a_cause
        ]

    def note_down(self, file: Path) -> None:
        """Write everything down."""
        seconds = sorted(self.bytes_by_s)
        np.savez(
            file,
            causes=np.array(list(self.at_ns)),
            at_ns=np.array(list(self.at_ns.values())).reshape(-1, self.screens),
            seconds=np.array(seconds),
            bytes=np.array([self.bytes_by_s[one] for one in seconds]),
            events=np.array([f"{name} {count}" for name, count in self.events.items()]),
            lost=np.array(self.lost),
        )


class Screen(asyncio.Protocol):
    """One screen: it asks with its ticket and notes what comes."""

    def __init__(self, place: int, request: bytes, heard: Heard) -> None:
        self._place, self._request, self._heard = place, request, heard
        self._rest = b""
        self._has_head = False
        self.is_open = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what TCP gives
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note each frame that is whole."""
        now_ns = time.time_ns()
        self._heard.bytes_by_s[now_ns // 1_000_000_000] += len(data)
        self._rest += data
        if not self._has_head and not self._took_head():
            return
        for frame in self._frames():
            self._heard.take(self._place, frame, now_ns)
            if not self.is_open.done() and b"event: hello" in frame:
                self.is_open.set_result(None)

    def _took_head(self) -> bool:
        """Pass over the heads of HTTP and of gzip, once they are whole."""
        _, end, behind = self._rest.partition(HEAD_END)
        if not end or len(behind) < len(HEADER):
            return False
        self._has_head, self._rest = True, behind[len(HEADER) :]
        return True

    def _frames(self) -> Iterator[bytes]:
        """Yield the frames that are whole: laid in as they are, or ending with the sign of a flush."""
        while self._rest:
            size = int.from_bytes(self._rest[1:3], "little") + STORED_HEAD
            if self._rest[0]:
                size = self._rest.find(FLUSHED) + len(FLUSHED)
                if size < len(FLUSHED):
                    return
            if len(self._rest) < size:
                return
            block, self._rest = self._rest[:size], self._rest[size:]
            yield from self._heard.frames_of(block)

    def connection_lost(self, exc: Exception | None) -> None:
        """A screen that is let go is lost."""
        self._heard.lost += 1
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionError(self._rest.decode(errors="replace")))


async def listen_all(port: int, file: Path, tickets: list[str]) -> None:
    """Open a screen for each ticket, listen until told, write down what was heard."""
    heard = Heard(len(tickets))
    loop = asyncio.get_running_loop()
    screens = []
    for place, ticket in enumerate(tickets):
        head = "Host: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
        request = f"GET /live?ticket={ticket} HTTP/1.0\r\n{head}".encode()
        screen = Screen(place, request, heard)
        await loop.create_connection(lambda made=screen: made, "127.0.0.1", port)  # type: ignore[misc]
        screens.append(screen)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(screen.is_open for screen in screens))
    print("open", flush=True)  # noqa: T201 - it is what we are for
    await asyncio.to_thread(sys.stdin.readline)
    heard.note_down(file)


if __name__ == "__main__":
    said = iter(sys.stdin.readline, "\n")
    asyncio.run(listen_all(int(sys.argv[1]), Path(sys.argv[2]), [line.strip() for line in said]))
