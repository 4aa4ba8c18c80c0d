"""Silence is put off and ended by what can be judged, and by nothing else."""

import pytest

from anlan.engines.alarms.judge import Judge
from tests.engines.alarms.plant import BAD, columns, hear, silence, told


@pytest.mark.parametrize(
    ("again", "counted"),
    [((1, 1000, 50.0, 192), "late"), ((1, 999, 50.0, 192), "late"), ((1, 2000, 0.0, BAD), "bad")],
    ids=["the same reading", "an older one", "no value"],
)
def test_a_line_that_says_nothing_new_does_not_hide_a_dead_sensor(
    judge: Judge, again: tuple[int, int, float, int], counted: str
) -> None:
    judge.control(silence(3000), 0)
    hear(judge, (1000, 50.0))
    for now_ms in range(2000, 5000, 1000):
        assert getattr(judge.readings(columns([again]), now_ms), counted) == 1
    assert told(judge.tick(5000)) == [(5000, "silent", "raised")]
