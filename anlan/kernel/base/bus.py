"""The nervous system: names of streams and subjects, and the way into NATS (contract of 2a).

Every subject of ours begins with the node id; only the devices' own topics `a1/...` do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, BadRequestError, NotFoundError

from anlan.kernel.base.config import Config
from anlan.kernel.base.hearing import HearingClient
from anlan.kernel.base.ids import new_ulid

READINGS = "READINGS"
EVENTS = "EVENTS"
#: NATS' own log of MQTT messages of QoS 1 and 2; our raw log (7.1).
MQTT_LOG = "$MQTT_msgs"
MQTT_LOG_PREFIX = "$MQTT.msgs."
#: What devices send: `a1/{firm}/{gateway}/obs`, as NATS spells it.
OBSERVATIONS = "a1.*.*.obs"

#: Firms are stored on shards 0-63; readings of an exercise run in one of their own (7.11).
EXERCISE_SHARD = 64

#: Kinds of subject under `<node>.rd.<shard>.`: MQTT readings, HTTP readings, control, tick.
MQTT, HTTP, CONTROL, TICK = "m", "h", "c", "t"

#: Repeats of a `Nats-Msg-Id` within this time are dropped by the stream.
DUPLICATE_WINDOW_S = 120

#: Words of the reply subject of a message without a domain.
SHORT_REPLY = 9

#: Words of a 409 by which a consumer ends an answer and is there as before: it has brought the bytes,
#: or the number, that the question named.
ANSWERED = ("MaxBytes", "Batch Completed")

#: The first words of event types: kernel slices, then the systems that have spoken so far.
KERNEL_SLICES = (
    "base",
    "places",
    "people",
    "documents",
    "messaging",
    "subjects",
    "sensing",
    "alerts",
    "plans",
    "resources",
    "incidents",
)
NAME_IN_USE = 10058  # JetStream: somebody else has just made the stream


def readings_subject(node: str, shard: int, kind: str) -> str:
    """Return `<node>.rd.<shard>.<kind>`."""
    return f"{node}.rd.{shard}.{kind}"


def readings_parts(subject: str) -> tuple[int, str]:
    """Return shard and kind of a subject of READINGS."""
    _node, _rd, shard, kind = subject.split(".")
    return int(shard), kind


class Delivery(NamedTuple):
    """What the reply subject of a message of JetStream says of it.

    `sequence` counts in the stream, `number` among what the consumer has given out; `left` messages
    wait behind it.
    """

    deliveries: int
    sequence: int
    number: int
    stored_ns: int
    left: int

    @classmethod
    def of(cls, reply: str) -> "Delivery":
        """Read `$JS.ACK.<stream>.<consumer>.<five numbers>`, or the longer form with a domain."""
        words = reply.split(".")
        first = 4 if len(words) == SHORT_REPLY else 6
        return cls(*map(int, words[first : first + 5]))


def event_subject(node: str, event_type: str) -> str:
    """Return the subject of an event type: the type behind the node id."""
    return f"{node}.{event_type}"


def tail_subject(node: str, shard: int) -> str:
    """Return the subject on which the recorder answers for rows not yet in a file."""
    return f"{node}.tail.{shard}"


def pending_subject(node: str) -> str:
    """Return the subject on which the relay is told that journal rows wait; a hint, kept nowhere."""
    return f"{node}.pending"


def screens_subject(node: str) -> str:
    """Return the subject on which the live stream is told what screens show; kept nowhere."""
    return f"{node}.shown"


def refusals_subject(node: str) -> str:
    """Return the subject on which the worker is told what the live stream refused; kept nowhere."""
    return f"{node}.refused"


def errors_subject(firm: str, gateway: str) -> str:
    """Return the topic on which a gateway hears what was wrong with its messages."""
    return f"a1.{firm}.{gateway}.errors"


async def connect(config: Config, name: str, client: Client | None = None) -> HearingClient:
    """Connect as the internal user; wait for the server, and for ever come back to it.

    A client that others hold already may be given.
    """
    connecting = client or HearingClient()
    await connecting.connect(
        config.nats_url,
        name=f"anlan {name}",
        user=config.nats_user,
        password=config.secret("nats_password_file"),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        ping_interval=10,
        max_outstanding_pings=2,
    )
    return connecting


@dataclass(frozen=True, slots=True)
class Streams:
    """The epochs: ULIDs that tell one life of a stream from the next (7.4)."""

    readings_epoch: str
    events_epoch: str


async def ensure_streams(
    js: JetStreamContext, config: Config, systems: Iterable[str] = ()
) -> Streams:
    """Make READINGS and EVENTS if they are missing, and bring their limits up to date."""
    readings = StreamConfig(
        name=READINGS,
        subjects=[f"{config.node}.rd.>"],
        max_bytes=config.readings_max_bytes,
        allow_direct=True,
        allow_atomic=True,  # a crowd of messages is kept together, with one fsync
    )
    events = StreamConfig(
        name=EVENTS,
        subjects=event_subjects(config.node, systems),
        max_bytes=config.events_max_bytes,
        allow_direct=True,
        allow_atomic=True,  # the relay stores a batch whole or not at all, with one fsync
    )
    return Streams(await _ensure(js, readings), await _ensure(js, events))


def event_subjects(node: str, systems: Iterable[str] = ()) -> list[str]:
    """Return what EVENTS listens to: one branch for each slice."""
    return [f"{node}.{name}.>" for name in dict.fromkeys((*KERNEL_SLICES, *systems))]


async def _ensure(js: JetStreamContext, wanted: StreamConfig) -> str:
    """Return the epoch of the stream; an existing stream keeps it and whatever it holds."""
    wanted = replace(
        wanted,
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        duplicate_window=float(DUPLICATE_WINDOW_S),
    )
    name = str(wanted.name)
    try:
        info = await js.stream_info(name)
    except NotFoundError:
        try:
            info = await js.add_stream(replace(wanted, metadata={"epoch": new_ulid()}))
        except BadRequestError as error:
            if error.err_code != NAME_IN_USE:
                raise
            info = await js.stream_info(name)
    there = info.config
    subjects = sorted({*(there.subjects or []), *(wanted.subjects or [])})
    changed = replace(
        there, max_bytes=wanted.max_bytes, subjects=subjects, allow_atomic=wanted.allow_atomic
    )
    if changed != replace(there, subjects=sorted(there.subjects or [])):
        info = await js.update_stream(changed)
    return epoch_of(info.config)


def epoch_of(stream: StreamConfig) -> str:
    """Return the epoch in a stream's metadata; a stream without one is not ours."""
    try:
        return str((stream.metadata or {})["epoch"])
    except KeyError:
        raise APIError(
            description=f"stream {stream.name} carries no epoch: not made by us"
        ) from None
