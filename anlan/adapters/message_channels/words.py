"""What the receiver reads: the same for a real channel and for the demo's."""

from anlan.kernel.messaging.channels import Outgoing

#: Of an SMS: 70 characters of UCS-2 in one, 67 in each of several (3GPP TS 23.040, 9.2.3.24.1); ten at most.
SMS_MAX = 670
VOICE_MAX = 400
#: WeCom takes 2,048 bytes of text (developer.work.weixin.qq.com/document/path/91770).
WECOM_BYTES = 2048


def sms(outgoing: Outgoing, signature: str) -> str:
    """Return the text of an SMS, its signature in 【】 in front, as operators ask for."""
    head = f"【{signature}】" if signature else ""
    return _cut(f"{head}{outgoing.title}：{outgoing.body}", SMS_MAX)


def spoken(outgoing: Outgoing, signature: str) -> str:
    """Return what a call says."""
    who = f"这里是{signature}。" if signature else ""
    return _cut(f"{who}{outgoing.title}。{outgoing.body}", VOICE_MAX)


def posted(outgoing: Outgoing, most_bytes: int = 0) -> str:
    """Return what a robot writes into its group."""
    text = f"{outgoing.title}\n{outgoing.body}"
    raw = text.encode()
    if not most_bytes or len(raw) <= most_bytes:
        return text
    return raw[: most_bytes - len("…".encode())].decode(errors="ignore") + "…"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
