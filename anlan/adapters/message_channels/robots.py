"""Group robots of WeCom, DingTalk and Feishu: their JSON, their signatures, their answers.

WeCom: developer.work.weixin.qq.com/document/path/91770; DingTalk: open.dingtalk.com, custom robot, "sign";
Feishu: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. A group of a commercial service gets no
content by default (practice P21): its ceiling is 公开.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from hmac import new as hmac
from typing import Any, Literal
from urllib.parse import quote_plus

from pydantic import SecretStr

from anlan.adapters.message_channels.http import Line, Request
from anlan.adapters.message_channels.stated import Stated
from anlan.adapters.message_channels.words import WECOM_BYTES, posted
from anlan.kernel.base.clock import now_ms
from anlan.kernel.messaging.channels import Answer, Outgoing
from anlan.kernel.messaging.rules import Outcome

Service = Literal["wecom", "dingtalk", "feishu"]
#: Their own limits, a minute; DingTalk shuts a robot out for ten minutes beyond it.
RATES: dict[str, int] = {"wecom": 20, "dingtalk": 20, "feishu": 100}
#: Codes by which each says that there were too many, and that our key or signature is wrong.
_TOO_MANY = {"wecom": {45009}, "dingtalk": {130101, 410100}, "feishu": {11232, 9499429}}
_LOCKED = {
    "wecom": {93000, 40001},
    "dingtalk": {300001, 310000},
    "feishu": {19001, 19021, 19022, 19024},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot(Stated):
    """A robot in a group; its address holds its key and is a secret."""

    service: Service
    url: SecretStr
    line: Line
    signing_key: SecretStr | None = None

    def send(self, outgoing: Outgoing) -> Answer:
        """Post one message into the group."""
        url, body = self._signed(outgoing)
        came = self.line.ask(Request(url=url, json=body))
        return came if isinstance(came, Answer) else self._understood(came)

    def _signed(self, outgoing: Outgoing) -> tuple[str, dict[str, Any]]:
        url = self.url.get_secret_value()
        if self.service == "feishu":
            body: dict[str, Any] = {"msg_type": "text", "content": {"text": posted(outgoing)}}
            if self.signing_key is not None:
                moment = now_ms() // 1000
                body |= {
                    "timestamp": str(moment),
                    "sign": feishu_signature(moment, self.signing_key.get_secret_value()),
                }
            return url, body
        most = WECOM_BYTES if self.service == "wecom" else 0
        body = {"msgtype": "text", "text": {"content": posted(outgoing, most)}}
        if self.service == "dingtalk" and self.signing_key is not None:
            moment = now_ms()
            sign = dingtalk_signature(moment, self.signing_key.get_secret_value())
            url += f"&timestamp={moment}&sign={quote_plus(sign)}"
        return url, body

    def _understood(self, came: bytes) -> Answer:
        try:
            said = json.loads(came)
            code = int(said["code" if self.service == "feishu" else "errcode"])
        except (ValueError, KeyError, TypeError):
            return Answer(outcome=Outcome.UNKNOWN, reason="bad_answer")
        if code == 0:
            return Answer(outcome=Outcome.SENT)
        words = f"{code} {said.get('msg' if self.service == 'feishu' else 'errmsg', '')}"[:200]
        if code in _TOO_MANY[self.service]:
            return Answer(outcome=Outcome.NOT_SENT, reason="too_many", words=words)
        if code in _LOCKED[self.service]:
            return Answer(outcome=Outcome.NOT_SENT, reason="locked_out", words=words)
        return Answer(outcome=Outcome.REFUSED, reason="not_accepted", words=words)


def dingtalk_signature(moment_ms: int, key: str) -> str:
    """Return DingTalk's signature: HMAC-SHA256 of "ms, newline, key" under the key, in base64."""
    return b64encode(hmac(key.encode(), f"{moment_ms}\n{key}".encode(), sha256).digest()).decode()


def feishu_signature(moment_s: int, key: str) -> str:
    """Return Feishu's signature: HMAC-SHA256 of nothing under "s, newline, key", in base64."""
    return b64encode(hmac(f"{moment_s}\n{key}".encode(), b"", sha256).digest()).decode()
