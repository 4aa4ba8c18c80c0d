"""READINGS by sequence: a consumer without acknowledgements, made anew behind what was read (7.2)."""

import logging
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from anlan.kernel.base import bus

log = logging.getLogger(__name__)

FETCH = 500
FETCH_S = 0.25


class LogChangedError(RuntimeError):
    """READINGS was made anew, or set back, while or since we read it."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One message of READINGS."""

    sequence: int
    shard: int
    kind: str
    payload: bytes


@dataclass(slots=True)
class SequenceReader:
    """Reads one life of READINGS. `fetch` again and again; after None, `open` behind the last."""

    js: JetStreamContext
    node: str
    epoch: str
    _pull: JetStreamContext.PullSubscription | None = None
    _expected: int = 1

    async def open(self, after: int) -> None:
        """Read on behind a sequence. Raises LogChangedError, and NATS' errors when it is away."""
        await self.close()
        info = await self.js.stream_info(bus.READINGS)
        epoch = bus.epoch_of(info.config)
        if epoch != self.epoch:
            raise LogChangedError(f"READINGS was {self.epoch}, now is {epoch}")
        if info.state.last_seq < after:
            raise LogChangedError(
                f"READINGS ends at {info.state.last_seq}, and {after} was read from it already: "
                "it was set back without a new epoch. 读数日志被回退，请重建该流"
            )
        if info.state.first_seq > after + 1:
            log.error("READINGS begins at %s; %s was read last", info.state.first_seq, after)
        self._pull = await self.js.pull_subscribe(
            f"{self.node}.rd.>",
            stream=bus.READINGS,
            config=ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=after + 1,
                inactive_threshold=60.0,
                mem_storage=True,
            ),
        )
        self._expected = 1

    async def fetch(self) -> list[LogEntry] | None:
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
        found: list[LogEntry] = []
        for message in messages:
            if message.metadata.sequence.consumer != self._expected:
                # without acknowledgements nothing lost on the way comes again by itself
                log.warning("a message was lost on its way to us, behind %s", self._expected)
                self._pull = None
                break
            self._expected += 1
            found.append(_entry(message))
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


def _entry(message: Msg) -> LogEntry:
    shard, kind = bus.readings_parts(message.subject)
    return LogEntry(message.metadata.sequence.stream, shard, kind, message.data)
