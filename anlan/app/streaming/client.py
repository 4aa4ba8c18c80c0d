"""One listener: its ticket, its queue of bytes, the datastreams it watches."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from anlan.app.streaming import frames
from anlan.app.streaming.packing import HEADER, packed
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.tickets import Ticket

#: A listener that leaves this much unread is let go; it comes back with its last position.
QUEUE_BYTES = 4 * 1024**2


@dataclass(slots=True, eq=False)
class Client:
    """A listener. `offer` never waits; the sender's task empties the queue.

    `is_packed`: it takes gzip, and what is sent is one stream of it.
    """

    ticket: Ticket
    is_packed: bool = False
    stream_id: str = field(default_factory=new_ulid)
    watched: dict[int, str] = field(default_factory=dict)
    #: What it asked to watch last and may not see.
    beyond: list[str] = field(default_factory=list)
    ended: str | None = None
    _queue: deque[bytes] = field(default_factory=deque)
    _bytes: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Begin the stream."""
        if self.is_packed:
            self._queue.append(HEADER)

    def offer(self, frame: bytes, shared: bytes = b"") -> None:
        """Put a frame into the queue; too much unread ends the stream.

        `shared` is the frame packed, where somebody has done so for many.
        """
        if self.ended is not None:
            return
        said = (shared or packed(frame)) if self.is_packed else frame
        self._queue.append(said)
        self._bytes += len(said)
        self._wake.set()
        if self._bytes > QUEUE_BYTES:
            self._queue.clear()
            self._bytes = 0
            self.ended = "slow"

    def end(self, reason: str) -> None:
        """End the stream; the page hears why."""
        if self.ended is None:
            self.offer(frames.end(reason))
            self.ended = reason

    def leave(self) -> None:
        """The listener has gone: nothing more is sent."""
        self.ended = "left"
        self._queue.clear()
        self._bytes = 0
        self._wake.set()

    async def next_bytes(self) -> bytes:
        """Wait for something to send; empty bytes mean that the stream has ended."""
        while not self._queue and self.ended is None:
            self._wake.clear()
            await self._wake.wait()
        found = b"".join(self._queue)
        self._queue.clear()
        self._bytes = 0
        return found
