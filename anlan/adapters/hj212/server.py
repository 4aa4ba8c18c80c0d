"""The door that listens for stations: one task a line, each bounded in time and bytes.

What a station says goes to a `Receiver`, frame after frame; its answer is written only when the
receiver has returned it. A line's trouble ends that line and no other.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from anlan.adapters.hj212.frames import Broken, FrameReader
from anlan.adapters.hj212.settings import Listen, is_listed

log = logging.getLogger(__name__)

READ_BYTES = 16_384
WRITE_S = 10.0
#: After the door has closed, lines may end what they have begun.
CLOSE_S = 2.0


class Receiver(Protocol):
    """What becomes of what a station says."""

    async def took(self, segment: bytes, peer: str) -> bytes | None:
        """Take a data segment; return the answer, None for none."""

    async def broken(self, piece: Broken, peer: str) -> None:
        """Take what is no frame."""


@dataclass(slots=True)
class StationDoor:
    """Listens until it is cancelled. `told` hears of words to count and why; `lines` are open now."""

    settings: Listen
    receiver: Receiver
    told: Callable[[str, str], None]
    opened: Callable[[str], None]
    lines: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self) -> None:
        """Listen. Raises OSError where the address is not to be had."""
        host, port = self.settings.address
        server = await asyncio.start_server(self._line, host, port, limit=READ_BYTES)
        there = server.sockets[0].getsockname()
        self.opened(f"{there[0]}:{there[1]}")
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for line in self.lines:
                line.cancel()
            if self.lines:
                await asyncio.wait(self.lines, timeout=CLOSE_S)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = (writer.get_extra_info("peername") or ("?", 0))[:2]
        line = asyncio.current_task()
        try:
            if not is_listed(host, self.settings.networks):
                self.told("strangers", f"{host} is not among the listed peers")
                return
            if line is None or len(self.lines) >= self.settings.lines_max:
                self.told("lines_refused", f"{host}: {len(self.lines)} lines are open")
                return
            self.lines.add(line)
            await self._converse(reader, writer, f"{host}:{port}")
        except asyncio.CancelledError:
            log.info("the line of %s ends with the door", host)
        except (OSError, TimeoutError) as error:
            self.told("lines_lost", f"{host}: {str(error) or type(error).__name__}")
        except Exception as error:
            log.exception("a line of %s failed", host)
            self.told("errors", f"{host}: {error!r}")
        finally:
            self.lines.discard(line)
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        frames = FrameReader()
        clock = asyncio.get_running_loop().time
        begun: float | None = None  # when the frame began that is not whole yet
        try:
            while True:
                until = clock() + self.settings.idle_s
                if begun is not None:
                    until = min(until, begun + self.settings.frame_s)
                async with asyncio.timeout_at(until):
                    data = await reader.read(READ_BYTES)
                if not data:
                    return
                pieces = list(frames.feed(data))
                for piece in pieces:
                    await self._answer(piece, writer, peer)
                begun = (begun if begun and not pieces else clock()) if frames.waiting else None
        except TimeoutError:
            self.told("lines_silent", f"{peer}: nothing whole for too long")
        finally:
            for rest in frames.end():
                await self.receiver.broken(rest, peer)

    async def _answer(self, piece: bytes | Broken, writer: asyncio.StreamWriter, peer: str) -> None:
        if isinstance(piece, Broken):
            await self.receiver.broken(piece, peer)
            return
        answer = await self.receiver.took(piece, peer)
        if answer is not None:
            writer.write(answer)
            async with asyncio.timeout(WRITE_S):
                await writer.drain()
