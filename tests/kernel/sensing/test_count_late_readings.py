"""Which datastreams come late again and again: by how many messages, how late, and no longer than a day."""

import numpy as np

from anlan.kernel.sensing.lateness import AGAIN, FORGOTTEN_MS, Lateness

T = 1_800_000_000_000
LATE_MS = 300_000


def note(late: Lateness, at_ms: int, *readings: tuple[int, int]) -> None:
    """Let a message of (number, lag in ms) arrive."""
    numbers, lags = zip(*readings, strict=True)
    late.note(np.array(numbers, np.int32), at_ms - np.array(lags), at_ms, LATE_MS)


def test_once_is_no_finding_and_again_and_again_is() -> None:
    late = Lateness()
    for n in range(AGAIN):
        assert late.told() == []
        note(late, T + n, (7, LATE_MS + 1), (7, 900_000 + n), (3, LATE_MS), (5, 10))
    assert late.told() == [
        {
            "number": 7,
            "first_ms": T,
            "last_ms": T + AGAIN - 1,
            "messages": AGAIN,
            "readings": 2 * AGAIN,
            "lag_ms": 900_000 + AGAIN - 1,
        }
    ]


def test_who_comes_in_time_for_a_day_begins_anew() -> None:
    late = Lateness()
    for n in range(AGAIN):
        note(late, T + n, (7, 400_000), (2, 500_000))
    note(late, T + FORGOTTEN_MS, (2, 400_000))
    assert {one["number"] for one in late.told()} == {2, 7}
    note(late, T + FORGOTTEN_MS + AGAIN, (2, 400_000))
    assert [one["number"] for one in late.told()] == [2]
    note(late, T + FORGOTTEN_MS + AGAIN, (7, 400_000))
    assert [one["number"] for one in late.told()] == [2]


def test_a_restart_goes_on_from_what_was_told() -> None:
    late = Lateness()
    for n in range(AGAIN):
        note(late, T + n, (9, 400_000), (2, 500_000), (2, 500_000))
    again = Lateness.of(late.told())
    assert again.told() == late.told()
    assert [one["number"] for one in again.told()] == [2, 9], "the most late first"
    note(again, T + 10, (9, 700_000))
    [nine] = [one for one in again.told() if one["number"] == 9]
    assert (nine["messages"], nine["lag_ms"], nine["first_ms"]) == (AGAIN + 1, 700_000, T)
