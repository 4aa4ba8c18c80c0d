"""The port through which messages leave (渠道), and the one channel that needs no outside."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from anlan.kernel.base.fields import Sensitivity


class Carries(StrEnum):
    """What a channel may carry: a drill never leaves through one that reaches the real world."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    BOTH = "both"


class Outcome(StrEnum):
    """What a channel knows after taking a message; `unknown` is asked for again (7.21)."""

    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One delivery as a channel gets it; `send_id` is the same in every try."""

    send_id: str
    recipient: str
    title: str
    body: str


class Channel(Protocol):
    """What a channel states of itself, and its one verb."""

    name: str
    #: A second try with the same `send_id` reaches nobody twice.
    idempotent: bool
    rate_per_minute: int
    can_recall: bool
    #: The highest sensitivity that it may carry.
    ceiling: Sensitivity
    carries: Carries

    def send(self, outgoing: Outgoing) -> Outcome:
        """Take one delivery."""


class InApp:
    """The inbox inside the product: the row is the delivery, so committing it is sending it."""

    name = "in_app"
    idempotent = True
    rate_per_minute = 1_000_000
    can_recall = True
    ceiling = Sensitivity.WORK_SECRET
    carries = Carries.BOTH

    def send(self, _outgoing: Outgoing) -> Outcome:
        """Nothing leaves the database: it is sent when the unit of work commits."""
        return Outcome.SENT


def fit(channel: Channel, *, in_exercise: bool, sensitivity: int) -> bool:
    """Tell whether a channel may carry a message of this kind."""
    barred = Carries.ACTUAL if in_exercise else Carries.EXERCISE
    return channel.carries != barred and sensitivity <= channel.ceiling


_channels: dict[str, Channel] = {}


def register_channel(channel: Channel) -> None:
    """Add a channel at start-up; a name is given once."""
    if channel.name in _channels:
        raise ValueError(f"channel {channel.name!r} is there already")
    _channels[channel.name] = channel


def channels_for(*, in_exercise: bool, sensitivity: int) -> list[Channel]:
    """Return the channels that may carry a message, before there is a message."""
    return [
        one
        for one in _channels.values()
        if fit(one, in_exercise=in_exercise, sensitivity=sensitivity)
    ]
