"""The ISA-18.2 state of an alarm, derived from its instrument's and its firm's answer (decision 10).

Nobody stores it: the engine writes one half, people the other, and a screen asks this function.
"""

from enum import StrEnum


class IsaState(StrEnum):
    """States of ANSI/ISA-18.2-2016, figure 3 (IEC 62682)."""

    NORMAL = "normal"  # 正常
    UNACKNOWLEDGED = "unacknowledged"  # 未确认报警
    ACKNOWLEDGED = "acknowledged"  # 已确认报警
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"  # 已恢复未确认
    SHELVED = "shelved"  # 搁置
    SUPPRESSED_BY_DESIGN = "suppressed_by_design"  # 设计抑制
    OUT_OF_SERVICE = "out_of_service"  # 停用


_BY_ANSWER = {
    ("active", False): IsaState.UNACKNOWLEDGED,
    ("active", True): IsaState.ACKNOWLEDGED,
    ("returned", False): IsaState.RETURNED_UNACKNOWLEDGED,
    ("returned", True): IsaState.NORMAL,
}
#: The firm's control room has taken notice, whether or not it has closed the matter.
_ANSWERED = {"new": False, "confirmed": True, "closed": True}


def isa_state(
    instrument_state: str,
    firm_state: str,
    *,
    shelved: bool = False,
    suppressed: bool = False,
    out_of_service: bool = False,
) -> IsaState:
    """Return the state that ISA-18.2 would name; of several flags the strongest rules.

    Out of service is stronger than suppressed by design, that than shelved (our order: the standard
    gives none). Unknown words raise KeyError: a new state must be thought about here.
    """
    answered = _BY_ANSWER[instrument_state, _ANSWERED[firm_state]]
    if out_of_service:
        return IsaState.OUT_OF_SERVICE
    if suppressed:
        return IsaState.SUPPRESSED_BY_DESIGN
    return IsaState.SHELVED if shelved else answered
