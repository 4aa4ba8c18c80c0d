"""What is awaited of whom, and how a call ended; no database."""

from typing import Final

#: What the owner of an alarm has not done in time.
AWAITED: Final = {"confirm": "确认", "close": "消警", "check": "核查"}
AWAITED_EN: Final = {"confirm": "confirmed", "close": "closed", "check": "checked"}

#: How a call ended (叫应): reached and said something, or why not.
OUTCOMES: Final = {
    "reached": "已接通",
    "no_answer": "无人接听",
    "engaged": "占线或关机",
    "wrong_number": "号码有误",
}

VIEW: Final = "escalation.escalation.view"
CALL: Final = "escalation.call.record"
