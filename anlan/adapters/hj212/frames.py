"""Frames of HJ 212-2017 (6.3): `##`, four digits of length, the data segment, four digits of CRC, CR LF."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

HEAD: Final = b"##"
TAIL: Final = b"\r\n"
#: Of the data segment (6.3.1); what says that it is longer is no frame.
SEGMENT_MAX: Final = 1024
_BEFORE, _AFTER = len(HEAD) + 4, 4 + len(TAIL)


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        register = byte
        for _bit in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
        made.append(register)
    return tuple(made)


_TABLE = _table()


def crc(segment: bytes) -> str:
    """Return the CRC of a data segment as four upper-case digits (appendix A)."""
    register = 0xFFFF
    for byte in segment:
        # unlike Modbus, the low byte of the register is dropped before the next character comes in
        register = _TABLE[(register >> 8) ^ byte]
    return f"{register:04X}"


def frame(segment: bytes) -> bytes:
    """Return a data segment as it goes over the line. Raises ValueError where it is too long."""
    if len(segment) > SEGMENT_MAX:
        raise ValueError(f"a data segment of {len(segment)} bytes; at most {SEGMENT_MAX}")
    return b"##%04d%s%s\r\n" % (len(segment), segment, crc(segment).encode())


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that are no frame, and why: for the quarantine."""

    raw: bytes
    reason: Literal["noise", "length", "tail", "crc"]


@dataclass(slots=True)
class FrameReader:
    """One line's bytes, as they come, to data segments; what is broken comes out as such."""

    _held: bytearray = field(default_factory=bytearray)

    @property
    def waiting(self) -> int:
        """Return how many bytes wait for the rest of a frame."""
        return len(self._held)

    def feed(self, data: bytes) -> Iterator[bytes | Broken]:
        """Take what came; yield each data segment that is whole, and each broken piece, in order."""
        self._held += data
        while (found := self._next()) is not None:
            yield found

    def end(self) -> Iterator[Broken]:
        """The line is gone: give out what never became whole."""
        if self._held:
            yield Broken(bytes(self._held), "tail")
            self._held.clear()

    def _next(self) -> bytes | Broken | None:
        """Return the next piece, None until more has come."""
        held = self._held
        start = held.find(HEAD)
        if start != 0:
            # a last '#' may be the first half of a head
            last = len(held) - held.endswith(b"#")
            return self._noise(start if start > 0 else last)
        digits = bytes(held[len(HEAD) : _BEFORE])
        if len(digits) == _BEFORE - len(HEAD) and not _is_length(digits):
            return self._broken("length")
        if len(held) < _BEFORE or len(held) < (end := _BEFORE + int(digits) + _AFTER):
            return None
        return self._whole(end)

    def _whole(self, end: int) -> bytes | Broken:
        """Return the data segment of a frame that ends there, if it is one."""
        segment = bytes(self._held[_BEFORE : end - _AFTER])
        check, tail = (
            bytes(self._held[end - _AFTER : end - len(TAIL)]),
            self._held[end - len(TAIL) : end],
        )
        if tail != TAIL:
            return self._broken("tail")
        raw = self._taken(end)
        return segment if check.upper() == crc(segment).encode() else Broken(raw, "crc")

    def _noise(self, size: int) -> bytes | Broken | None:
        """Give out what stands before a head; line ends between frames are none."""
        raw = self._taken(size)
        return Broken(raw, "noise") if raw.strip(b"\r\n") else (self._next() if raw else None)

    def _broken(self, reason: Literal["length", "tail"]) -> Broken:
        """Give out all up to the next head, which may be the next frame's."""
        following = self._held.find(HEAD, len(HEAD))
        return Broken(self._taken(len(self._held) if following < 0 else following), reason)

    def _taken(self, size: int) -> bytes:
        raw = bytes(self._held[:size])
        del self._held[:size]
        return raw


def _is_length(digits: bytes) -> bool:
    return digits.isdigit() and int(digits) <= SEGMENT_MAX
