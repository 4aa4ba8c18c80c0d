"""A webhook of our own: JSON, signed, with the number under which a repeat is known (docs/messages.md)."""

import json
from dataclasses import dataclass
from hashlib import sha256
from hmac import new as hmac

from pydantic import SecretStr

from anlan.adapters.message_channels.http import Line, Request
from anlan.adapters.message_channels.stated import Stated
from anlan.kernel.base.clock import now_ms
from anlan.kernel.messaging.channels import Answer, Outgoing
from anlan.kernel.messaging.rules import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Stated):
    """Posts to one address; whoever answers 2xx has taken it."""

    url: SecretStr
    line: Line
    key: SecretStr

    def send(self, outgoing: Outgoing) -> Answer:
        """Post one message."""
        said = {"id": outgoing.send_id, "title": outgoing.title, "body": outgoing.body}
        content = json.dumps(said, ensure_ascii=False).encode()
        moment = now_ms() // 1000
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": outgoing.send_id,
            "Anlan-Timestamp": str(moment),
            "Anlan-Signature": signature(moment, content, self.key.get_secret_value()),
        }
        url = self.url.get_secret_value()
        came = self.line.ask(Request(url=url, headers=headers, content=content))
        return came if isinstance(came, Answer) else Answer(outcome=Outcome.SENT)


def signature(moment_s: int, content: bytes, key: str) -> str:
    """Return HMAC-SHA256 (RFC 2104) of "seconds, full stop, body" under the key, 64 hexadecimal digits."""
    return hmac(key.encode(), f"{moment_s}.".encode() + content, sha256).hexdigest()
