"""How the operations of messages are called."""

from collections.abc import Callable

from tests.app.authorisation.call import Call
from tests.app.authorisation.world import Rows

CALLS: dict[str, Callable[[Rows], Call]] = {
    "GET /messaging/messages": lambda r: Call(sees=r.message),
    "GET /messaging/unread": lambda _: Call(),
    "POST /messaging/messages/{message_id}/read": lambda r: Call(r.message),
    "GET /demo/received": lambda _: Call(),
    "GET /messaging/wishes": lambda _: Call(),
    "PUT /messaging/wishes": lambda _: Call(
        body={"without": [], "quiet_from": "22:00", "quiet_to": "07:00"}
    ),
    "PUT /messaging/wishes/mail": lambda _: Call(body={"mail": "a@example.cn"}),
    "POST /messaging/wishes/test": lambda _: Call(),
    "GET /messaging/channels": lambda _: Call(),
    "GET /messaging/dispatches": lambda r: Call(sees=r.dispatch),
    "POST /messaging/dispatches/{dispatch_id}/again": lambda r: Call(
        r.dispatch, body={"reason": "核实未收到"}
    ),
    "POST /messaging/dispatches/{dispatch_id}/give-up": lambda r: Call(
        r.dispatch, body={"reason": "已电话通知"}
    ),
}
