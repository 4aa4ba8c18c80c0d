"""The whole judge: records that grow, and one method for each kind of message on the log.

It is a pure function of the messages it was given, in their order: no clock, no chance.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from anlan.engines.alarms import controls
from anlan.engines.alarms.causes import Causes, Turn
from anlan.engines.alarms.proof import Told, Unproven
from anlan.engines.alarms.records import (
    DEAF_AFTER_MS,
    NEVER,
    Book,
    Readings,
    Records,
    no_transitions,
)


class Stepper(Protocol):
    """The arithmetic: `kernel.Kernel` in production, `twin.Twin` beside it in tests."""

    def batch(
        self, readings: Readings, arrived_ms: int, book: Book
    ) -> tuple[Records, int, int, int]:
        """Judge one batch; returns (transitions, unknown, bad, late)."""

    def tick(self, tick_ms: int, *, restart: bool, book: Book) -> Records:
        """Judge one tick over all datastreams."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one message caused: transitions, readings not judged, and how long we had been deaf.

    `turns` are groups of alarms with one cause that begin, grow or end; `causes` names the cause of each
    transition that belongs to one, by its place among the transitions.
    """

    transitions: Records = field(default_factory=no_transitions)
    turns: list[Turn] = field(default_factory=list)
    causes: dict[int, str] = field(default_factory=dict)
    unknown: int = 0
    bad: int = 0
    late: int = 0
    deaf_ms: int = 0


class Judge:
    """Configuration and state of every datastream of a shard group."""

    def __init__(
        self,
        stepper: Stepper,
        *,
        book: Book | None = None,
        last_tick_ms: int = NEVER,
        unproven: Unproven | None = None,
        causes: Causes | None = None,
    ) -> None:
        self.stepper = stepper
        self.book = book or Book()
        self.last_tick_ms = last_tick_ms
        self.unproven = unproven or Unproven()
        self.causes = causes or Causes()

    @property
    def config(self) -> Records:
        """Return what is asked of each datastream."""
        return self.book.config

    @property
    def state(self) -> Records:
        """Return what each datastream is like."""
        return self.book.state

    def readings(
        self, readings: Readings, arrived_ms: int, *, gateway: str = "", first_index: int = 0
    ) -> Judged:
        """Judge one message; `first_index` continues the count where a caller split the message."""
        heard = self.causes.hear(gateway, arrived_ms)
        transitions, unknown, bad, late = self.stepper.batch(readings, arrived_ms, self.book)
        transitions = _numbered(transitions, first_index)
        turns, causes = self.causes.group(transitions, arrived_ms, self.book)
        return Judged(
            transitions=transitions,
            turns=heard + turns,
            causes=causes,
            unknown=unknown,
            bad=bad,
            late=late,
        )

    def tick(self, at_ms: int) -> Judged:
        """Judge what time alone decides.

        A tick older than the last one, but not by more than the deaf gap, is ignored. A larger
        step, either way, means that we were deaf or the clock was set: every timer starts anew.
        """
        gap_ms = 0 if self.last_tick_ms == NEVER else at_ms - self.last_tick_ms
        if -DEAF_AFTER_MS <= gap_ms < 0:
            return Judged()
        restart = abs(gap_ms) > DEAF_AFTER_MS
        self.last_tick_ms = at_ms
        transitions = self.stepper.tick(at_ms, restart=restart, book=self.book)
        doubts = self.unproven.look(at_ms, restart=restart, config=self.config, state=self.state)
        transitions = np.concatenate([transitions, doubts]) if len(doubts) else transitions
        turns, causes = self.causes.group(transitions, at_ms, self.book)
        return Judged(
            transitions=_numbered(transitions),
            turns=turns,
            causes=causes,
            deaf_ms=gap_ms if restart else 0,
        )

    def control(self, change: controls.Change, at_ms: int) -> Judged:
        """Bring a change into force; refuses with `ControlError` what makes no sense."""
        controls.check(change)
        self.book.make_room(change.number)
        if isinstance(change, controls.LimitChange):
            self.causes.put(change.number, change.gateway, change.device)
        transitions = _numbered(controls.apply(change, at_ms, self.book))
        self.book.look_at(change.number)
        turns, causes = self.causes.group(transitions, at_ms, self.book)
        return Judged(transitions=transitions, turns=turns, causes=causes)

    def adopt(self, told: Told) -> None:
        """Believe somebody else's memory of which conditions (bits) were told as active.

        For a judge whose own memory has a hole: what was told is active, what was not told is not,
        unless suppression may have hidden it. What is believed wants proof (proof.py).
        """
        self.book.make_room(max(told.active, default=-1))
        config: Any = self.config
        state: Any = self.state
        state["reported"] = 0
        for number, bits in told.active.items():
            config["registered"][number] = 1
            state["reported"][number] = bits
        hidden = np.where(config["suppressed"] != 0, state["active"], 0)
        state["active"] = state["reported"] | hidden.astype(np.uint8)
        self.book.look_at_all()
        self.unproven = Unproven.of(told, state)
        self.causes.believe(told.causes)


def _numbered(transitions: Records, first: int = 0) -> Records:
    column: Any = transitions
    column["index"] = np.arange(first, first + len(transitions))
    return transitions
