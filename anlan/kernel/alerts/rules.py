"""What a transition is, and what the firm and the bureau may do with an alarm; no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from operator import attrgetter
from typing import Literal

import msgspec

from anlan.kernel.base.permissions import Decision, Facts, Principal, Reach, decide

#: The kernel's numbering of conditions (engines.alarms) as the names of `sensing.Condition`.
CONDITIONS = ("HH", "H", "L", "LL", "rate", "range", "frozen", "silent")

#: Priority where a limit gives none (architecture.md 2b).
DEFAULT_PRIORITY = {
    "HH": 1, "LL": 1, "H": 3, "L": 3, "rate": 3, "range": 4, "frozen": 4, "silent": 4,
}  # fmt: skip

#: The number of a group of alarms with one cause: it hangs on no datastream (7.19).
GROUP = -1
#: Kinds of group by their cause, as the engine names them; `cause_key` is `<kind>:<id>`.
GROUPS = {"gateway": "网关失联", "device": "仪表异常"}
#: A lost gateway blinds a whole site: the firm's control room is told.
GROUP_PRIORITY = {"gateway": 2, "device": 3}
#: Members of a group get their rows in batches that yield to people.
MEMBERS_AT_ONCE = 1_000

#: Why an alarm came, as the firm says when it closes it (practice P5).
CAUSES = {
    "true_exceedance": "真实超限",
    "start_up_shut_down": "开停车",
    "maintenance": "检维修",
    "calibration": "校验标定",
    "instrument_fault": "仪表故障",
    "communication_fault": "通信故障",
    "misoperation": "误操作",
    "limit_unsuitable": "限值不当",
    "other": "其他",
}

#: What the bureau's desk found or did when it checked (practice P5).
CHECK_OUTCOMES = {
    "verified_by_phone": ("电话核实", "in_hand"),
    "assigned": ("交办", "in_hand"),
    "on_site": ("现场核查", "in_hand"),
    "closed": ("办结", "closed"),
}

#: What people may do with an alarm: the permission, and how one must be related to it.
ACTS: dict[str, tuple[str, Reach]] = {
    "confirm": ("alerts.alarm.confirm", Reach.OWN_FIRM),
    "close": ("alerts.alarm.close", Reach.OWN_FIRM),
    "check": ("alerts.alarm.check", Reach.IN_CHARGE),
    "shelve": ("alerts.alarm.shelve", Reach.SEEN),
}

#: From this priority upwards the firm's control room is told, and the bureau in charge (P5).
FIRM_TOLD_FROM, BUREAU_TOLD_FROM = 2, 1
#: Posts that are told: who is on duty for them, else who holds them.
FIRM_POSTS = ("firm_control_room",)
BUREAU_POSTS = ("monitor", "duty_officer")

#: The shard group that judges the readings of exercises, apart from real ones (7.11).
EXERCISE_GROUP = "exercise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """In what time after its last raise the firm confirms an alarm, and closes it (practice P5)."""

    confirm: timedelta
    close: timedelta


#: From this priority upwards the short clocks run: HH, LL, and gas where its limit says so.
#: All times: practice P5, defaults of this project, to be confirmed (项目默认 待核).
SHORT_CLOCKS_FROM = 1
SHORT_CLOCKS = Clocks(confirm=timedelta(minutes=10), close=timedelta(minutes=30))
LONG_CLOCKS = Clocks(confirm=timedelta(minutes=30), close=timedelta(hours=4))
#: In what time the bureau phones the firm about an alarm that is its business.
PHONE_WITHIN = timedelta(minutes=10)


def clocks_of(priority: int) -> Clocks:
    """Return the clocks that run for an alarm of this priority."""
    return SHORT_CLOCKS if priority <= SHORT_CLOCKS_FROM else LONG_CLOCKS


#: The bureau's desk lists an alarm at once from this priority upwards.
LISTED_AT_ONCE = 1
#: A transition older than this at commit is late: recorded, told only if still active (7.9).
LATE_AFTER_MS = 5 * 60 * 1000


class Priority(IntEnum):
    """Alarm priority (报警优先级): 1 red, 2 orange, 3 yellow, 4 blue."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4


class Transition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One change of a condition as the engine found it, in log order.

    `alarm_id` derives from (epoch, shard, sequence, index), so a replay makes the same alarm;
    `exercise_id` is that of the readings that caused it, None for real ones. `cause_key` stands on a group
    of alarms with one cause (its `number` is GROUP, its `value` how many) and on each member's raise.
    """

    alarm_id: str
    number: int
    condition: str
    kind: Literal["raised", "returned", "unconfirmed", "reaffirmed", "grew"]
    at_ms: int
    known_ms: int
    value: float | None
    limit_version: int
    late: bool = False
    exercise_id: str | None = None
    cause_key: str = ""

    @property
    def is_group(self) -> bool:
        """Tell whether this is a group's own row."""
        return self.number == GROUP

    @property
    def is_member(self) -> bool:
        """Tell whether this raise belongs to a group."""
        return bool(self.cause_key) and not self.is_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Deafness:
    """A time in which we heard no ticks: a fault of this platform, not of any sensor (7.9).

    `from_ms` is the last tick before it, `to_ms` the first one after it; where the clock was set
    back the second is the smaller.
    """

    from_ms: int
    to_ms: int

    @property
    def reason(self) -> Literal["no_ticks", "clock_set_back"]:
        """Return what the log itself knows of the cause."""
        return "no_ticks" if self.to_ms > self.from_ms else "clock_set_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Up to where the log has been judged: committed with the output, never apart (7.2).

    `after_seq` is the position the caller started from; another writer's progress refuses it.
    `deaf` are the times without ticks that ended between the two. `fence` is what the writer was given
    when it took over its shards.
    """

    shard_group: str
    epoch: str
    after_seq: int
    seq: int
    tick_ms: int | None = None
    deaf: tuple[Deafness, ...] = ()
    fence: str = ""


_OF_ALARM = attrgetter("number", "condition", "exercise_id")
_OF_GROUP = attrgetter("condition", "exercise_id", "cause_key")


def rounds(transitions: list[Transition]) -> list[list[Transition]]:
    """Split a batch so that no alarm stands twice in one round; order is kept."""
    alone = [one for one in transitions if one.number != GROUP]
    groups = [one for one in transitions if one.number == GROUP]
    apart = len({one.number for one in alone})  # what a lost gateway takes along is one of each
    if apart < len(alone):
        apart = len(set(map(_OF_ALARM, alone)))
    if apart + len(set(map(_OF_GROUP, groups))) == len(transitions):
        return [transitions] if transitions else []  # as nearly always, a storm as well
    seen: dict[tuple[int, str, str | None, str], int] = {}
    split: list[list[Transition]] = []
    for one in transitions:
        key = (one.number, one.condition, one.exercise_id, one.cause_key if one.is_group else "")
        turn = seen.get(key, 0)
        seen[key] = turn + 1
        if turn == len(split):
            split.append([])
        split[turn].append(one)
    return split


def decide_act(principal: Principal, act: str, facts: Facts) -> Decision:
    """Decide whether a person may do an act of `ACTS` on an alarm that hangs here.

    A subject without a firm is answered by the post in charge (architecture.md 2b): whoever was only
    given a look at the territory answers nothing there.
    """
    permission, needs = ACTS[act]
    return decide(principal, permission, facts, Reach.IN_CHARGE if facts.site is None else needs)


def acts_of(principal: Principal, facts: Facts) -> list[str]:
    """Return the acts that a person may do on an alarm that hangs here, whatever its state."""
    return [act for act in ACTS if decide_act(principal, act, facts).allowed]


def firm_state_now(firm_state: str, occurrences: int, confirmed_occurrence: int) -> str:
    """Return the firm's state as it counts: a new occurrence wants a new confirmation."""
    if firm_state == "confirmed" and occurrences > confirmed_occurrence:
        return "new"
    return firm_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Until when each owner has to answer an alarm; none of whom nothing is awaited."""

    firm: datetime | None
    bureau: datetime | None


def due_of(
    *,
    priority: int,
    firm_state: str,
    bureau_state: str,
    last_raised_at: datetime,
    site: str | None,
) -> Due:
    """Return the deadlines of an alarm by what its owners have done (practice P5).

    `firm_state` is as it counts (`firm_state_now`). What is listed the bureau phones about at once;
    anything else becomes its business when the firm has missed its own time. Where there is no firm
    the post in charge answers in its place.
    """
    clocks = clocks_of(priority)
    answer_in = {"new": clocks.confirm, "confirmed": clocks.close}.get(firm_state)
    answer_by = None if answer_in is None else last_raised_at + answer_in
    listed_by = last_raised_at + PHONE_WITHIN if bureau_state == "listed" else None
    if site is None:
        return Due(firm=None, bureau=min(filter(None, (answer_by, listed_by)), default=None))
    if bureau_state == "none" and answer_by is not None:
        return Due(firm=answer_by, bureau=answer_by + PHONE_WITHIN)
    return Due(firm=answer_by, bureau=listed_by)
