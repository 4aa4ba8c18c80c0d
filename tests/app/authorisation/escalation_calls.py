"""How the operations of escalations are called."""

from collections.abc import Callable

from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows

CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /escalation/escalations": lambda r: Call(sees=r.escalation),
    "GET /escalation/escalations/{escalation_id}": lambda r: Call(r.escalation),
    "GET /escalation/calls": lambda r: Call(sees=r.call),
    "GET /escalation/ladder": lambda _: Call(),
    "POST /escalation/escalations/{escalation_id}/calls": lambda r: Call(
        r.escalation, {"callee": "孙中控", "outcome": "no_answer"}
    ),
}
