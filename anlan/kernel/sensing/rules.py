"""Which limits go together, and who keeps them; small rules of the doors. No database."""

import math
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from anlan.kernel.base.permissions import Decision, Facts, Principal, Reach, decide

#: What people may do with a datastream, and the permission for it.
KEEPING = {
    "file_limit": "sensing.limit.edit",
    "file_suppression": "sensing.suppression.edit",
    "take_out": "sensing.outage.edit",
}

#: A form lies open for a while before it is sent: so much earlier than now a suppression may begin.
EARLIEST_BEGIN = timedelta(minutes=15)
#: From the bottom to the top: a limit below must stay below a limit above it.
ORDER = ("LL", "L", "H", "HH")
#: Conditions that the engine judges; the order is the kernel's numbering.
JUDGED = ("HH", "H", "L", "LL", "rate", "range", "frozen", "silent")
#: A silence shorter than this is the door's own rhythm, not a fault (s).
SHORTEST_SILENCE_S = 5.0
#: The kernel counts silence in int32 ms.
LONGEST_SILENCE_S = 2_000_000.0
#: What a rate is taken over, and what a frozen signal must last for (ms).
SHORTEST_WINDOW_MS, LONGEST_WINDOW_MS = 1_000, 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a limit asks: figures in the datastream's unit, for `silent` in seconds.

    `value` is the limit; for `rate` a change per second over `window_ms`, for `range` the upper end
    above `low`, for `frozen` the spread that values must leave within `window_ms`.
    """

    condition: str
    value: float
    deadband: float = 0.0
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    low: float | None = None
    window_ms: int | None = None


def limit_error(asked: Asked, others: dict[str, float]) -> str | None:
    """Return why a limit cannot stand beside the others in force, or nothing.

    `others` holds condition -> value in the datastream's unit.
    """
    condition, value = asked.condition, asked.value
    if condition not in JUDGED:
        return f"没有限值类型 {condition}；可用：{'、'.join(JUDGED)}"
    if not math.isfinite(value) or not math.isfinite(asked.deadband) or asked.deadband < 0:
        return "限值与回差须为有限数，回差不得为负"
    if condition == "silent":
        if not SHORTEST_SILENCE_S <= value <= LONGEST_SILENCE_S:
            return f"中断时间须为 {SHORTEST_SILENCE_S:g} 至 {LONGEST_SILENCE_S:g} 秒"
        return None
    if condition in ORDER:
        return _order_error(condition, value, others)
    return _range_error(asked) if condition == "range" else _change_error(asked)


def _order_error(condition: str, value: float, others: dict[str, float]) -> str | None:
    """Return which other limit on the value stands on the wrong side."""
    rank = ORDER.index(condition)
    for other, bound in others.items():
        if other not in ORDER or other == condition:
            continue
        above = ORDER.index(other) > rank
        if (above and value >= bound) or (not above and value <= bound):
            return f"{condition} {value:g} 与 {other} {bound:g} 的高低次序不对"
    return None


def _range_error(asked: Asked) -> str | None:
    """Return why these are not the ends of an instrument's range."""
    if asked.low is None or not math.isfinite(asked.low):
        return "量程须有下限"
    if asked.low >= asked.value:
        return f"量程下限 {asked.low:g} 须低于上限 {asked.value:g}"
    if 2 * asked.deadband >= asked.value - asked.low:
        return "回差须小于量程的一半"
    return None


def _change_error(asked: Asked) -> str | None:
    """Return why a rate or a frozen signal cannot be judged like this."""
    if asked.value <= 0:
        return "变化率与冻结幅度须大于零"
    if asked.window_ms is None or not SHORTEST_WINDOW_MS <= asked.window_ms <= LONGEST_WINDOW_MS:
        return f"时间窗须为 {SHORTEST_WINDOW_MS} 至 {LONGEST_WINDOW_MS} 毫秒"
    if asked.condition == "rate":
        return "回差须小于变化率限值" if asked.deadband >= asked.value else None
    if asked.deadband or asked.on_delay_ms or asked.off_delay_ms:
        return "数据冻结没有回差与延时，时间窗即其延时"
    return None


def decide_keeping(principal: Principal, act: str, facts: Facts) -> Decision:
    """Decide an act of `KEEPING`: the firm keeps its own limits, so does the bureau in charge of it."""
    in_charge = decide(principal, KEEPING[act], facts, Reach.IN_CHARGE)
    return (
        in_charge if in_charge.allowed else decide(principal, KEEPING[act], facts, Reach.OWN_FIRM)
    )


def keeping_of(principal: Principal, facts: Facts) -> list[str]:
    """Return the acts of `KEEPING` that a person may do on a datastream that hangs here."""
    return [act for act in KEEPING if decide_keeping(principal, act, facts).allowed]


def keeps_equipment(principal: Principal, facts: Facts) -> bool:
    """Tell whether a person may rename, retire and take up again what measures here."""
    reaches = (Reach.OWN_FIRM, Reach.IN_CHARGE)
    return any(decide(principal, "sensing.datastream.edit", facts, one).allowed for one in reaches)


def writable(text: str) -> str:
    """Return a text as PostgreSQL takes it: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def key_fingerprint(key: bytes) -> str:
    """Return 16 hexadecimal digits by which two people can tell that they mean the same key."""
    return sha256(key).hexdigest()[:16]
