"""What a channel is given of a dispatch: whom, and the words that may leave (P21, 7.11)."""

from anlan.kernel.messaging.channels import Answer, Channel, Outgoing, Way
from anlan.kernel.messaging.models import Dispatch, Message
from anlan.kernel.messaging.rules import Outcome
from anlan.kernel.messaging.services.dispatches import ADDRESSES
from anlan.kernel.people.queries.addresses import address_of
from anlan.kernel.people.queries.holdings import names_of

#: What goes out in the place of what is above a channel's ceiling.
HINT = ("待办提醒", "您有一条新的待办消息，请登录系统查看。")
TEST = ("测试消息", "这是一条测试消息，收到即表示渠道可用，无需处理。")
DRILL = "【演练】"


def compose(row: Dispatch, channel: Channel) -> Outgoing | Answer | None:
    """Return what is sent, or the answer where nothing can be; None where its message was withdrawn.

    The unit of work must act in the dispatch's drill, else its message is not seen.
    """
    title, body = TEST
    if row.message_id is not None:
        message = Message.objects.get(pk=row.message_id)
        if message.withdrawn_at is not None:
            return None
        title, body = HINT if row.is_hint else (message.title, message.body)
    address = ""
    if channel.way != Way.GROUP:
        found = address_of(row.recipient, ADDRESSES[channel.way])
        if found is None:
            return Answer(outcome=Outcome.REFUSED, reason="no_address")
        address = found
    if row.exercise_id is not None and not title.startswith(DRILL):
        title = f"{DRILL}{title}"
    return Outgoing(
        send_id=row.id,
        address=address,
        name=names_of([row.recipient])[row.recipient] if row.recipient else "",
        title=title,
        body=body,
    )
