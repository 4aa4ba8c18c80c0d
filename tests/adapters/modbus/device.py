"""A Modbus TCP device in the test's own process, with a port of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


@asynccontextmanager
async def device(*units: SimDevice, port: int = 0) -> AsyncIterator[tuple[int, ModbusTcpServer]]:
    """Give the port of a device."""
    server = ModbusTcpServer(list(units), address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    transport: Any = server.transport
    try:
        yield transport.sockets[0].getsockname()[1], server
    finally:
        await server.shutdown()  # type: ignore[no-untyped-call]


def unit(
    number: int, *, holding: list[SimData], inputs: list[SimData] | None = None, action: Any = None
) -> SimDevice:
    """Return a unit with holding registers, input registers and a coil of its own each."""
    bits = [SimData(0, values=[True] + [False] * 15, datatype=DataType.BITS)]
    return SimDevice(id=number, simdata=(bits, bits, holding, inputs or holding), action=action)


def words(address: int, *values: int) -> SimData:
    """Return registers from an address on."""
    return SimData(address, values=list(values), datatype=DataType.REGISTERS)
