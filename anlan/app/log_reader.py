"""READINGS by sequence, one life of it (7.2)."""

import logging
from dataclasses import dataclass, field

from nats.js import JetStreamContext

from anlan.app.log_message import LogMessage, LogSpan
from anlan.app.stream_reader import Delivered, StreamReader
from anlan.kernel.base import bus
from anlan.kernel.base.hearing import HearingClient

log = logging.getLogger(__name__)


class LogChangedError(RuntimeError):
    """READINGS was made anew, or set back, while or since we read it: start again, in its new life."""


@dataclass(slots=True)
class LogReader:
    """Reads one life of READINGS. `fetch` again and again; after None, `open` behind the last."""

    nats: HearingClient
    js: JetStreamContext
    epoch: str
    subjects: list[str]
    #: So long to wait between two questions for what is there; 0 asks for what is to come.
    apart_s: float = 0.0
    _reader: StreamReader = field(init=False)

    def __post_init__(self) -> None:
        """Read nothing yet."""
        self._reader = StreamReader(self.nats, self.js, bus.READINGS, self.subjects, self.apart_s)

    async def open(self, after: int) -> None:
        """Read on behind a sequence. Raises LogChangedError, and NATS' errors when it is away."""
        await self._reader.close()
        span = await span_of(self.js)
        if span.epoch != self.epoch:
            raise LogChangedError(f"READINGS was {self.epoch}, now is {span.epoch}")
        if span.last < after:
            raise LogChangedError(
                f"READINGS ends at {span.last}, and {after} was read from it already: "
                "it was set back without a new epoch. 读数日志被回退，请重建该流"
            )
        if span.first > after + 1:
            log.error("READINGS begins at %s; %s was read last", span.first, after)
        await self._reader.open(after)

    async def fetch(self) -> list[LogMessage] | None:
        """Return what there is, [] when nothing came for a while; None: open anew."""
        found = await self._reader.fetch()
        return None if found is None else [_log_message(one) for one in found]

    async def close(self) -> None:
        """Let go of the consumer; the server forgets it by itself where we cannot."""
        await self._reader.close()


async def span_of(js: JetStreamContext) -> LogSpan:
    """Return what the log holds."""
    info = await js.stream_info(bus.READINGS)
    return LogSpan(bus.epoch_of(info.config), info.state.first_seq, info.state.last_seq)


def _log_message(one: Delivered) -> LogMessage:
    """Say a message of NATS in our words."""
    shard, kind = bus.readings_parts(one.heard.subject)
    stored_ms = round(one.about.stored_ns / 1_000_000)
    return LogMessage(one.about.sequence, shard, kind, one.heard.payload, stored_ms)
