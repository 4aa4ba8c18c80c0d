"""A storm before many screens: what all are sent together stays within the line, and red comes first."""

import pytest

from anlan.app.streaming.audience import ROWS_A_FRAME, URGENT_ROWS
from anlan.app.streaming.client import Client
from anlan.app.streaming.hub import Hub
from anlan.app.streaming.line import BURST_S, Line
from tests.app.streaming.screen import drain
from tests.app.streaming.test_tell_audiences import Told, ids, listen

MB = 1_000_000


@pytest.fixture
def told() -> Told:
    return Told()


def rows_and_counts(found: Client) -> tuple[list[str], int]:
    """Return the objects of all rows that wait, and how many are only counted."""
    frames = drain(found)
    rows = [row["id"] for event, data, _ in frames if event == "rows" for row in data["rows"]]
    counted = sum(
        one["count"] for event, data, _ in frames if event == "groups" for one in data["groups"]
    )
    return rows, counted


def test_a_red_alarm_that_comes_with_a_crowd_is_a_row_beside_the_counts(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event(data={"subject_id": "tank"})], 10.0)
    drain(mine)
    crowd = [told.event(data={"subject_id": "tank", "priority": 3}) for _ in range(600)]
    red = told.event(data={"subject_id": "tank", "priority": 1})
    hub.hear([*crowd, red], 10.3)
    assert rows_and_counts(mine) == ([red.object], 601)


def test_a_storm_before_many_screens_stays_within_the_line_and_reds_come_all(told: Told) -> None:
    hub = Hub()
    hub.line = Line(MB)
    screens = [listen(hub) for _ in range(50)]
    reds: list[str] = []
    rows: list[str] = []
    sent = counted = 0
    for tick in range(100):
        crowd = [told.event(data={"subject_id": "tank", "priority": 3}) for _ in range(30)]
        red = [told.event(data={"subject_id": "tank", "priority": 1})] if tick % 10 == 5 else []
        reds += [one.object for one in red]
        hub.hear([*crowd, *red], 10.0 + tick / 50)
        sent += sum(sum(map(len, one._queue)) for one in screens)
        new_rows, new_counted = rows_and_counts(screens[0])
        rows, counted = rows + new_rows, counted + new_counted
        for one in screens[1:]:
            drain(one)
    assert set(reds) <= set(rows)
    assert counted > 0
    # two seconds and what had gathered before, and 1 kB a frame for heads and counts
    assert sent <= MB * (2 + BURST_S) + 50 * 1000 * 30


def test_one_screen_gets_full_frames_of_the_largest_rows(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    for turn in range(4):
        hub.hear(
            [told.event(data={"note": "长" * 700}) for _ in range(ROWS_A_FRAME)], 10.0 + turn / 4
        )
        assert len(ids(mine)) == ROWS_A_FRAME


def test_of_too_many_that_cannot_wait_the_most_urgent_are_kept(told: Told) -> None:
    hub = Hub()
    mine = listen(hub)
    hub.hear([told.event()], 10.0)
    drain(mine)
    orange = [told.event(data={"priority": 2}) for _ in range(URGENT_ROWS + 10)]
    red = told.event(data={"priority": 1})
    hub.hear([*orange, red], 10.1)
    assert red.object in ids(mine)


def test_a_line_fills_with_time_and_keeps_room_for_what_is_urgent() -> None:
    line = Line(1_000)
    assert line.takes(500, 1.0, is_urgent=False)
    assert not line.takes(1, 1.0, is_urgent=False)
    assert line.takes(500, 1.0, is_urgent=True)
    assert not line.takes(1, 1.0, is_urgent=True)
    assert line.takes(100, 1.1, is_urgent=True)
    assert not line.takes(1, 1.2, is_urgent=False)
    assert line.takes(500, 3.0, is_urgent=False)


def test_a_clock_that_goes_back_fills_nothing() -> None:
    line = Line(1_000)
    assert line.takes(1_000, 5.0, is_urgent=True)
    assert not line.takes(1, 4.0, is_urgent=True)
