"""What a judge believes of somebody else's memory wants proof by data within ten minutes."""

import numpy as np
import pytest

from anlan.engines.alarms import snapshot
from anlan.engines.alarms.controls import Suppression
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.proof import Told
from anlan.engines.alarms.records import HH, SILENT, H
from tests.engines.alarms.plant import columns, hear, limit, silence, told

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def judge() -> Judge:
    made = Judge(Kernel())
    for change in (limit(HH, value=90.0), limit(H, value=80.0), silence(2 * HOUR)):
        made.control(change, 0)
    made.adopt(Told(active={1: 1 << HH | 1 << H | 1 << SILENT}))
    return made


def until(judge: Judge, from_ms: int, upto_ms: int) -> list[tuple[int, str, str]]:
    """Tick every ten seconds; return what is told."""
    found: list[tuple[int, str, str]] = []
    for at_ms in range(from_ms, upto_ms + 1, 10_000):
        found += told(judge.tick(at_ms))
    return found


def test_without_data_it_is_unconfirmed_after_ten_minutes_of_ticks_and_once(judge: Judge) -> None:
    assert until(judge, MINUTE, 11 * MINUTE - 1) == []
    assert until(judge, 11 * MINUTE, HOUR) == [
        (11 * MINUTE, "HH", "unconfirmed"),
        (11 * MINUTE, "H", "unconfirmed"),
    ]


def test_a_reading_in_time_is_proof_enough(judge: Judge) -> None:
    until(judge, 0, 5 * MINUTE)
    hear(judge, (5 * MINUTE, 95.0))
    assert until(judge, 5 * MINUTE + 10_000, HOUR) == []


def test_a_reading_after_it_reaffirms_what_it_leaves_active(judge: Judge) -> None:
    until(judge, 0, 10 * MINUTE)
    assert hear(judge, (10 * MINUTE + 1, 85.0)) == [
        (10 * MINUTE + 1, "silent", "returned"),
        (10 * MINUTE + 1, "HH", "returned"),
    ]
    assert told(judge.tick(10 * MINUTE + 1000)) == [(10 * MINUTE + 1000, "H", "reaffirmed")]
    assert until(judge, 10 * MINUTE + 10_000, HOUR) == []


def test_a_late_or_a_bad_reading_proves_nothing(judge: Judge) -> None:
    hear(judge, (MINUTE, float("nan")))
    assert len(until(judge, MINUTE, 11 * MINUTE)) == 2


def test_our_own_deafness_is_not_counted(judge: Judge) -> None:
    until(judge, 0, 5 * MINUTE)
    assert until(judge, HOUR, HOUR + 10 * MINUTE - 1) == []
    assert len(told(judge.tick(HOUR + 10 * MINUTE))) == 2


def test_what_was_unconfirmed_before_is_not_said_again_but_reaffirmed() -> None:
    judge = Judge(Kernel())
    judge.control(limit(HH, value=90.0), 0)
    judge.adopt(Told(active={1: 1 << HH}, unconfirmed={1: 1 << HH}))
    assert until(judge, 0, HOUR) == []
    hear(judge, (HOUR, 95.0))
    assert told(judge.tick(HOUR + 10_000)) == [(HOUR + 10_000, "HH", "reaffirmed")]


def test_what_is_no_longer_active_needs_no_proof(judge: Judge) -> None:
    judge.control(limit(HH, present=False, version=2), 0)
    judge.control(Suppression(number=1, version=1, starts_ms=0, ends_ms=HOUR), 0)
    assert [name for _, name, _ in until(judge, 0, 11 * MINUTE)] == ["H"]


def test_a_snapshot_remembers_the_doubt(judge: Judge) -> None:
    until(judge, 0, 5 * MINUTE)
    again, _ = snapshot.load(snapshot.dump(judge, {}), Kernel())
    np.testing.assert_array_equal(again.unproven.rows, judge.unproven.rows)
    later = (5 * MINUTE + 10_000, 12 * MINUTE)
    assert until(again, *later) == until(judge, *later) != []


def test_nothing_told_wants_no_proof() -> None:
    judge = Judge(Kernel())
    judge.adopt(Told(active={}))
    assert len(judge.readings(columns([]), 0).transitions) == 0
    assert until(judge, 0, HOUR) == []
