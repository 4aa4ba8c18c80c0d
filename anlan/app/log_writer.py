"""The one writer of READINGS: many messages in flight, in order, and nobody beside us (7.18).

What gathers while the log writes goes there together: a crowd as one atomic batch, which costs one
sync for all of it, a few one by one, because a batch has a price of its own.

Each message, or the first of its subject in a batch, says after which message of its subject it must
stand (`Nats-Expected-Last-Subject-Sequence`). So when one is lost, all behind it are refused, and
everything not confirmed is sent again in its order: go back to the first that is missing, one by
one. `Nats-Msg-Id` drops what did arrive. When somebody else has written on the subject, we stop.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from anlan.kernel.base.bus import READINGS, epoch_of
from anlan.kernel.base.hearing import Heard, HearingClient
from anlan.kernel.base.ids import new_ulid

log = logging.getLogger(__name__)

#: Names the run of the program that wrote a message.
WRITER = "Anlan-Writer"
IN_FLIGHT_MAX = 1_024
IN_FLIGHT_BYTES_MAX = 64 * 1024**2
#: From here on a batch costs the broker less than its messages one by one (measured; 16 ms for 16).
BATCH_FROM = 16
BATCH_MAX = 500
BATCH_BYTES = 4 * 1024**2
ANSWER_S = 3.0
RETRY_S = 0.5


class AnotherWriterError(RuntimeError):
    """Somebody else writes what only we may write; going on would write readings twice."""


class LogLostError(RuntimeError):
    """READINGS is gone or has begun a new life; whoever writes it must begin anew."""


class _Answer(msgspec.Struct):
    """A publish acknowledgement of JetStream, or its refusal."""

    seq: int = 0
    duplicate: bool = False
    error: dict[str, Any] | None = None


_answer = msgspec.json.Decoder(_Answer)


@dataclass(slots=True, eq=False)
class _Entry:
    subject: str
    payload: bytes
    headers: dict[str, str]
    kept: "asyncio.Future[int]"
    predicted: int = 0


@dataclass(slots=True)
class LogWriter:
    """Publishes to READINGS; `publish` returns at once, its future is the sequence once it is kept."""

    nats: HearingClient
    js: JetStreamContext
    epoch: str
    writer_id: str = field(default_factory=new_ulid)
    troubles: int = 0
    _unsent: deque[_Entry] = field(default_factory=deque)
    _unconfirmed: dict[_Entry, None] = field(default_factory=dict)
    _bytes: int = 0
    _sent: dict[int, list[_Entry]] = field(default_factory=dict)
    _singly: int = 0
    _answer_by: float = 0.0
    _token: int = 0
    _next: int = 0
    _last: dict[str, int] = field(default_factory=dict)
    _ours: dict[str, int] = field(default_factory=dict)
    _trouble: str = ""
    _failed: AnotherWriterError | LogLostError | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _eased: asyncio.Event = field(default_factory=asyncio.Event)
    _inbox: str = ""

    async def open(self) -> None:
        """Learn where each subject stands, before the first message."""
        self._inbox = self.nats.new_inbox()
        await self.nats.hear(f"{self._inbox}.*", self._answered)
        info = await self.js.stream_info(READINGS, subjects_filter=">")
        self._next = info.state.last_seq + 1
        for subject in info.state.subjects or {}:
            self._last[subject] = self._ours[subject] = (await self._newest(subject))[0]

    @property
    def in_flight(self) -> int:
        """How many messages are not confirmed yet."""
        return len(self._unconfirmed)

    @property
    def is_in_trouble(self) -> bool:
        """Tell whether something sent has not come through."""
        return bool(self._trouble)

    async def has_room(self) -> int:
        """Wait until messages may be taken on; return how many."""
        while self.in_flight >= IN_FLIGHT_MAX or self._bytes >= IN_FLIGHT_BYTES_MAX:
            self._eased.clear()
            await self._eased.wait()
        return IN_FLIGHT_MAX - self.in_flight

    def publish(
        self, subject: str, payload: bytes, message_id: str, headers: dict[str, str] | None = None
    ) -> "asyncio.Future[int]":
        """Queue a message behind all before it. The future fails only when the log is not ours."""
        kept: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if self._failed is not None:
            kept.set_exception(self._failed)
            return kept
        ours = {"Nats-Msg-Id": message_id, WRITER: self.writer_id}
        entry = _Entry(subject, payload, {**(headers or {}), **ours}, kept)
        self._unsent.append(entry)
        self._unconfirmed[entry] = None
        self._bytes += len(payload)
        self._wake.set()
        return kept

    async def run(self) -> None:
        """Send for ever. Raises AnotherWriterError or LogLostError when we must not go on."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._answer_by if self._sent else None):
                    await self._wake.wait()
            self._wake.clear()
            # by the clock of what was sent: every message that comes meanwhile wakes us too
            if self._sent and loop.time() >= self._answer_by:
                self._trouble = self._trouble or "no answer"
            try:
                if not self._sent and not self._trouble:
                    await self._send_what_waits()
            except (NatsError, OSError) as error:
                self._trouble = repr(error)
            if self._trouble:
                await self._go_back()

    async def _send_what_waits(self) -> None:
        """Send what has gathered: a crowd in one batch, a few (or after a stumble all) one by one."""
        if not self._singly and len(self._unsent) >= BATCH_FROM:
            chosen = self._next_batch()
            if len(chosen) >= BATCH_FROM:
                await self._send_batch(chosen)
                return
            self._unsent.extendleft(reversed(chosen))  # a few large ones
        for _ in range(min(len(self._unsent), self._singly or BATCH_FROM)):
            self._singly = max(0, self._singly - 1)
            entry = self._unsent.popleft()
            await self._send(entry, self._headers(entry, set()), [entry])

    def _next_batch(self) -> list[_Entry]:
        """Take out what goes into one batch."""
        chosen: list[_Entry] = []
        size = 0
        while self._unsent and len(chosen) < BATCH_MAX and size < BATCH_BYTES:
            chosen.append(self._unsent.popleft())
            size += len(chosen[-1].payload)
        return chosen

    async def _send_batch(self, chosen: list[_Entry]) -> None:
        """Send messages that the log keeps together or not at all; the answer is to the last."""
        name = new_ulid()
        subjects: set[str] = set()
        for number, entry in enumerate(chosen, 1):
            headers = self._headers(entry, subjects)
            headers |= {"Nats-Batch-Id": name, "Nats-Batch-Sequence": str(number)}
            if number < len(chosen):
                await self._send(entry, headers)
            else:
                await self._send(entry, headers | {"Nats-Batch-Commit": "1"}, chosen)

    def _headers(self, entry: _Entry, named: set[str]) -> dict[str, str]:
        """Return what the log checks: our stream, and where the first on a subject must stand."""
        entry.predicted, self._next = self._next, self._next + 1
        headers = {**entry.headers, "Nats-Expected-Stream": READINGS}
        if entry.subject not in named:
            named.add(entry.subject)
            expected = self._last.get(entry.subject, 0)
            headers["Nats-Expected-Last-Subject-Sequence"] = str(expected)
        self._last[entry.subject] = entry.predicted
        return headers

    async def _send(
        self, entry: _Entry, headers: dict[str, str], answered: list[_Entry] | None = None
    ) -> None:
        """Publish one message; the log's answer, if wanted, stands for these entries."""
        reply = ""
        if answered is not None:
            self._answer_by = asyncio.get_running_loop().time() + ANSWER_S
            self._token += 1
            self._sent[self._token] = answered
            reply = f"{self._inbox}.{self._token}"
        await self.nats.publish(entry.subject, entry.payload, reply=reply, headers=headers)

    def _answered(self, message: Heard) -> None:
        entries = self._sent.pop(int(message.subject.rpartition(".")[2]), None)
        if entries is None:
            return  # of a message that has been sent again since
        self._answer_by = asyncio.get_running_loop().time() + ANSWER_S
        if not message.payload:
            self._stumble("nobody keeps the log (no responders)")
            return
        answer = _answer.decode(message.payload)
        if answer.error is not None:
            self._stumble(str(answer.error.get("description", answer.error)))
            return
        if answer.seq != entries[-1].predicted:
            self._stumble("a message stands where another was expected")
        for sequence, entry in enumerate(entries, answer.seq - len(entries) + 1):
            self._confirm(entry, sequence)
        self._wake.set()

    def _stumble(self, what: str) -> None:
        self._trouble = self._trouble or what
        self._wake.set()

    def _confirm(self, entry: _Entry, sequence: int) -> None:
        self._ours[entry.subject] = max(self._ours.get(entry.subject, 0), sequence)
        if entry in self._unconfirmed:
            del self._unconfirmed[entry]
            self._bytes -= len(entry.payload)
        if not entry.kept.done():
            entry.kept.set_result(sequence)
        self._eased.set()

    async def _go_back(self) -> None:
        """Wait for the answers that still come, learn where the log stands, queue what is missing."""
        self.troubles += 1
        log.warning("READINGS: %s; %d messages not confirmed", self._trouble, self.in_flight)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while self._sent:
                    self._wake.clear()
                    await self._wake.wait()
        self._sent.clear()
        await self._learn()
        if self._trouble.startswith(("no answer", "nobody", "maximum", "insufficient")):
            await asyncio.sleep(RETRY_S)  # full or away: asking at once would ask in vain
        self._unsent = deque(self._unconfirmed)
        # one by one, until all of it is there: a batch falls whole, by one that was kept before
        self._singly = len(self._unsent)
        self._trouble = ""
        self._wake.set()

    async def _learn(self) -> None:
        """Ask where the log and our subjects stand, until somebody answers."""
        while True:
            try:
                await self._ask()
            except NotFoundError:
                self._fail(LogLostError("READINGS is gone; begin anew"))
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("READINGS cannot be asked: %r", error)
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _ask(self) -> None:
        info = await self.js.stream_info(READINGS)
        if epoch_of(info.config) != self.epoch:
            self._fail(LogLostError("READINGS has begun a new life; begin anew"))
        for subject in {*self._last, *(entry.subject for entry in self._unconfirmed)}:
            sequence, writer = await self._newest(subject)
            if sequence > self._ours.get(subject, 0) and writer != self.writer_id:
                self._fail(_foreign(subject, sequence, writer, self.writer_id))
            self._last[subject] = sequence
        self._next = max(info.state.last_seq, *self._last.values(), 0) + 1

    async def _newest(self, subject: str) -> tuple[int, str]:
        """Return sequence and writer of the newest message of a subject."""
        try:
            message = await self.js.get_last_msg(READINGS, subject, direct=True)
        except NotFoundError:
            return 0, ""
        return int(message.seq or 0), str((message.headers or {}).get(WRITER, ""))

    def _fail(self, error: AnotherWriterError | LogLostError) -> NoReturn:
        self._failed = error
        for entry in self._unconfirmed:
            if not entry.kept.done():
                entry.kept.set_exception(error)
        self._unconfirmed.clear()
        self._eased.set()
        raise error


def _foreign(subject: str, sequence: int, writer: str, ours: str) -> AnotherWriterError:
    return AnotherWriterError(
        f"{subject}: message {sequence} was written by {writer or 'somebody'}, not by us ({ours}). "
        "Only one gateway may write a shard; this one stops. "
        "另一个采集网关正在写同一日志，本进程停止"
    )
