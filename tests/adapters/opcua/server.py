"""An OPC UA server in the test's own process, with a port of its own."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncua import Server, ua
from asyncua.common.node import Node

from anlan.app.stack.ports import free_port

URI = "urn:anlan:test"
#: It tells of thousands of nodes that it makes at its start.
logging.getLogger("asyncua").setLevel(logging.ERROR)


@dataclass
class Plant:
    """A server with two variables."""

    server: Server
    port: int
    level: Node
    pump: Node

    @property
    def url(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}"

    async def say(self, value: Any, *, at: datetime | None = None, status: int = 0) -> None:
        """Write the level as its source tells of it."""
        told = ua.DataValue(
            ua.Variant(value, ua.VariantType.Double) if value is not None else ua.Variant(),
            StatusCode=ua.StatusCode(status),
            SourceTimestamp=at,
        )
        await self.server.write_attribute_value(self.level.nodeid, told)


@asynccontextmanager
async def plant(port: int = 0, secure: Any = None) -> AsyncIterator[Plant]:
    """Give a server that answers; `secure(server)` may close it to strangers first."""
    server = Server()
    await server.init()
    chosen = port or free_port()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{chosen}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if secure is not None:
        await secure(server)
    space = await server.register_namespace(URI)
    level = await server.nodes.objects.add_variable(ua.NodeId("T101.LI", space), "level", 1.5)
    pump = await server.nodes.objects.add_variable(ua.NodeId("P1", space), "pump", True)  # noqa: FBT003
    async with server:
        yield Plant(server, chosen, level, pump)
