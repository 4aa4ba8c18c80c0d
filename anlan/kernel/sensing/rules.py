"""Which limits go together; no database."""

import math

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
