"""Which limits go together, and who keeps them; no database."""

import math

from anlan.kernel.base.permissions import Decision, Facts, Principal, Reach, decide

#: What people may do with a datastream, and the permission for it.
KEEPING = {"file_limit": "sensing.limit.edit", "file_suppression": "sensing.suppression.edit"}

#: From the bottom to the top: a limit below must stay below a limit above it.
ORDER = ("LL", "L", "H", "HH")
#: Conditions that the engine judges today; the others are reserved names.
JUDGED = ("HH", "H", "L", "LL", "silent")
#: A silence shorter than this is the door's own rhythm, not a fault (s).
SHORTEST_SILENCE_S = 5.0


def limit_error(
    condition: str, value: float, deadband: float, others: dict[str, float]
) -> str | None:
    """Return why a limit cannot stand beside the others in force, or nothing.

    `others` holds condition -> value in the datastream's unit.
    """
    if condition not in JUDGED:
        return f"限值类型 {condition} 目前不判定；可用：{'、'.join(JUDGED)}"
    if not math.isfinite(value) or not math.isfinite(deadband) or deadband < 0:
        return "限值与回差须为有限数，回差不得为负"
    if condition == "silent":
        short = value < SHORTEST_SILENCE_S
        return f"中断时间不得短于 {SHORTEST_SILENCE_S:g} 秒" if short else None
    rank = ORDER.index(condition)
    for other, bound in others.items():
        if other not in ORDER or other == condition:
            continue
        above = ORDER.index(other) > rank
        if (above and value >= bound) or (not above and value <= bound):
            return f"{condition} {value:g} 与 {other} {bound:g} 的高低次序不对"
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
