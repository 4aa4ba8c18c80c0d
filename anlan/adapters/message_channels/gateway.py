"""SMS and voice calls by an operator's HTTP gateway: what is asked, and how its answer is read, is described."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from anlan.adapters.message_channels.http import Line, Request
from anlan.adapters.message_channels.stated import Stated
from anlan.adapters.message_channels.words import sms, spoken
from anlan.kernel.base.personal import without_numbers
from anlan.kernel.messaging.channels import Answer, Outgoing, Way
from anlan.kernel.messaging.rules import Outcome

PLACE = re.compile(r"\{(phone|text|id|secret:[a-z0-9_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an answer is read: the field that says how it went, and which of its values say what."""

    field: str
    ok: tuple[str, ...]
    refused: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    receipt: str = ""

    def understood(self, came: bytes) -> Answer:
        """Return what a 2xx answer says; of a value that nobody has described the end is unknown."""
        try:
            said = json.loads(came)
            value = str(_at(said, self.field))
        except (ValueError, LookupError, TypeError):
            return Answer(outcome=Outcome.UNKNOWN, reason="bad_answer")
        words = without_numbers(f"{self.field}={value}")[:200]
        if value in self.ok:
            return Answer(outcome=Outcome.SENT, words=words, receipt=self._receipt(said))
        if value in self.refused:
            return Answer(outcome=Outcome.REFUSED, reason="bad_address", words=words)
        if value in self.not_sent:
            return Answer(outcome=Outcome.NOT_SENT, reason="not_accepted", words=words)
        return Answer(outcome=Outcome.UNKNOWN, reason="bad_answer", words=words)

    def _receipt(self, said: Any) -> str:
        try:
            return str(_at(said, self.receipt))[:64] if self.receipt else ""
        except (LookupError, TypeError):
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway(Stated):
    """One gateway; `{phone}`, `{text}`, `{id}` and `{secret:name}` are put in their places last."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    is_form: bool
    signature: str
    reading: Reading
    secrets: Mapping[str, SecretStr]
    line: Line

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand one message to the gateway."""
        text = (spoken if self.way == Way.VOICE else sms)(outgoing, self.signature)
        given = {"phone": outgoing.address, "text": text, "id": outgoing.send_id}
        given |= {f"secret:{name}": one.get_secret_value() for name, one in self.secrets.items()}
        body = _filled(self.body, given)
        request = Request(
            # quoted: what somebody wrote must not become another receiver
            url=_filled(self.url, {name: quote(one, safe="") for name, one in given.items()}),
            method=self.method,
            headers=_filled(self.headers, given),
            json=None if self.is_form else body,
            form={name: str(one) for name, one in body.items()} if self.is_form else None,
        )
        came = self.line.ask(request)
        return came if isinstance(came, Answer) else self.reading.understood(came)


def _filled(said: Any, given: Mapping[str, str]) -> Any:
    """Put what is given into its places, in texts at any depth; values are never read as places."""
    if isinstance(said, str):
        return PLACE.sub(lambda one: given[one.group(1)], said)
    if isinstance(said, Mapping):
        return {name: _filled(one, given) for name, one in said.items()}
    if isinstance(said, list | tuple):
        return [_filled(one, given) for one in said]
    return said


def _at(said: Any, path: str) -> Any:
    """Return what stands at `data.0.code`. Raises LookupError, TypeError."""
    for part in path.split("."):
        said = said[int(part)] if isinstance(said, list) else said[part]
    return said
