"""Frames as a line brings them: split, glued, damaged, among noise; nothing gets lost and nothing is made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.hj212.frames import SEGMENT_MAX, Broken, FrameReader, crc, frame
from tests.adapters.hj212.frames import INTERVAL, UPLOAD, segment

SEGMENTS = st.lists(
    st.binary(max_size=60).filter(lambda one: b"##" not in one and not one.endswith(b"#")),
    max_size=6,
)


def read(*pieces: bytes) -> list[bytes | Broken]:
    reader = FrameReader()
    return [one for piece in pieces for one in reader.feed(piece)]


def slow_crc(data: bytes) -> str:
    """Compute as appendix A does, bit by bit."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            low = register & 1
            register >>= 1
            if low:
                register ^= 0xA001
    return f"{register:04X}"


@pytest.mark.parametrize("worked", [INTERVAL, UPLOAD])
def test_the_worked_frames_are_read_and_written(worked: bytes) -> None:
    assert read(worked) == [segment(worked)]
    assert frame(segment(worked)) == worked


@given(st.binary(max_size=200))
def test_the_crc_is_the_standards(data: bytes) -> None:
    assert crc(data) == slow_crc(data)


@given(SEGMENTS, st.data())
def test_it_does_not_matter_how_a_line_cuts_what_it_brings(
    segments: list[bytes], data: st.DataObject
) -> None:
    line = b"".join(frame(one) for one in segments)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(line)), max_size=8)))
    pieces = [line[a:b] for a, b in zip([0, *cuts], [*cuts, len(line)], strict=True)]
    assert read(*pieces) == segments


def test_a_frame_byte_by_byte() -> None:
    assert read(*(bytes([one]) for one in INTERVAL + UPLOAD)) == [
        segment(INTERVAL),
        segment(UPLOAD),
    ]


@pytest.mark.parametrize("at", range(6, len(INTERVAL) - 2))
def test_a_damaged_byte_spoils_its_frame_and_not_the_next(at: int) -> None:
    damaged = bytearray(INTERVAL)
    damaged[at] ^= 0x04
    assert read(bytes(damaged) + UPLOAD) == [Broken(bytes(damaged), "crc"), segment(UPLOAD)]


def test_what_was_cut_off_gives_way_to_what_follows() -> None:
    assert read(INTERVAL[:60] + UPLOAD + INTERVAL) == [
        Broken(INTERVAL[:60], "tail"), segment(UPLOAD), segment(INTERVAL)
    ]  # fmt: skip


@pytest.mark.parametrize("length", [b"01x1", b"9999", b"1025", b"-001", b"    "])
def test_a_length_that_cannot_be_is_no_reason_to_wait(length: bytes) -> None:
    broken = b"##" + length + INTERVAL[6:]
    assert read(broken + UPLOAD) == [Broken(broken, "length"), segment(UPLOAD)]


def test_noise_between_frames_is_said_and_line_ends_are_not() -> None:
    assert read(b"hello\r\n" + INTERVAL + b"\r\n\r\n" + UPLOAD + b"#") == [
        Broken(b"hello\r\n", "noise"), segment(INTERVAL), segment(UPLOAD)
    ]  # fmt: skip


def test_what_never_became_whole_is_given_out_at_the_end() -> None:
    reader = FrameReader()
    assert list(reader.feed(INTERVAL[:50])) == []
    assert reader.waiting == 50
    assert list(reader.end()) == [Broken(INTERVAL[:50], "tail")]
    assert (reader.waiting, list(reader.end())) == (0, [])


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.sampled_from([INTERVAL, UPLOAD, b"##", b"##0003"])),
        max_size=10,
    )
)
def test_whatever_comes_comes_out_again(pieces: list[bytes]) -> None:
    reader = FrameReader()
    found = [one for piece in pieces for one in reader.feed(piece)] + list(reader.end())
    out = b"".join(one.raw if isinstance(one, Broken) else frame(one) for one in found)

    def plain(line: bytes) -> bytes:
        return line.replace(b"\r", b"").replace(b"\n", b"").upper()

    assert plain(out) == plain(b"".join(pieces))


def test_a_segment_that_is_too_long_is_not_sent() -> None:
    assert read(frame(b"x" * SEGMENT_MAX)) == [b"x" * SEGMENT_MAX]
    with pytest.raises(ValueError, match="1025"):
        frame(b"x" * (SEGMENT_MAX + 1))
