"""From the outbox to the door, as an ordinary gateway over HTTP: the oldest first, one after the other."""

import asyncio
import json
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import httpx

from anlan.adapters.mqtt.signature import sign
from anlan.app.collecting.backoff import Backoff
from anlan.app.collecting.outbox import Outgoing
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.state import Told

log = logging.getLogger(__name__)

USER_HEADER: Final = "X-Gateway"
TIMEOUT_S = 30.0
#: A person may have put something into the outbox beside us.
LOOK_S = 15.0
#: The message itself is refused, and would be refused for ever: it goes to a person, the rest goes on.
#: Anything else (no line, 401, 404, 408, 503) may be mended from outside: it is kept, and so is the order.
REFUSED: Final = frozenset({409, 413, 422})


class NotTakenError(RuntimeError):
    """The door did not take the message now; `after_s`: when it wants to be asked again, 0 without a word."""

    def __init__(self, text: str, after_s: float = 0.0) -> None:
        super().__init__(text)
        self.after_s = after_s


@dataclass(slots=True)
class Sender:
    """Sends until it is cancelled; a message is let go only when the door has said that it is on disk."""

    thread: OutboxThread
    client: httpx.AsyncClient
    url: str
    user: str
    key: bytes = field(repr=False)
    state: Told
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=0.5))

    async def run(self) -> None:
        """Send what is there, then wait for more."""
        outbox, done = self.thread.outbox, None
        while True:
            self.thread.filled.clear()
            message = await self.thread.do(outbox.following, done)
            done = None
            if message is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self.thread.filled.wait()
                continue
            try:
                if await self._is_taken(message):
                    done = message.seq
            except (NotTakenError, httpx.HTTPError, OSError) as error:
                await self._wait(error)
            else:
                self.backoff.reset()
                self.state.is_connected = True

    async def _is_taken(self, message: Outgoing) -> bool:
        """Send one message; False when it was refused and set aside. Raises NotTakenError, httpx.HTTPError."""
        payload = sign(message.body, self.key)
        headers = {USER_HEADER: self.user, "Content-Type": "application/json"}
        answer = await self.client.post(self.url, content=payload, headers=headers)
        said = _said(answer)
        if answer.status_code == httpx.codes.ACCEPTED:
            if "accepted" not in said:
                # somebody else's 202, a proxy's or a portal's: it would cost the data
                raise NotTakenError("202 without the door's own words")
            self._count(message, said)
            return True
        reason = f"{said.get('code', '')} {said.get('title', '')}".strip() or answer.reason_phrase
        if answer.status_code not in REFUSED:
            after = answer.headers.get("retry-after", "")
            wanted = float(after) if after.isdigit() else 0.0
            raise NotTakenError(f"{answer.status_code} {reason}", wanted)
        await self.thread.do(self.thread.outbox.bury, message, answer.status_code, reason)
        self.state.failed(f"{message.seq}: {answer.status_code} {reason}", "dead_letters")
        log.error("message %d was refused and set aside: %s", message.seq, self.state.last_error)
        return False

    def _count(self, message: Outgoing, said: dict[str, object]) -> None:
        self.state.counts["messages"] += 1
        self.state.counts["repeated"] += bool(said.get("repeated"))
        self.state.readings += message.readings
        self.state.last_reading_ms = max(self.state.last_reading_ms, message.first_ms)
        if refused := said.get("refused_count"):
            # the platform keeps these rows in its quarantine; here it is enough to be told
            count = int(str(refused))
            self.state.failed(f"{message.seq}: {said.get('refused')}", "messages_with_refused_rows")
            self.state.counts["refused_rows"] += count

    async def _wait(self, error: Exception) -> None:
        """Wait longer and longer while the door is away, and no two collectors in step."""
        if self.state.is_connected or not self.backoff.failures:
            log.warning("the door does not take messages: %r; they are kept", error)
        self.state.is_connected = False
        self.state.failed(error)
        await self.backoff.wait(error.after_s if isinstance(error, NotTakenError) else 0.0)


def client_for(ca_file: str = "", certificate: tuple[str, str] | None = None) -> httpx.AsyncClient:
    """Return an HTTP client that trusts whom it is told to trust. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(*certificate)
    return httpx.AsyncClient(verify=context, timeout=TIMEOUT_S, trust_env=False)


def _said(answer: httpx.Response) -> dict[str, object]:
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) else {}
