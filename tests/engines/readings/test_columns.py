"""All readings of a message in one pass: what is counted, and what callers' columns may be."""

import numpy as np

from anlan.engines.readings import columns


def test_a_column_is_made_read_only_without_a_hand_on_the_callers() -> None:
    ours = np.arange(4, dtype=np.int64)
    found = columns.fixed(ours, np.dtype(np.int64))
    assert not found.flags.writeable
    assert ours.flags.writeable
    assert np.shares_memory(found, ours)


def test_a_column_of_another_type_or_with_gaps_is_copied() -> None:
    ours = np.arange(8, dtype=np.int32)[::2]
    found = columns.fixed(ours, np.dtype(np.int64))
    assert found.dtype == np.dtype(np.int64)
    assert found.flags.c_contiguous
    assert found.tolist() == [0, 2, 4, 6]


def test_a_number_without_a_place_is_told_and_nothing_is_noted() -> None:
    numbers = columns.fixed(np.array([3, 4]), np.dtype(np.int32))
    times = columns.fixed(np.array([10, 10]), np.dtype(np.int64))
    places = columns.fixed(np.array([3]), np.dtype(np.int32))
    newest, before, said_in = np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64)
    assert columns.note(numbers, times, places, newest, before, said_in, 1) == (-1, -1)
    assert (newest.tolist(), said_in.tolist()) == ([0], [0])
    assert columns.note(numbers[:1], times[:1], places, newest, before, said_in, 1) == (0, 0)
    assert newest.tolist() == [10]
