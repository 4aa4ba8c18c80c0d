"""Chatter, staleness and the delay that would have helped, of many alarms at once and against a plain loop."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.alarms.habits import CHATTERS, FEWEST_RUNS, Habits, habits_of

NOW_S = 1e6


def _of(*rows: tuple[int, float, float | None]) -> Habits:
    series, raised, returned = (list(column) for column in zip(*rows, strict=True))
    return habits_of(
        np.array(series, np.int64),
        np.array(raised, float),
        np.array([np.nan if one is None else one for one in returned], float),
        NOW_S,
    )


def test_three_a_minute_is_where_chatter_begins() -> None:
    found = _of(*((7, 20.0 * n, 20.0 * n + 5) for n in range(10)))
    assert found.chatter[0] == pytest.approx(CHATTERS)
    assert found.chatters.tolist() == [True]
    calm = _of(*((7, 600.0 * n, 600.0 * n + 5) for n in range(10)))
    assert calm.chatters.tolist() == [False]


def test_a_few_raises_are_no_habit_and_two_at_once_are_not_infinite() -> None:
    few = _of(*((1, float(n), n + 0.5) for n in range(FEWEST_RUNS)))
    assert np.isnan(few.chatter[0])
    assert few.chatters.tolist() == [False]
    at_once = _of(*((1, 5.0, 5.0) for _ in range(5)))
    assert at_once.chatter[0] == 1.0


def test_the_delay_that_would_have_helped_joins_nine_of_ten_repeats() -> None:
    gaps = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 500.0]
    rows, at = [], 0.0
    for gap in [*gaps, 0.0]:
        rows.append((3, at, at + 10))
        at += 10 + gap
    assert _of(*rows).quiet_s[0] == 9.0
    assert np.isnan(_of((3, 0.0, 1.0)).quiet_s[0])


def test_what_stands_for_more_than_a_day_is_stale_whether_it_has_returned_or_not() -> None:
    found = _of(
        (1, NOW_S - 90_000, None), (2, 0.0, 90_000.0), (3, 0.0, 3_600.0), (4, NOW_S - 60, None)
    )
    assert found.series.tolist() == [1, 2, 3, 4]
    assert found.is_stale.tolist() == [True, True, False, False]


def test_what_does_not_belong_together_is_refused_and_nothing_is_nothing() -> None:
    empty = np.empty(0)
    assert len(habits_of(np.empty(0, np.int64), empty, empty, NOW_S).series) == 0
    with pytest.raises(ValueError, match="belong together"):
        habits_of(np.array([1]), empty, empty, NOW_S)
    with pytest.raises(ValueError, match="before"):
        _of((1, 10.0, 9.0))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(0, 5_000), st.one_of(st.none(), st.integers(0, 300))
        ),
        min_size=1,
        max_size=60,
    )
)
def test_all_at_once_is_each_by_itself(rows: list[tuple[int, int, int | None]]) -> None:
    found = _of(
        *((s, float(at), None if span is None else float(at + span)) for s, at, span in rows)
    )
    for n, series in enumerate(found.series):
        # of raises in one moment either order may come first: only their times are compared
        mine = sorted((at, span) for s, at, span in rows if s == series for span in [span or 0])
        raised = [at for at, _span in mine]
        assert found.raised[n] == len(mine)
        runs = [max(late - early, 1) for early, late in pairwise(raised)]
        if len(runs) >= FEWEST_RUNS:
            assert found.chatter[n] == pytest.approx(sum(1 / run for run in runs) / len(runs))
        stood = [NOW_S - at if span is None else span for s, at, span in rows if s == series]
        assert found.longest_s[n] == max(stood)
