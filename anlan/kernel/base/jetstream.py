"""JetStream, asked again while it is reading its files.

A NATS server that reloads its list of users answers 503, "nobody is there", for some milliseconds
(measured: 70 of 129,000 requests over 60 reloads), and our gateway has it reload whenever a device
comes or goes. Nobody has heard such a request, so whatever it was, it may be repeated.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import ServiceUnavailableError

T = TypeVar("T")

AGAIN_S = 0.05
#: A server that reloads is back within milliseconds; one that stops or starts is waited for elsewhere.
PATIENCE_S = 1.0


class JetStream(JetStreamContext):  # type: ignore[misc]  # nats-py says no types
    """The context of nats-py, patient with a server that reloads."""

    @property
    def _jsm(self) -> "JetStream":
        return self  # by which `subscribe` and `pull_subscribe` make and ask for consumers

    async def get_msg(self, *args: Any, **words: Any) -> RawStreamMsg:
        """Return a message of a stream; straight from a replica, this is no request of the API."""
        ask = super().get_msg
        return await _patiently(lambda: ask(*args, **words), self._timeout)

    async def _api_request(self, *args: Any, **words: Any) -> dict[str, Any]:
        ask = super()._api_request
        return await _patiently(lambda: ask(*args, **words), self._timeout)


def jetstream(nats: Client, timeout_s: float = 5.0) -> JetStream:
    """Return JetStream over a connection; what finds no answer within `timeout_s` raises."""
    return JetStream(nats, timeout=timeout_s)


async def _patiently(ask: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Ask until somebody is there. Raises what was said last when nobody is for so long."""
    end = asyncio.get_running_loop().time() + min(seconds, PATIENCE_S)
    while True:
        try:
            return await ask()
        except (NoRespondersError, ServiceUnavailableError):
            if asyncio.get_running_loop().time() >= end:
                raise
        await asyncio.sleep(AGAIN_S)
