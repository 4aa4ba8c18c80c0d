"""Readings behind a later one of their tag, and readings said again, are counted."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.kernel.sensing.recency import Recency


def note(recency: Recency, *readings: tuple[int, int]) -> tuple[int, int]:
    numbers = np.array([number for number, _t in readings], np.int32)
    times = np.array([t for _number, t in readings], np.int64)
    order = recency.note(numbers, times)
    return order.out_of_order, order.duplicate


def test_readings_in_order_are_not_counted_whatever_the_tags_do_beside_each_other() -> None:
    recency = Recency()
    assert note(recency, (7, 100), (3, 90), (7, 101), (3, 91)) == (0, 0)
    assert note(recency, (3, 92), (7, 102)) == (0, 0)


def test_what_is_older_than_the_newest_is_out_of_order_also_over_messages() -> None:
    recency = Recency()
    assert note(recency, (7, 100), (7, 99)) == (1, 0)
    assert note(recency, (7, 50), (3, 1)) == (1, 0)
    assert note(recency, (7, 100)) == (0, 1)
    assert note(recency, (7, 101)) == (0, 0)


def test_what_is_expected_is_nothing_that_was_said() -> None:
    recency = Recency()
    recency.expect(np.array([9, 3, 3], np.int32))
    assert note(recency, (3, 5), (9, 5), (7, 5)) == (0, 0)
    recency.expect(np.array([3, 11], np.int32))
    assert note(recency, (3, 4), (9, 5), (11, 1)) == (1, 1)


def test_an_empty_message_says_nothing() -> None:
    assert note(Recency()) == (0, 0)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(
    st.lists(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 20)), max_size=12), max_size=6)
)
def test_the_newest_over_all_messages_is_remembered(messages: list[list[tuple[int, int]]]) -> None:
    recency, newest = Recency(), dict[int, int]()
    for message in messages:
        before = dict(newest)
        behind = same = 0
        for number, t in message:
            last = before.get(number)  # the reading just before it of the same tag
            behind += last is not None and t < last
            same += last is not None and t == last
            before[number] = t
            newest[number] = max(t, newest.get(number, t))
        assert note(recency, *message) == (behind, same)
