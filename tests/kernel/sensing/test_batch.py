"""The wire format of READINGS: what goes in comes out, anything else is refused by name."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.sensing.batch import Batch, BatchError, columns_of, decode, encode

ROWS = st.lists(
    st.tuples(
        st.integers(-(2**31), 2**31 - 1),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=True),
        st.integers(0, 255),
    ),
    max_size=40,
)


def batch(rows: list[tuple[int, int, float, int]], exercise_id: str | None = None) -> Batch:
    return Batch(
        gateway="01K3Z00000000000000000000G",
        seq=42,
        arrived_ms=1_785_549_600_123,
        exercise_id=exercise_id,
        **columns_of(rows),
    )


@given(rows=ROWS, exercise_id=st.none() | st.just("01K3Z00000000000000000000X"))
def test_a_batch_comes_back_bit_for_bit(
    rows: list[tuple[int, int, float, int]], exercise_id: str | None
) -> None:
    sent = batch(rows, exercise_id)
    got = decode(encode(sent))
    assert (got.gateway, got.seq, got.arrived_ms, got.exercise_id) == (
        sent.gateway,
        sent.seq,
        sent.arrived_ms,
        exercise_id,
    )
    for column in ("numbers", "times_ms", "values", "quality"):
        assert getattr(got, column).tobytes() == getattr(sent, column).tobytes()
    assert len(got) == len(rows)


def test_the_columns_are_little_endian_and_cannot_be_written() -> None:
    payload = encode(batch([(7, 1_000, 91.2, 192)]))
    wire = msgspec.msgpack.decode(payload)
    assert wire["v"] == 1
    assert wire["n"] == (7).to_bytes(4, "little")
    assert wire["t"] == (1_000).to_bytes(8, "little")
    got = decode(payload)
    with pytest.raises(ValueError, match="read-only"):
        got.values[0] = math.nan


def test_a_batch_names_the_node_whose_numbers_it_has_and_an_older_one_names_none() -> None:
    sent = batch([(7, 1_000, 91.2, 192)])
    got = decode(encode(sent, "n640181"))
    assert got.node == "n640181"
    assert decode(encode(got)).node == "n640181"
    older = msgspec.msgpack.decode(encode(sent, "n640181"))
    del older["node"]
    assert decode(msgspec.msgpack.encode(older)).node == ""


def test_a_big_endian_array_is_turned_round() -> None:
    columns = columns_of([(7, 1_000, 91.2, 192)])
    columns["values"] = columns["values"].astype(">f8")
    sent = Batch(gateway="G", seq=1, arrived_ms=1, exercise_id=None, **columns)
    assert decode(encode(sent)).values.tolist() == [91.2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"v": 2}, "version 2"),
        ({"q": b""}, "unequal length"),
        ({"n": b"\x01\x02"}, "multiple of element size"),
        ({"seq": "42"}, "Expected `int`"),
    ],
)
def test_a_batch_that_is_not_one_is_refused_with_the_reason(
    change: dict[str, object], words: str
) -> None:
    wire = msgspec.msgpack.decode(encode(batch([(7, 1_000, 91.2, 192)])))
    with pytest.raises(BatchError, match=words):
        decode(msgspec.msgpack.encode(wire | change))


@given(payload=st.binary(max_size=200))
def test_any_bytes_are_a_batch_or_a_batch_error(payload: bytes) -> None:
    try:
        got = decode(payload)
    except BatchError:
        return
    assert isinstance(got, Batch)


@given(at=st.integers(0, 400), by=st.integers(1, 255))
def test_a_damaged_batch_is_a_batch_or_a_batch_error(at: int, by: int) -> None:
    payload = bytearray(encode(batch([(7, 1_000, 91.2, 192), (8, 2_000, np.pi, 64)])))
    payload[at % len(payload)] ^= by
    try:
        decode(bytes(payload))
    except BatchError:
        return
