"""Bytes of a gateway to a raw batch: four forms, one meaning; bad rows are refused one by one."""

import json
import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.mqtt.const import ROWS_MAX
from anlan.adapters.mqtt.decode import UnreadableError, to_batch
from anlan.kernel.sensing.intake import RawBatch

T = 1_785_549_600_123
ENVELOPE = {"v": 1, "gw": "G1", "seq": 42, "sent": "2026-08-01T10:00:00.123+08:00"}
ROW = {"tag": "T101.LI", "t": "2026-08-01T10:00:00.123+08:00", "v": 91.2, "q": 192, "u": "%"}


def message(**parts: Any) -> dict[str, Any]:
    return ENVELOPE | parts


def as_json(**parts: Any) -> bytes:
    return json.dumps(message(**parts)).encode()


def readings(raw: RawBatch) -> list[tuple[str, int, float, int]]:
    columns = (raw.tag_at, raw.times_ms, raw.values, raw.quality)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(raw.tags[at], t, v, q) for at, t, v, q in rows]


def test_rows_and_columns_in_json_and_msgpack_say_the_same() -> None:
    columns = {"tags": ["P", "L"], "i": [1, 0], "t": [T, T + 1], "v": [91.2, 101], "q": [192, 64]}
    rows = [
        {"tag": "L", "t": T, "v": 91.2},
        {"tag": "P", "t": T + 1, "v": 101, "q": 64, "u": "kPa"},
    ]
    packed = columns | {
        name: np.array(columns[name], kind).tobytes()
        for name, kind in (("i", "<i4"), ("t", "<i8"), ("v", "<f8"), ("q", "u1"))
    }
    said = [
        readings(to_batch(body))
        for body in (
            as_json(rows=rows),
            as_json(columns=columns),
            msgspec.msgpack.encode(message(rows=rows)),
            msgspec.msgpack.encode(message(columns=packed)),
        )
    ]
    assert said == [[("L", T, 91.2, 192), ("P", T + 1, 101.0, 64)]] * 4


def test_a_controller_that_writes_every_number_as_a_float_is_heard() -> None:
    floats = {"v": 1.0, "seq": 42.0, "sent": float(T), "backfill": [float(T) - 1000, float(T)]}
    raw = to_batch(as_json(rows=[ROW], **floats))
    assert (raw.seq, raw.sent_ms, raw.backfill_ms) == (42, T, (T - 1000, T))
    assert isinstance(raw.seq, int)
    for seq in (42.5, float("inf"), 1e300):
        with pytest.raises(UnreadableError, match="envelope"):
            to_batch(as_json(rows=[ROW], **floats | {"seq": seq}))


def test_the_envelope_is_kept() -> None:
    exercise = "01K3Z00000000000000000000X"
    raw = to_batch(as_json(rows=[ROW], exercise=exercise, backfill=[T - 5, T]))
    assert (raw.gateway, raw.seq, raw.sent_ms, raw.exercise_id) == ("G1", 42, T, exercise)
    assert raw.backfill_ms == (T - 5, T)
    assert raw.units == ["%"]


def test_columns_without_quality_are_good() -> None:
    columns = {"tags": ["L"], "i": [0], "t": [T], "v": [1]}
    assert to_batch(as_json(columns=columns)).quality.tolist() == [192]


def test_an_unknown_field_is_ignored_so_that_tomorrows_gateway_is_understood() -> None:
    assert len(to_batch(as_json(rows=[ROW | {"note": 1}], firmware="9")).values) == 1


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"v": "91.2"}, "value_bad"),
        ({"v": True}, "value_bad"),
        ({"v": None}, "value_bad"),
        ({"v": 10**400}, "value_bad"),
        ({"t": "2026-08-01T10:00:00"}, "time_bad"),
        ({"t": "yesterday"}, "time_bad"),
        ({"t": 1.5}, "time_bad"),
        ({"t": 2**63}, "time_bad"),
        ({"t": True}, "time_bad"),
        ({"t": None}, "time_bad"),
        ({"q": 256}, "quality_bad"),
        ({"q": "good"}, "quality_bad"),
        ({"q": None}, "quality_bad"),
        ({"tag": 7}, "row_bad"),
        ({"u": 7}, "row_bad"),
    ],
)
def test_one_bad_value_refuses_its_row_alone(bad: dict[str, Any], code: str) -> None:
    raw = to_batch(as_json(rows=[ROW, ROW | bad, ROW]))
    assert [(refusal.row, refusal.code) for refusal in raw.refusals] == [(1, code)]
    assert raw.rows.tolist() == [0, 2]
    assert readings(raw) == [("T101.LI", T, 91.2, 192)] * 2


@pytest.mark.parametrize("row", [None, 7, [], {}, {"t": T, "v": 1}])
def test_a_row_that_is_not_one_is_refused_alone(row: Any) -> None:
    raw = to_batch(as_json(rows=[row, ROW]))
    assert [(refusal.row, refusal.code) for refusal in raw.refusals] == [(0, "row_bad")]
    assert len(raw.values) == 1


def test_the_nan_of_pythons_json_goes_on_as_a_number_for_the_table_to_refuse() -> None:
    raw = to_batch(as_json(rows=[ROW | {"v": math.nan}, ROW | {"v": -math.inf}, ROW]))
    assert math.isnan(raw.values[0])
    assert raw.values[1:].tolist() == [-math.inf, 91.2]


def test_a_bad_value_in_a_column_refuses_its_reading_alone() -> None:
    columns = {"tags": ["L", 5], "i": [0, 1, 2, -1, 0], "t": [T] * 5, "v": [1, 2, 3, 4, "x"]}
    raw = to_batch(as_json(columns=columns))
    codes = [(refusal.row, refusal.code) for refusal in raw.refusals]
    assert codes == [
        (1, "tag_unknown"),
        (2, "tag_unknown"),
        (3, "tag_unknown"),
        (4, "value_bad"),
    ]
    assert readings(raw) == [("L", T, 1.0, 192)]


def test_an_index_outside_the_tags_of_packed_columns_refuses_its_reading_alone() -> None:
    columns = {
        "tags": ["L"],
        "i": np.array([0, 3], "<i4").tobytes(),
        "t": np.array([T, T], "<i8").tobytes(),
        "v": np.array([1, 2], "<f8").tobytes(),
    }
    raw = to_batch(msgspec.msgpack.encode(message(columns=columns)))
    assert [(refusal.row, refusal.code) for refusal in raw.refusals] == [(1, "tag_unknown")]
    assert readings(raw) == [("L", T, 1.0, 192)]


def test_half_a_surrogate_pair_in_a_tag_can_be_told_back() -> None:
    body = as_json(rows=[ROW]).replace(b"T101.LI", b"T\\ud800")
    raw = to_batch(body)
    assert raw.tags[0].encode() == b"T?"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "first byte"),
        (b"hello", "first byte"),
        (b"{", "not JSON"),
        (b"\x81", "not msgpack"),
        (b'{"a":' * 100_000, "not JSON"),
        (as_json(), "either rows"),
        (as_json(rows=[ROW], columns={}), "either rows"),
        (as_json(rows={}), "either rows"),
        (as_json(rows=[ROW], v=2), "envelope"),
        (as_json(rows=[ROW], seq=-1), "envelope"),
        (as_json(rows=[ROW], seq="42"), "envelope"),
        (as_json(rows=[ROW], gw=""), "envelope"),
        (as_json(rows=[ROW], exercise="drill"), "envelope"),
        (as_json(columns={"tags": [], "i": [], "t": [T], "v": []}), "unequal length"),
        (as_json(columns={"tags": [], "i": [], "t": []}), "columns need"),
        (as_json(rows=[{}] * (ROWS_MAX + 1)), "at most"),
        (
            msgspec.msgpack.encode(message(columns={"tags": [], "i": b"1", "t": b"", "v": b""})),
            "whole",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_message_that_cannot_be_read_says_why(body: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        to_batch(body)


@given(body=st.binary(max_size=300))
def test_any_bytes_are_a_batch_or_unreadable(body: bytes) -> None:
    for first in (b"", b"{", b"\x84", b"\xde\x00\x04"):
        try:
            to_batch(first + body)
        except UnreadableError:
            continue


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(rows=st.lists(JSONISH | st.fixed_dictionaries(dict.fromkeys(ROW, JSONISH)), max_size=6))
def test_any_rows_are_read_or_refused_one_by_one(rows: list[Any]) -> None:
    raw = to_batch(as_json(rows=[ROW, *rows, ROW]))
    assert len(raw.values) + len(raw.refusals) == len(rows) + 2
    assert raw.rows[0] == 0
    assert raw.rows[-1] == len(rows) + 1


@given(columns=st.dictionaries(st.sampled_from(["tags", "i", "t", "v", "q"]), JSONISH))
def test_any_columns_are_read_or_refused(columns: dict[str, Any]) -> None:
    try:
        raw = to_batch(as_json(columns=columns))
    except UnreadableError:
        return
    assert len(raw.values) + len(raw.refusals) == len(columns["t"])
