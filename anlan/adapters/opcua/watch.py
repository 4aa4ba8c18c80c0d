"""One subscription at one server: changes as they come, and a read of what does not change."""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Final

from asyncua import Client, ua
from asyncua.common.node import Node
from asyncua.common.subscription import DataChangeNotif
from asyncua.crypto import security_policies

from anlan.adapters.opcua.reading import QUEUE, Change, change_of
from anlan.adapters.opcua.settings import Watched
from anlan.kernel.base.clock import now

log = logging.getLogger(__name__)

#: Changes that nobody has taken yet; beyond it the line is begun anew, which brings every node's present value.
WAITING_MAX: Final = 200_000
CLOSE_S: Final = 3.0
#: Part 5: the server's own clock.
CURRENT_TIME: Final = "i=2258"
#: What the library raises when a server or the line to it is at fault.
TROUBLE: Final = (OSError, TimeoutError, asyncio.TimeoutError, ua.UaError)


class AwayError(ConnectionError):
    """The server cannot be reached, refuses us, or the subscription has ended."""


@dataclass(slots=True)
class Watch:
    """`open`, then `changes` and `refresh` as often as wanted, `close` at the end. Raises AwayError."""

    settings: Watched
    folder: Path
    password: str = field(default="", repr=False)
    #: Nodes that the server does not let us watch, each with why.
    refused: dict[str, str] = field(default_factory=dict)
    _client: Client | None = None
    _tags: dict[ua.NodeId, str] = field(default_factory=dict)
    _waiting: deque[Change] = field(default_factory=deque)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _lost: str = ""
    _skew: timedelta = timedelta()

    async def open(self) -> None:
        """Connect and subscribe; every node's present value comes first."""
        await self.close()
        self._lost, self.refused = "", {}
        self._waiting.clear()
        said = self.settings
        client = Client(said.url, timeout=said.timeout_s)
        client.application_uri = said.application_uri
        client.connection_lost_callback = self._on_lost
        try:
            self._tags = {ua.NodeId.from_string(node): tag for node, tag in said.node.items()}
            await self._secure(client)
            await client.connect()
            self._client = client
            await self._subscribe(client)
        except (*TROUBLE, ValueError) as error:
            await self.close()
            raise AwayError(f"{said.url}: {error!r}") from error

    async def close(self) -> None:
        """Leave, also where nobody answers any more."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*TROUBLE):
                async with asyncio.timeout(CLOSE_S):
                    await client.disconnect()

    async def changes(self) -> list[Change]:
        """Wait for changes; return all that have come, in their order."""
        while not self._waiting:
            self._check()
            await self._changed.wait()
            self._changed.clear()
        found = list(self._waiting)
        self._waiting.clear()
        return found

    async def refresh(self, tags: set[str]) -> list[Change]:
        """Read the present value of tags; their time is that of the answer, by the server's own clock."""
        client = self._up()
        nodes = [node for node, tag in self._tags.items() if tag in tags]
        asked = ua.ReadParameters(TimestampsToReturn=ua.TimestampsToReturn.Both)
        asked.NodesToRead = [
            ua.ReadValueId(NodeId=node, AttributeId=ua.AttributeIds.Value) for node in nodes
        ]
        try:
            told = await client.uaclient.session.read(asked)
        except TROUBLE as error:
            raise AwayError(f"{self.settings.url}: {error!r}") from error
        at = now() + self._skew
        return [
            change_of(self._tags[node], one)._replace(at=at)
            for node, one in zip(nodes, told, strict=True)
        ]

    async def skew(self) -> timedelta:
        """Return by how much the server's clock is ahead of ours, half the way of the question allowed for."""
        client = self._up()
        before = now()
        try:
            told = await client.get_node(CURRENT_TIME).read_value()
        except TROUBLE as error:
            raise AwayError(f"{self.settings.url}: {error!r}") from error
        there = told.replace(tzinfo=UTC) if told.tzinfo is None else told
        self._skew = timedelta(seconds=(there - before - (now() - before) / 2).total_seconds())
        return self._skew

    def datachange_notification(self, node: Node, _value: object, data: DataChangeNotif) -> None:
        """Hear of a change; the library calls this."""
        tag = self._tags.get(node.nodeid)
        if tag is not None:
            self._waiting.append(change_of(tag, data.monitored_item.Value))
        if len(self._waiting) > WAITING_MAX:
            self._lost = f"{WAITING_MAX} changes wait"
        self._changed.set()

    def status_change_notification(self, status: ua.StatusChangeNotification) -> None:
        """Hear that the subscription has ended; the library calls this."""
        self._lost = f"the subscription has ended: {status.Status}"
        self._changed.set()

    async def _on_lost(self, error: Exception) -> None:
        self._lost = repr(error)
        self._changed.set()

    async def _secure(self, client: Client) -> None:
        said = self.settings
        if said.security != "None":
            await client.set_security(
                getattr(security_policies, f"SecurityPolicy{said.security}"),
                self.folder / said.certificate_file,
                self.folder / said.certificate_key_file,
                server_certificate=str(self.folder / said.server_certificate_file),
                mode=getattr(ua.MessageSecurityMode, said.mode),
            )
        if said.user:
            client.set_user(said.user)
            client.set_password(self.password)

    async def _subscribe(self, client: Client) -> None:
        said = self.settings
        subscription = await client.create_subscription(said.period_s * 1000, self)
        nodes = [client.get_node(one) for one in self._tags]
        results = await subscription.subscribe_data_change(
            nodes, queuesize=QUEUE, sampling_interval=said.sampling_s * 1000
        )
        for (node, _tag), result in zip(self._tags.items(), results, strict=True):
            if isinstance(result, ua.StatusCode):
                self.refused[node.to_string()] = result.name
        if len(self.refused) == len(self._tags):
            raise AwayError(f"{said.url}: no node can be watched: {self.refused}")

    def _up(self) -> Client:
        self._check()
        if self._client is None:
            raise AwayError(f"{self.settings.url}: the line is gone")
        return self._client

    def _check(self) -> None:
        if self._lost or self._client is None:
            raise AwayError(f"{self.settings.url}: {self._lost or 'not open'}")
