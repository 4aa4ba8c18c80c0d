"""READINGS by sequence: a consumer without acknowledgements, made anew behind what was read (7.2)."""

import logging
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.app.log_message import LogMessage, LogSpan
from anlan.kernel.base import bus

log = logging.getLogger(__name__)

FETCH = 1000
FETCH_S = 0.25


class LogChangedError(RuntimeError):
    """READINGS was made anew, or set back, while or since we read it: start again, in its new life."""


@dataclass(slots=True)
class LogReader:
    """Reads one life of READINGS. `fetch` again and again; after None, `open` behind the last."""

    js: JetStreamContext
    epoch: str
    subjects: list[str]
    _pull: JetStreamContext.PullSubscription | None = None
    _expected: int = 1

    async def open(self, after: int) -> None:
        """Read on behind a sequence. Raises LogChangedError, and NATS' errors when it is away."""
        await self.close()
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
        self._pull = await self.js.pull_subscribe(
            "",
            stream=bus.READINGS,
            config=ConsumerConfig(
                filter_subjects=self.subjects,
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=after + 1,
                inactive_threshold=60.0,
                mem_storage=True,
            ),
        )
        self._expected = 1

    async def fetch(self) -> list[LogMessage] | None:
        """Return what there is, [] when nothing came for a while; None: open anew."""
        if self._pull is None:
            return None
        try:
            messages = await self._pull.fetch(FETCH, timeout=FETCH_S)
        except TimeoutError:
            return [] if await self._is_alive() else None
        except (NatsError, OSError) as error:
            log.warning("READINGS cannot be read: %r", error)
            return None
        found: list[LogMessage] = []
        for message in messages:
            if message.metadata.sequence.consumer != self._expected:
                # without acknowledgements nothing lost on the way comes again by itself
                log.warning("a message was lost on its way to us, behind %s", self._expected)
                await self.close()
                break
            self._expected += 1
            found.append(_log_message(message))
        return found

    async def _is_alive(self) -> bool:
        """Ask whether the consumer is still there: a restarted server has forgotten it."""
        if self._pull is None:
            return False
        try:
            await self._pull.consumer_info()
        except (NatsError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Let go of the consumer; the server forgets it by itself where we cannot."""
        if self._pull is not None:
            try:
                await self._pull.unsubscribe()
            except (NatsError, OSError) as error:
                log.debug("the old consumer ends by its threshold: %r", error)
            self._pull = None


async def span_of(js: JetStreamContext) -> LogSpan:
    """Return what the log holds."""
    info = await js.stream_info(bus.READINGS)
    return LogSpan(bus.epoch_of(info.config), info.state.first_seq, info.state.last_seq)


def _log_message(message: Msg) -> LogMessage:
    """Say a message of NATS in our words."""
    shard, kind = bus.readings_parts(message.subject)
    about = message.metadata
    stored_ms = round(about.timestamp.timestamp() * 1000)
    return LogMessage(about.sequence.stream, shard, kind, message.data, stored_ms)
