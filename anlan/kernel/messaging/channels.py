"""The port through which messages leave (渠道), and the one channel that needs no outside."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from anlan.kernel.base.fields import Sensitivity
from anlan.kernel.messaging.rules import Outcome


class Carries(StrEnum):
    """What a channel may carry: a drill never leaves through one that reaches the real world."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    BOTH = "both"


class Way(StrEnum):
    """How a person is reached, which says what address is needed; a group has one of its own."""

    SMS = "sms"
    VOICE = "voice"
    MAIL = "mail"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One dispatch as a channel gets it; `send_id` is the same in every try.

    `address` is a phone or a mail address, empty for a group; `name` is whom it is for.
    """

    send_id: str
    address: str
    name: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a try: in a code of `ANSWERS`, what the other side said, its number for it.

    `words` never hold an address with a credential, nor the receiver's number.
    """

    outcome: Outcome
    reason: str = ""
    words: str = ""
    receipt: str = ""


class Channel(Protocol):
    """What a channel states of itself, and its one verb."""

    @property
    def name(self) -> str:
        """The word by which it is described and recorded."""

    @property
    def title(self) -> str:
        """Its name in Chinese."""

    @property
    def title_en(self) -> str:
        """Its name in English."""

    @property
    def way(self) -> Way:
        """How it reaches."""

    @property
    def idempotent(self) -> bool:
        """A second try with the same `send_id` reaches nobody twice."""

    @property
    def rate_per_minute(self) -> int:
        """Tries over any 60 seconds."""

    @property
    def ceiling(self) -> Sensitivity:
        """The highest sensitivity that it may carry."""

    @property
    def hints_above(self) -> bool:
        """Whether of what is above the ceiling a word without content goes out (P21), else nothing."""

    @property
    def urgent_only(self) -> bool:
        """Whether it disturbs for urgent messages only."""

    @property
    def carries(self) -> Carries:
        """What it may carry."""

    @property
    def organisations(self) -> tuple[str, ...]:
        """Names of the organisations whose messages a group gets; none: everybody's."""

    def send(self, outgoing: Outgoing) -> Answer:
        """Take one dispatch, within 60 s; nothing is raised for what the other side does."""


class InApp:
    """The inbox inside the product: the row is the delivery, so committing it is sending it."""

    name = "in_app"
    ceiling = Sensitivity.WORK_SECRET
    carries = Carries.BOTH


class Outside:
    """The channels of this installation; the application provides them at start-up."""

    of: ClassVar[Callable[[], tuple[Channel, ...]]] = staticmethod(lambda: ())


def outside() -> tuple[Channel, ...]:
    """Return every channel that leaves the house."""
    return Outside.of()


def named(name: str) -> Channel | None:
    """Return a channel by its name; None where it is not described any more."""
    return next((one for one in outside() if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Fit:
    """A channel that may carry a message, and whether only a word that there is one."""

    channel: Channel
    is_hint: bool


def fit(channel: Channel, *, in_exercise: bool, sensitivity: int) -> Fit | None:
    """Return how a channel may carry a message of this kind; None: not at all (7.11, P21)."""
    barred = Carries.ACTUAL if in_exercise else Carries.EXERCISE
    if channel.carries == barred:
        return None
    if sensitivity <= channel.ceiling:
        return Fit(channel, is_hint=False)
    return Fit(channel, is_hint=True) if channel.hints_above else None
