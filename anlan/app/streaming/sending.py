"""One frame on its way to many listeners, packed once for all who take it so."""

from collections.abc import Collection
from functools import cached_property

from anlan.app.streaming.client import Client
from anlan.app.streaming.packing import packed


class Sending:
    """A frame and whom it is for."""

    def __init__(self, frame: bytes, clients: Collection[Client]) -> None:
        self._frame = frame
        self._clients = clients
        self._packing = sum(one.is_packed for one in clients)

    @cached_property
    def _packed(self) -> bytes:
        return packed(self._frame) if self._packing else b""

    @property
    def size(self) -> int:
        """How many bytes leave in all."""
        plain = len(self._clients) - self._packing
        return len(self._frame) * plain + len(self._packed) * self._packing

    def leave(self) -> None:
        """Let it leave."""
        for client in self._clients:
            client.offer(self._frame, self._packed)
