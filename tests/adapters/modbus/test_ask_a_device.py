"""A real Modbus TCP server is asked: values, exceptions, silence, a broken line."""

import asyncio
from typing import Any

import pytest

from anlan.adapters.modbus.poller import AwayError, Device
from anlan.adapters.modbus.registers import Register
from anlan.adapters.modbus.settings import Polled
from anlan.app.stack.ports import free_port
from tests.adapters.modbus.device import device, unit, words


def polled(port: int, *registers: Register, **said: Any) -> Device:
    return Device(
        Polled(
            name="d",
            host="127.0.0.1",
            port=port,
            register=list(registers),
            **({"timeout_s": 1.0} | said),
        )
    )


async def read(asked: Device) -> dict[str, float | None]:
    answer = await asked.read()
    return {one.tag: value for one, value in answer.values}


async def test_values_of_all_four_functions_are_read() -> None:
    async with device(unit(1, holding=[words(0, 0x4148, 0, 7)], inputs=[words(0, 9)])) as (port, _):
        asked = polled(
            port,
            Register(tag="LEVEL", address=0, type="float32"),
            Register(tag="COUNT", address=2, scale=0.5),
            Register(tag="INPUT", address=0, function=4),
            Register(tag="PUMP", address=0, function=1, type="bool"),
            Register(tag="VALVE", address=1, function=2, type="bool"),
        )
        await asked.open()
        assert await read(asked) == {
            "PUMP": 1.0, "VALVE": 0.0, "LEVEL": 12.5, "COUNT": 3.5, "INPUT": 9.0,
        }  # fmt: skip
        asked.close()


async def test_a_hole_between_two_registers_is_asked_round() -> None:
    async with device(unit(1, holding=[words(0, 1), words(5, 2)])) as (port, _):
        asked = polled(port, *(Register(tag=f"T{at}", address=at) for at in (0, 5, 7)))
        await asked.open()
        for _ in range(2):
            answer = await asked.read()
            assert {one.tag: value for one, value in answer.values} == {
                "T0": 1.0,
                "T5": 2.0,
                "T7": None,
            }
            assert answer.reasons == ["unit 1 function 3 address 7: exception 2"]
        asked.close()


async def test_a_unit_that_is_silent_does_not_take_the_others_with_it() -> None:
    async def never(*_question: Any) -> None:
        await asyncio.sleep(3_600)

    silent = unit(2, holding=[words(0, 1)], action=never)
    async with device(unit(1, holding=[words(0, 5)]), silent) as (port, _):
        asked = polled(
            port, Register(tag="A", address=0), Register(tag="B", address=0, unit=2), timeout_s=0.5
        )
        await asked.open()
        assert await read(asked) == {"A": 5.0, "B": None}
        asked.close()


async def test_a_device_that_is_not_there_is_away() -> None:
    asked = polled(free_port(), Register(tag="A", address=0))
    with pytest.raises(AwayError, match="does not answer"):
        await asked.open()
    with pytest.raises(AwayError):
        await asked.read()


async def test_a_line_that_breaks_is_away_and_can_be_opened_again() -> None:
    async with device(unit(1, holding=[words(0, 5)])) as (port, _):
        asked = polled(port, Register(tag="A", address=0), timeout_s=1.0)
        await asked.open()
        assert await read(asked) == {"A": 5.0}
    with pytest.raises(AwayError):
        await asyncio.gather(*(asked.read() for _ in range(10)))
    async with device(unit(1, holding=[words(0, 6)]), port=port):
        await asked.open()
        assert await read(asked) == {"A": 6.0}
        asked.close()
