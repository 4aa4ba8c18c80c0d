"""What came twice stands in a segment once, in the order of arrival."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.adapters.parquet_history.rows import (
    COLUMNS,
    Rows,
    by_identity,
    said_once,
    without_repeats,
)
from anlan.kernel.sensing.batch import Batch, columns_of
from tests.adapters.parquet_history.oracle import T0

readings = st.tuples(
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from([0.0, -0.0, 1.5, float("nan")]),
    st.just(192),
)
messages = st.lists(st.lists(readings, min_size=1, max_size=6), min_size=1, max_size=8)


@pytest.mark.parametrize("apart_ms", [1, 1_000, 2**33])
@given(messages)
def test_a_segment_keeps_what_sorting_would_keep(
    apart_ms: int, said: list[list[tuple[int, int, float, int]]]
) -> None:
    rows = _rows([[(n, T0 + t * apart_ms, v, q) for n, t, v, q in one] for one in said])
    kept = said_once(rows)
    order = list(zip(kept.sequences.tolist(), kept.places.tolist(), strict=True))
    assert order == sorted(order)
    expected = without_repeats(by_identity(rows))
    for name in COLUMNS:
        mine, theirs = getattr(by_identity(kept), name), getattr(expected, name)
        assert mine.tobytes() == theirs.tobytes(), name


def test_rows_of_messages_say_when_they_came_and_in_which_order() -> None:
    late = T0 - 3_500
    rows = _rows([[(1, T0, 1.0, 192), (2, late, 2.0, 192)], [(1, T0 + 1, 3.0, 64)]])
    assert rows.sequences.tolist() == [1, 1, 2]
    assert rows.places.tolist() == [0, 1, 0]
    assert rows.lag_s.tolist() == [0, 3, 0]
    assert rows.quality.tolist() == [192, 192, 64]


def _rows(said: list[list[tuple[int, int, float, int]]]) -> Rows:
    batches = [
        Batch(gateway="g", seq=1, arrived_ms=T0, exercise_id=None, **columns_of(one))
        for one in said
    ]
    return Rows.of_messages(np.arange(1, len(batches) + 1).tolist(), batches)
