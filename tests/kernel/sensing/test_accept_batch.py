"""Tags become numbers, values get their resolution, clocks are judged; one bad row is one refusal."""

import math
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from anlan.kernel.sensing.intake import (
    EARLIEST_MS,
    FUTURE_MS,
    LARGEST_VALUE,
    Accepted,
    Point,
    RawBatch,
    Refusal,
    TagTable,
    accept_batch,
)

ARRIVED = 1_785_549_600_123
TABLE = TagTable(
    (
        Point(number=7, tag="T101.LI", unit="%", resolution=0.1),
        Point(number=9, tag="T101.PI", unit="kPa", time_resolution_ms=1_000),
    )
)
Reading = tuple[str, int, float, int, str | None]


def message(*readings: Reading, refusals: tuple[Refusal, ...] = ()) -> RawBatch:
    tags, times, values, quality, units = zip(*readings, strict=True) if readings else ((),) * 5
    return RawBatch(
        gateway="G1",
        seq=42,
        tags=list(tags),
        tag_at=np.arange(len(tags), dtype=np.int32),
        times_ms=np.array(times, np.int64),
        values=np.array(values, np.float64),
        quality=np.array(quality, np.uint8),
        units=list(units),
        rows=np.arange(len(tags), dtype=np.int32),
        refusals=refusals,
    )


def accept(*readings: Reading) -> Accepted:
    return accept_batch(message(*readings), TABLE, "01K3Z00000000000000000000G", ARRIVED)


def rounded(values: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return the values as a datastream with that resolution keeps them."""
    table = TagTable((Point(number=1, tag="X", unit="", resolution=step),))
    said = message(*(("X", ARRIVED, value, 192, None) for value in values.tolist()))
    return accept_batch(said, table, "01K3Z00000000000000000000G", ARRIVED).batch.values


def one(
    value: float = 91.2,
    *,
    tag: str = "T101.LI",
    t: int = ARRIVED,
    q: int = 192,
    u: str | None = None,
) -> Reading:
    return (tag, t, value, q, u)


def codes(accepted: Accepted) -> list[tuple[int, str]]:
    return [(refusal.row, refusal.code) for refusal in accepted.refusals]


def test_a_tag_becomes_its_number() -> None:
    batch = accept(one(), one(101.3, tag="T101.PI")).batch
    assert batch.numbers.tolist() == [7, 9]
    assert batch.values.tolist() == [91.2, 101.3]
    assert (batch.gateway, batch.seq, batch.arrived_ms) == (
        "01K3Z00000000000000000000G",
        42,
        ARRIVED,
    )


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (one(tag="T102.LI"), "tag_unknown"),
        (one(math.nan), "value_bad"),
        (one(-math.inf), "value_bad"),
        (one(1e300), "value_bad"),
        (one(t=EARLIEST_MS - 1), "time_bad"),
        (one(q=130), "quality_bad"),
        (one(u="m"), "unit_differs"),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_go_on(bad: Reading, code: str) -> None:
    accepted = accept(one(1.0), bad, one(2.0))
    assert accepted.batch.values.tolist() == [1.0, 2.0]
    assert codes(accepted) == [(1, code)]


def test_a_named_unit_that_is_the_datastreams_is_taken() -> None:
    assert accept(one(u="%"), one(u=None)).refusals == ()


def test_rows_refused_by_the_reader_and_by_the_table_are_told_in_their_order() -> None:
    raw = message(one(tag="?"), one(), refusals=(Refusal(0, "row_bad"),))
    accepted = accept_batch(raw, TABLE, "g", ARRIVED)
    assert [refusal.code for refusal in accepted.refusals] == ["row_bad", "tag_unknown"]


def test_a_clock_that_runs_ahead_is_replaced_by_the_arrival() -> None:
    just, over = ARRIVED + FUTURE_MS, ARRIVED + FUTURE_MS + 1
    batch = accept(one(t=just), one(t=over), one(t=over, q=64), one(t=over, q=0)).batch
    assert batch.times_ms.tolist() == [just, ARRIVED, ARRIVED, ARRIVED]
    assert batch.quality.tolist() == [192, 72, 72, 0]


def test_an_old_reading_keeps_its_time() -> None:
    assert accept(one(t=ARRIVED - 86_400_000)).batch.times_ms.tolist() == [ARRIVED - 86_400_000]


def test_a_declared_time_resolution_cuts_the_time_also_of_a_wrong_clock() -> None:
    pressure = accept(one(tag="T101.PI"), one(tag="T101.PI", t=ARRIVED + 10**9)).batch
    assert pressure.times_ms.tolist() == [1_785_549_600_000] * 2


def test_the_detail_bits_of_an_opc_quality_are_dropped() -> None:
    batch = accept(*(one(q=q) for q in (216, 192, 68, 72, 20, 0))).batch
    assert batch.quality.tolist() == [192, 192, 64, 72, 0, 0]


def test_a_message_without_a_good_row_is_an_empty_batch() -> None:
    accepted = accept(one(math.nan))
    assert len(accepted.batch) == 0
    assert codes(accepted) == [(0, "value_bad")]


@given(
    hundredths=st.integers(-10_000_000, 10_000_000),
    step=st.sampled_from([0.1, 0.01, 0.05, 0.25, 0.5, 1.0, 5.0, 10.0]),
)
def test_rounding_is_half_even_of_the_number_that_was_written(hundredths: int, step: float) -> None:
    written = Decimal(hundredths) / 100
    exact = Decimal(repr(step))
    wanted = float((written / exact).quantize(Decimal(1), ROUND_HALF_EVEN) * exact)
    [got] = rounded(np.array([float(written)]), step).tolist()
    assert got == wanted
    assert math.copysign(1, got) == (1 if got == 0 else math.copysign(1, wanted))


@given(
    value=st.floats(-LARGEST_VALUE, LARGEST_VALUE, exclude_min=True, exclude_max=True),
    step=st.sampled_from([0.1, 0.001, 0.05, 7.0, 1e-12, 1 / 3]),
)
def test_rounding_twice_is_rounding_once_and_never_far(value: float, step: float) -> None:
    once = rounded(np.array([value]), step)
    assert rounded(once, step).tobytes() == once.tobytes()
    floats = 2 * math.ulp(value)  # huge values: quotient and product are rounded to a float each
    assert abs(once[0] - value) <= step * 0.5000001 + floats


def test_without_a_resolution_a_value_is_kept_bit_for_bit() -> None:
    value = -0.1 - 0.2
    [kept] = accept(one(value, tag="T101.PI")).batch.values.tolist()
    assert kept == value


@given(
    readings=st.lists(
        st.tuples(
            st.sampled_from(["T101.LI", "T101.PI", "?"]),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(),
            st.integers(0, 255),
            st.sampled_from([None, "%", "m"]),
        ),
        max_size=30,
    )
)
def test_every_row_is_accepted_or_refused_and_good_rows_do_not_feel_bad_ones(
    readings: list[Reading],
) -> None:
    together = accept(*readings)
    assert len(together.batch) + len(together.refusals) == len(readings)
    alone = [accept(reading).batch for reading in readings]
    for column in ("numbers", "times_ms", "values", "quality"):
        whole = b"".join(getattr(batch, column).tobytes() for batch in alone)
        assert getattr(together.batch, column).tobytes() == whole
