"""The map of registers: words to values in every order, few questions, nothing made up."""

import struct

import pytest

from anlan.adapters.modbus.registers import Order, Register, blocks, value_of, values_of


def register(address: int = 0, **said: object) -> Register:
    return Register(tag=f"T{address}", address=address, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "octets"),
    [
        ("ABCD", "41 48 00 00"),
        ("CDAB", "00 00 41 48"),
        ("BADC", "48 41 00 00"),
        ("DCBA", "00 00 48 41"),
    ],
)
def test_four_bytes_lie_in_four_orders(order: Order, octets: str) -> None:
    words = struct.unpack(">2H", bytes.fromhex(octets))
    assert value_of(register(type="float32", order=order), words) == 12.5


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("int16", [0xFFFF], -1.0),
        ("uint16", [0xFFFF], 65_535.0),
        ("int32", [0xFFFF, 0xFFFE], -2.0),
        ("uint32", [0x0001, 0x0000], 65_536.0),
        ("float64", [0x4029, 0, 0, 0], 12.5),
    ],
)
def test_every_kind_is_read(kind: str, words: list[int], value: float) -> None:
    assert value_of(register(type=kind), words) == value


def test_scale_and_offset_make_the_physical_value() -> None:
    # 4-20 mA as 0-27648 over 0-8 m
    found = value_of(register(type="int16", scale=8 / 27_648, offset=0.5), [13_824])
    assert found == pytest.approx(4.5)


def test_what_is_no_number_has_no_value() -> None:
    assert value_of(register(type="float32"), [0x7FC0, 0]) is None
    assert value_of(register(type="float32"), [0x7F80, 0]) is None


def test_neighbours_are_asked_together_and_others_are_not() -> None:
    some = [
        register(10, type="float32"),
        register(0),
        register(1),
        register(14),
        register(200),
        register(0, function=4),
        register(2, unit=2),
    ]
    found = [(one.unit, one.function, one.address, one.count) for one in blocks(some, gap=2)]
    assert found == [(1, 3, 0, 2), (1, 3, 10, 5), (1, 3, 200, 1), (1, 4, 0, 1), (2, 3, 2, 1)]


def test_no_question_is_larger_than_the_protocol_allows() -> None:
    words = blocks([register(at) for at in range(300)], gap=0)
    assert [one.count for one in words] == [125, 125, 50]
    bits = blocks([register(at, function=1, type="bool") for at in range(2_100)], gap=0)
    assert [one.count for one in bits] == [2_000, 100]


def test_an_answer_that_is_too_short_gives_no_value_for_what_it_lacks() -> None:
    [block] = blocks([register(0), register(1, type="float32")], gap=0)
    assert [value for _, value in values_of(block, [7, 0x4148])] == [7.0, None]


def test_a_register_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="65535"):
        register(65_535, type="float32")
