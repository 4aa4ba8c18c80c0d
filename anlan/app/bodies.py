"""Bodies of HTTP requests, read within a time and within the memory that all of them may take."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.kernel.base.errors import DomainError, InvalidError, TooLargeError, UnavailableError

Receive = Callable[[], Awaitable[dict[str, Any]]]

#: A body may drip in for so long; it costs the bytes that have come, not a place of others.
BODY_S = 30.0
BODIES_BYTES_MAX = 64 * 1024**2


class SlowError(DomainError):
    """The body did not come in time."""

    status = 408
    code = "sensing.too_slow"


@dataclass(slots=True)
class Bodies:
    """Reads bodies within a time and within the memory that all of them together may take."""

    held: int = 0

    async def read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Return the whole body. Raises TooLargeError as soon as it is certain, and Unavailable."""
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > MESSAGE_BYTES_MAX:
            raise _too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_S):
                while True:
                    event = await receive()
                    if event["type"] == "http.disconnect":
                        raise InvalidError("连接中断")
                    self._keep(body, event.get("body", b""))
                    if not event.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise SlowError(f"报文须在 {BODY_S:g} 秒内发完") from error
        finally:
            self.held -= len(body)

    def _keep(self, body: bytearray, part: bytes) -> None:
        body += part
        self.held += len(part)
        if len(body) > MESSAGE_BYTES_MAX:
            raise _too_large()
        if self.held > BODIES_BYTES_MAX:
            raise UnavailableError("同时上传的报文太多，请稍后重发同一报文")


def _too_large() -> TooLargeError:
    return TooLargeError(f"报文不得大于 {MESSAGE_BYTES_MAX} 字节", limit=MESSAGE_BYTES_MAX)
