"""A client of NATS with a short way for crowds: a message is handed over as it comes off the wire.

nats-py reads every header, builds a `Msg`, queues it and wakes a task for each message. Where
thousands come a second that costs more than what is done with them; so `hear` calls a plain function
with the bytes. All else of nats-py (the line, its return, requests, publishing) stays as it is.
"""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ConnectionReconnectingError

log = logging.getLogger(__name__)

_VERSION = len(b"NATS/1.0")


class Heard(NamedTuple):
    """One message: its subject, where an answer goes, what it says, and its headers as on the wire."""

    subject: str
    reply: str
    payload: bytes
    head: bytes

    @property
    def status(self) -> str:
        """Three digits where the server speaks about the question ("409"), "" where it brings data."""
        at = _VERSION
        return self.head[at + 1 : at + 4].decode("ascii", "replace") if self._is_status else ""

    @property
    def description(self) -> str:
        """What the server says beside its status."""
        if not self._is_status:
            return ""
        return self.head[_VERSION + 4 :].partition(b"\r\n")[0].decode("utf-8", "replace").strip()

    @property
    def _is_status(self) -> bool:
        return self.head[_VERSION : _VERSION + 1] == b" "


Hears = Callable[[Heard], None]


class HearingClient(Client):  # type: ignore[misc]  # nats-py says no types
    """The client of nats-py, with `hear`."""

    def __init__(self) -> None:
        """Begin without a line."""
        super().__init__()
        self._hears: dict[int, Hears] = {}

    async def hear(self, subject: str, hears: Hears) -> Subscription:
        """Have a function called with every message of a subject, in order, at once.

        It must not wait and must bound what it keeps: nobody else counts what is pending.
        """
        number = self._sid + 1  # which `subscribe` gives before it waits
        self._hears[number] = hears
        try:
            return await self.subscribe(subject, cb=_never)
        except BaseException:
            if number not in self._subs:
                del self._hears[number]  # it will be somebody else's
            raise

    async def _process_pong(self) -> None:
        """Take an answer that nobody waits for any more; nats-py falls over it and cuts the line."""
        if self._pongs and self._pongs[0].done():
            self._pongs.pop(0)
            self._pings_outstanding = 0
            return
        await super()._process_pong()

    async def _flush_pending(self, force_flush: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Send what waits. Raises ConnectionReconnectingError where nats-py says RuntimeError.

        That is what uvloop says of a line that is cut and whose end nobody has noticed yet.
        """
        try:
            return await super()._flush_pending(force_flush)
        except RuntimeError as error:
            raise ConnectionReconnectingError from error

    def _remove_sub(self, sid: int, max_msgs: int = 0) -> None:
        self._hears.pop(sid, None)
        super()._remove_sub(sid, max_msgs)

    async def _process_msg(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes | None
    ) -> None:
        hears = self._hears.get(sid)
        if hears is None:
            await super()._process_msg(sid, subject, reply, data, headers)
            return
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        try:
            hears(Heard(subject.decode(), reply.decode(), data, headers or b""))
        except Exception:  # one message must not stop those behind it
            log.exception("a message on %s could not be heard", subject.decode(errors="replace"))


async def _never(_message: Msg) -> None:
    raise AssertionError("a message took the long way")
