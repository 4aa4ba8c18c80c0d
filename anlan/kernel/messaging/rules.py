"""How a dispatch goes from state to state, and when a person may be reached; no database, no channel (7.21).

waiting -> sending -> sent | delivered | refused
                   -> waiting (certainly not sent, or a channel that sends nothing twice)
                   -> dead (tried too often)  -> unknown (nobody knows; only a person goes on)
unknown | refused | dead -> waiting (sent again by a person) | given_up
waiting -> withdrawn | dead (too old)
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from anlan.kernel.base.clock import SHANGHAI


class State(StrEnum):
    """Where a dispatch stands; `sending` is written before anything leaves."""

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
    GIVEN_UP = "given_up"


class Outcome(StrEnum):
    """What is known after a try; `not_sent` is certain, `refused` is for good, `unknown` is nobody's guess."""

    SENT = "sent"
    DELIVERED = "delivered"
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


#: Dead letters (死信): nothing goes on by itself, a person decides.
WAITS_FOR_A_PERSON: Final = frozenset({State.UNKNOWN, State.REFUSED, State.DEAD})
#: Pauses after the first, second … failed try, in seconds; after as many more the dispatch is dead.
#: These are defaults of this project, no standard's.
PAUSES_S: Final = (10, 30, 120, 600, 1_800)
TRIES: Final = len(PAUSES_S) + 1
#: After so long nobody is told any more what was said then: it would mislead.
TOO_OLD: Final = timedelta(hours=24)
#: A try takes 60 s at most (the channels' patience); what is `sending` for longer was in flight at a crash.
LEASE: Final = timedelta(seconds=120)
#: A channel's rate is held over any so many seconds, not from minute to minute.
RATE_WINDOW_MS: Final = 60_000

_DONE: Final = {
    Outcome.SENT: State.SENT,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.REFUSED: State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a dispatch after a try: its state, and after how many seconds it is tried again."""

    state: State
    pause_s: int | None = None


def after_try(outcome: Outcome, *, failures: int, idempotent: bool) -> Next:
    """Return what follows a try; `failures` counts this one too where it was one.

    What is unknown of a channel that may reach somebody twice is never sent again by itself.
    """
    if outcome in _DONE:
        return Next(_DONE[outcome])
    if outcome == Outcome.UNKNOWN and not idempotent:
        return Next(State.UNKNOWN)
    if failures >= TRIES:
        return Next(State.DEAD)
    return Next(State.WAITING, PAUSES_S[failures - 1])


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a person wants to be left alone (免打扰), by the clock on the wall; `start` after `end` spans midnight."""

    start: time
    end: time

    def until(self, moment: datetime) -> datetime | None:
        """Return when the quiet hours end that a moment lies in; None outside of them."""
        local = moment.astimezone(SHANGHAI)
        at, begins, ends = local.time(), self.start, self.end
        if begins == ends:
            return None
        is_over_midnight = begins > ends
        inside = (at >= begins or at < ends) if is_over_midnight else begins <= at < ends
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if is_over_midnight and at >= begins else 0)
        return datetime.combine(day, ends, SHANGHAI)


def room(recent_ms: list[int], rate_per_minute: int, now_ms: int) -> tuple[list[int], int]:
    """Return the tries of the last minute (ms since the epoch) and how many more the rate allows now."""
    within = [one for one in recent_ms if now_ms - RATE_WINDOW_MS < one <= now_ms]
    return within, max(0, rate_per_minute - len(within))
