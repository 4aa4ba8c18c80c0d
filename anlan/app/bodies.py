"""Bodies of HTTP requests, read within a time and within the memory that all of them may take."""

import asyncio
from dataclasses import dataclass

from granian.rsgi import HTTPProtocol, ProtocolClosed

from anlan.adapters.mqtt.const import MESSAGE_BYTES_MAX
from anlan.kernel.base.errors import DomainError, InvalidError, TooLargeError, UnavailableError

#: A body may drip in for so long; it costs the bytes that have come, not a place of others.
BODY_S = 30.0
BODIES_BYTES_MAX = 64 * 1024**2
#: Lines that may stand at once, idle ones too. What is small is read in one piece without account:
#: that of all lines together is no more than the above.
LINES_MAX, SMALL = 4_096, 16 * 1024


class SlowError(DomainError):
    """The body did not come in time."""

    status = 408
    code = "sensing.too_slow"


@dataclass(slots=True)
class Bodies:
    """Reads bodies within a time and within the memory that all of them together may take."""

    held: int = 0

    async def read(self, declared: str | None, protocol: HTTPProtocol) -> bytes:
        """Return the whole body; `declared` is its Content-Length, if it has one.

        Raises TooLargeError as soon as it is certain, SlowError, UnavailableError, InvalidError.
        """
        length = int(declared) if declared is not None and declared.isdigit() else None
        if length is not None and length > MESSAGE_BYTES_MAX:
            raise _too_large()
        try:
            async with asyncio.timeout(BODY_S):
                if length is not None and length <= SMALL:
                    return bytes(await protocol())
                return await self._parts(length, protocol)
        except TimeoutError as error:
            raise SlowError(f"报文须在 {BODY_S:g} 秒内发完") from error
        except ProtocolClosed as error:
            raise _broken_off() from error

    async def _parts(self, length: int | None, protocol: HTTPProtocol) -> bytes:
        body = bytearray()
        try:
            async for part in protocol:
                self._keep(body, part)
        finally:
            self.held -= len(body)
        if length is not None and len(body) != length:
            raise _broken_off()  # a closed line ends the parts as the last of them does
        return bytes(body)

    def _keep(self, body: bytearray, part: bytes) -> None:
        body += part
        self.held += len(part)
        if len(body) > MESSAGE_BYTES_MAX:
            raise _too_large()
        if self.held > BODIES_BYTES_MAX:
            raise UnavailableError("同时上传的报文太多，请稍后重发同一报文")


def _broken_off() -> InvalidError:
    return InvalidError("连接中断")


def _too_large() -> TooLargeError:
    return TooLargeError(f"报文不得大于 {MESSAGE_BYTES_MAX} 字节", limit=MESSAGE_BYTES_MAX)
