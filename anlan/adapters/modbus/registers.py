"""The map of a device's registers, how they are read in few questions, and what their words mean."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Kind = Literal["bool", "int16", "uint16", "int32", "uint32", "float32", "float64"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]
#: struct's letter of each kind; a word has two bytes.
_LETTERS: Final = {
    "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "float32": "f", "float64": "d",
}  # fmt: skip
#: Modbus application protocol 1.1b3, 6.1-6.4: at most so many bits (1, 2) and words (3, 4) a question.
BITS_MAX, WORDS_MAX = 2_000, 125


class Register(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One value: where it stands, how it is written, and which tag it is. `value = raw * scale + offset`.

    `address` counts from 0 as on the wire (40001 in a manual is 0); `function` 1 coils, 2 inputs,
    3 holding registers, 4 input registers. `order`: how four bytes lie on the wire, A the highest.
    """

    tag: Annotated[str, Meta(min_length=1, max_length=64)]
    address: Annotated[int, Meta(ge=0, le=65_535)]
    unit: Annotated[int, Meta(ge=0, le=255)] = 1
    function: Literal[1, 2, 3, 4] = 3
    type: Kind = "uint16"
    order: Order = "ABCD"
    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        """Check what belongs together. Raises ValueError."""
        if (self.type == "bool") != (self.function in {1, 2}):
            raise ValueError(f"{self.tag}: functions 1 and 2 read type bool, 3 and 4 all others")
        if self.address + self.size > 65_536:
            raise ValueError(f"{self.tag}: address {self.address} + {self.size} words")

    @property
    def size(self) -> int:
        """Return how many words (of functions 1 and 2: bits) it has."""
        return 1 if self.type == "bool" else struct.calcsize(_LETTERS[self.type]) // 2


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that one question brings."""

    unit: int
    function: int
    address: int
    count: int
    registers: tuple[Register, ...]


def blocks(registers: Iterable[Register], gap: int) -> list[Block]:
    """Group registers into few questions; words that nobody wants are read along, at most `gap` in a row."""
    found: list[Block] = []
    for one in sorted(registers, key=lambda one: (one.unit, one.function, one.address)):
        last = found[-1] if found else None
        if last is not None and (joined := _joined(last, one, gap)) is not None:
            found[-1] = joined
        else:
            found.append(Block(one.unit, one.function, one.address, one.size, (one,)))
    return found


def _joined(block: Block, one: Register, gap: int) -> Block | None:
    if (block.unit, block.function) != (one.unit, one.function):
        return None
    if one.address > block.address + block.count + gap:
        return None
    count = max(block.count, one.address + one.size - block.address)
    if count > (BITS_MAX if one.function in {1, 2} else WORDS_MAX):
        return None
    return Block(block.unit, block.function, block.address, count, (*block.registers, one))


def value_of(register: Register, words: Sequence[int]) -> float | None:
    """Return the value of a register's words, None for what is no finite number."""
    if register.type == "bool":
        raw: float = bool(words[0])
    else:
        octets = [word.to_bytes(2, "big") for word in words]
        if register.order in {"BADC", "DCBA"}:
            octets = [pair[::-1] for pair in octets]
        if register.order in {"CDAB", "DCBA"}:
            octets.reverse()
        [raw] = struct.unpack(">" + _LETTERS[register.type], b"".join(octets))
    value = raw * register.scale + register.offset
    return value if isfinite(value) else None


def values_of(block: Block, words: Sequence[int]) -> list[tuple[Register, float | None]]:
    """Return the value of each register of an answer; one that the answer is too short for has none."""
    found: list[tuple[Register, float | None]] = []
    for one in block.registers:
        start = one.address - block.address
        part = words[start : start + one.size]
        found.append((one, value_of(one, part) if len(part) == one.size else None))
    return found
