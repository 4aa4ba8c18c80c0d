"""One request to one host, and what is certain after it: sent, not sent, or nobody knows.

A connection of its own each time: on one that was kept, a peer's silent close looks like an answer that
was lost. No redirects, no proxies of the environment. Secrets are put in last and are in no words.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from anlan.kernel.messaging.channels import Answer
from anlan.kernel.messaging.rules import Outcome

CONNECT_S, ANSWER_S, WHOLE_S = 5.0, 15.0, 40.0
ANSWER_MAX = 64 * 1024
_LOCKED = {401, 403, 407}
#: What a peer says before it has done anything (RFC 9110 15.5.9, RFC 8470 5.2, RFC 6585 4).
_NOT_YET = {408, 425, 429}
#: What may follow after it was done: "already there"; a form that was taken and leads on (3xx) is not followed.
_MAYBE = {409}
#: What is wrong with this one message.
_REFUSED = {400, 413, 422}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked; the body is JSON, else a form, else bytes."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one host."""

    host: str
    #: Certificates of an authority that only the government's network knows.
    authority: Path | None = None
    answer_s: float = ANSWER_S

    def ask(self, request: Request) -> bytes | Answer:
        """Return the body of a 2xx answer, else what is known. Raises nothing of the network's."""
        if urlsplit(request.url).netloc.lower() != self.host:
            return Answer(outcome=Outcome.NOT_SENT, reason="cannot_connect")
        try:
            with (
                self._client() as client,
                client.stream(
                    request.method,
                    request.url,
                    headers=dict(request.headers or {}),
                    json=request.json,
                    data=dict(request.form) if request.form is not None else None,
                    content=request.content,
                ) as answer,
            ):
                refused = _judged(answer.status_code)
                return refused or _read(answer)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
        ):
            return Answer(outcome=Outcome.NOT_SENT, reason="cannot_connect")
        except httpx.TimeoutException:
            return Answer(outcome=Outcome.UNKNOWN, reason="no_answer")
        except httpx.HTTPError:
            # its words may hold the address, which holds the credentials
            return Answer(outcome=Outcome.UNKNOWN, reason="cut_off")

    def _client(self) -> httpx.Client:
        trusted = ssl.create_default_context()
        if self.authority is not None and self.authority.exists():
            trusted.load_verify_locations(self.authority)
        return httpx.Client(
            verify=trusted,
            timeout=httpx.Timeout(self.answer_s, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "Anlan"},
        )


def _judged(status: int) -> Answer | None:
    """Return what a status says by itself; None for 2xx, whose body is read."""
    if 200 <= status < 300:
        return None
    words = f"HTTP {status}"
    if status in _LOCKED:
        return Answer(outcome=Outcome.NOT_SENT, reason="locked_out", words=words)
    if status in _NOT_YET:
        return Answer(outcome=Outcome.NOT_SENT, reason="too_many", words=words)
    if status in _REFUSED:
        return Answer(outcome=Outcome.REFUSED, reason="not_accepted", words=words)
    if 400 <= status < 500 and status not in _MAYBE:
        # 404 and the like say that it is not there
        return Answer(outcome=Outcome.NOT_SENT, reason="not_accepted", words=words)
    # a server that failed, or a gateway before it, may have failed after it had sent
    return Answer(outcome=Outcome.UNKNOWN, reason="not_accepted", words=words)


def _read(answer: httpx.Response) -> bytes | Answer:
    parts, until = bytearray(), time.monotonic() + WHOLE_S
    for part in answer.iter_bytes():
        parts += part
        if len(parts) > ANSWER_MAX or time.monotonic() > until:
            return Answer(outcome=Outcome.UNKNOWN, reason="bad_answer")
    return bytes(parts)
