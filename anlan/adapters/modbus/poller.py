"""Asking one Modbus TCP device for all its registers, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException

from anlan.adapters.modbus.registers import Block, Register, blocks, values_of
from anlan.adapters.modbus.settings import Polled


class AwayError(ConnectionError):
    """The device cannot be reached, or its line has broken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one round brought: each register's value, None where there is none; and why not."""

    values: list[tuple[Register, float | None]]
    reasons: list[str]


@dataclass(slots=True)
class Device:
    """One line to one device. `open`, then `read` as often as wanted, `close` at the end."""

    settings: Polled
    _client: AsyncModbusTcpClient | None = None
    _blocks: list[Block] = field(init=False)

    def __post_init__(self) -> None:
        """Group the registers."""
        self._blocks = blocks(self.settings.register, self.settings.gap)

    async def open(self) -> None:
        """Connect. Raises AwayError."""
        where = self.settings
        self.close()
        self._client = AsyncModbusTcpClient(
            where.host, port=where.port, timeout=where.timeout_s, retries=0, reconnect_delay=0
        )
        if not await self._client.connect():
            raise AwayError(f"{where.host}:{where.port} does not answer")

    def close(self) -> None:
        """Let the line go."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(self) -> Answer:
        """Ask for every block. Raises AwayError when the line is gone; a unit that is silent has no values."""
        answer = Answer([], [])
        for block in list(self._blocks):
            for part in await self._asked(block, answer.reasons):
                answer.values.extend(part)
        return answer

    async def _asked(
        self, block: Block, reasons: list[str]
    ) -> list[list[tuple[Register, float | None]]]:
        """Return the values of a block, or of each of its registers when the device knows no such block."""
        words, code = await self._words(block, reasons)
        if words is not None:
            return [values_of(block, words)]
        if code != ExcCodes.ILLEGAL_ADDRESS or len(block.registers) == 1:
            return [[(one, None) for one in block.registers]]
        # some devices refuse addresses between two that they have: from now on each is asked alone
        alone = [one for register in block.registers for one in blocks([register], 0)]
        at = self._blocks.index(block)
        self._blocks[at : at + 1] = alone
        reasons.pop()
        return [part for one in alone for part in await self._asked(one, reasons)]

    async def _words(self, block: Block, reasons: list[str]) -> tuple[Sequence[int] | None, int]:
        """Return the words of a block, or None and the exception code, 0 for silence. Raises AwayError."""
        client = self._client
        if client is None or not client.connected:
            raise AwayError(f"{self.settings.host}: the line is gone")
        ask = {
            1: client.read_coils,
            2: client.read_discrete_inputs,
            3: client.read_holding_registers,
            4: client.read_input_registers,
        }[block.function]
        where = f"unit {block.unit} function {block.function} address {block.address}"
        try:
            told = await ask(block.address, count=block.count, device_id=block.unit)
        except ModbusException as error:
            if not client.connected:
                raise AwayError(f"{where}: {error}") from error
            reasons.append(f"{where}: {error}")
            return None, 0
        if told.isError():
            reasons.append(f"{where}: exception {told.exception_code}")
            return None, told.exception_code
        return (told.bits if block.function in {1, 2} else told.registers), 0
