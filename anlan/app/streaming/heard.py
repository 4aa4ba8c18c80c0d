"""What is heard from EVENTS, made ready for many listeners: who may have it, and as which bytes."""

from dataclasses import dataclass, replace
from functools import cached_property

import msgspec

from anlan.app.streaming import frames
from anlan.kernel.base.envelope import Envelope
from anlan.kernel.base.nouns import PERSONAL, view_permission
from anlan.kernel.base.permissions import Facts

#: Red and orange.
URGENT_PRIORITIES = frozenset({1, 2})


class _Hints(msgspec.Struct, frozen=True):
    """What an object's public state says to those who only pass it on."""

    gone: bool = False
    incident_id: str | None = None
    sensitivity: int = 0
    recipients: tuple[str, ...] | None = None
    priority: int | None = None
    cause_key: str = ""
    subject_id: str | None = None


_hints = msgspec.json.Decoder(_Hints)


def _hints_of(state: msgspec.Raw) -> _Hints:
    """Return the hints; a type that uses one of these words otherwise is kept from everybody."""
    try:
        return _hints.decode(state)
    except msgspec.ValidationError:
        return _Hints(recipients=())


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One event. `before` is where the object was until now, when that is another place."""

    position: int
    id: str
    noun: str
    verb: str
    object: str
    version: int
    exercise_id: str | None
    facts: Facts
    before: Facts | None
    hints: _Hints
    state: bytes

    @cached_property
    def permission(self) -> str:
        """What a listener needs to see such an object."""
        return view_permission(self.noun)

    @cached_property
    def recipients(self) -> frozenset[str] | None:
        """The persons (as actors) that this is for; None: everybody in its scope."""
        if self.hints.recipients is not None:
            return frozenset(self.hints.recipients)
        return frozenset() if self.noun in PERSONAL else None

    @property
    def cause(self) -> str | None:
        """What an alarm comes from; only the first of a cause cannot wait.

        A red or orange one outside a group is a cause of its own: a second tank of a site that runs
        over is no detail of the first.
        """
        if (self.noun, self.verb) != ("alerts.alarm", "raised"):
            return None
        if not self.hints.cause_key and self.hints.priority in URGENT_PRIORITIES:
            return self.object
        return self.hints.cause_key or self.hints.subject_id or self.object

    @cached_property
    def group_key(self) -> str:
        """Under what a crowd of such rows is counted: cause, else site, else division."""
        return self.hints.cause_key or self.facts.site or str(self.facts.div)

    @cached_property
    def row(self) -> bytes:
        """The object's state, serialised once for everybody who sees it."""
        state = None if self.hints.gone else self.state
        return frames.row(self.noun, self.object, self.version, state)

    @cached_property
    def gone_row(self) -> bytes:
        """The same version for those who no longer see the object: nothing but that it is gone."""
        return frames.row(self.noun, self.object, self.version, None)


def heard_of(event: Envelope, before: Facts | None = None) -> Heard:
    """Return an event made ready; `before` is where its object was at the version before."""
    hints = _hints_of(event.data)
    facts = Facts(
        div=event.div,
        zone=event.zone,
        site=event.site,
        incident=hints.incident_id,
        sensitivity=hints.sensitivity,
    )
    if before is not None:
        before = replace(before, sensitivity=hints.sensitivity)
    noun, _, verb = event.type.rpartition(".")
    return Heard(
        position=event.position,
        id=event.id,
        noun=noun,
        verb=verb,
        object=event.object,
        version=event.version,
        exercise_id=event.exercise_id,
        facts=facts,
        before=None if before == facts else before,
        hints=hints,
        state=event.state_json(),
    )
