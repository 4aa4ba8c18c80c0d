"""Whole numbers seven bits a byte, as tiles and the directories of archives hold them."""

from collections.abc import Iterator


def put(out: bytearray, number: int) -> None:
    """Add a number, not below nought."""
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def numbers(data: bytes) -> Iterator[int]:
    """Yield the numbers of a run."""
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
