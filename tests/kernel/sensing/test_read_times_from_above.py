"""Times as other systems write them: with digits alone too, and none is guessed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from anlan.kernel.base.clock import SHANGHAI, now
from anlan.kernel.sensing.pulled import Mark, alike, moment_of

NOON = datetime(2026, 11, 30, 12, 5, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "said",
    [
        20261130120500, "20261130120500", "202611301205", 202611301205, Decimal(20261130120500),
        "2026-11-30 12:05:00", "2026-11-30T04:05:00Z", "20261130T120500", datetime(2026, 11, 30, 12, 5),  # noqa: DTZ001
        1796011500, "1796011500", 1796011500.0, 1796011500000, "1796011500000", " 1796011500000 ",
    ],
)  # fmt: skip
def test_the_same_moment_in_many_ways(said: object) -> None:
    assert moment_of(said, SHANGHAI) == NOON


@pytest.mark.parametrize(
    "said",
    [
        "2026113012", 2026113012, 20261330120500, "20261130126100", 19991231235959, 20991130120500, 1, -1796011500,
        123456, 17960115000, "179601150000000", 999999999999, True, None, "", "soon", float("nan"), 1e300, [1],
        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+08:00", datetime.min.replace(tzinfo=SHANGHAI),
    ],
)  # fmt: skip
def test_digits_that_are_no_time_of_our_days_are_none(said: object) -> None:
    assert moment_of(said, SHANGHAI) is None


def test_digits_reach_a_year_ahead_and_a_mark_further() -> None:
    near, far = (int((now() + timedelta(days=days)).timestamp()) for days in (300, 400))
    assert moment_of(near, SHANGHAI) is not None
    assert moment_of(far, SHANGHAI) is None
    assert moment_of(far, SHANGHAI, is_mark=True) == datetime.fromtimestamp(far, UTC)


@pytest.mark.parametrize(
    "example",
    [
        "20260101000000", 20260101000000, Decimal(20260101000000), 1700000000, "1700000000000", "2026-01-01 00:00:00",
        "2026-01-01T00:00:00Z", "202601010000",
    ],
)  # fmt: skip
def test_a_moment_written_as_a_column_does_is_read_as_the_same(example: Mark) -> None:
    written = alike(example, NOON, SHANGHAI)
    assert moment_of(written, SHANGHAI) == NOON
    assert len(str(written)) == len(str(example))
