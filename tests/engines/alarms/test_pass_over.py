"""A tick passes over the datastreams that time cannot change yet, and misses none that it does."""

import random

import pytest

from anlan.engines.alarms.controls import LimitChange, Suppression
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.records import BLOCK_BITS, LATER, NEVER, SILENT
from anlan.engines.alarms.twin import Twin
from tests.engines.alarms.plant import GOOD, Row, assert_same, columns, events, limit

BLOCK = 1 << BLOCK_BITS
SENSORS = 2 * BLOCK + 100


def silence(number: int, silence_ms: int, version: int = 1) -> LimitChange:
    return limit(SILENT, number=number, version=version, value=0.0, silence_ms=silence_ms)


def test_what_is_due_is_the_first_moment_of_the_block() -> None:
    judge = Judge(Kernel())
    for number, silence_ms in ((3, 60_000), (BLOCK + 1, 20_000), (BLOCK + 2, 90_000)):
        judge.control(silence(number, silence_ms), 0)
    assert list(judge.book.due) == [NEVER, NEVER]
    judge.tick(1000)
    assert list(judge.book.due) == [61_000, 21_000]
    # who is heard is silent later, which is found out when the block was due
    judge.readings(columns([(BLOCK + 1, 5000, 1.0, GOOD)]), 5000)
    assert list(judge.book.due) == [61_000, 21_000]
    for at_ms in range(2000, 22_000, 1000):
        assert not len(judge.tick(at_ms).transitions)
    assert list(judge.book.due) == [61_000, 25_000]


def test_who_waits_for_a_delay_is_looked_at_after_each_of_its_readings() -> None:
    judge = Judge(Kernel())
    judge.control(limit(number=3, on_delay_ms=3000), 0)
    judge.tick(1000)
    assert list(judge.book.due) == [LATER]
    judge.readings(columns([(3, 1500, 90.0, GOOD)]), 1600)
    assert list(judge.book.due) == [NEVER]
    judge.tick(2000)
    assert list(judge.book.due) == [4600]


def test_the_ends_of_a_suppression_are_due() -> None:
    judge = Judge(Kernel())
    judge.control(limit(number=3), 0)
    judge.control(Suppression(number=3, version=1, starts_ms=5000, ends_ms=9000), 0)
    found = []
    for at_ms in (1000, 5000, 9000):
        judge.tick(at_ms)
        found.append(int(judge.book.due[0]))
    assert found == [5000, 9000, LATER]


@pytest.mark.parametrize("room", [8, 64, 4096])
@pytest.mark.parametrize("seed", range(4))
def test_over_many_blocks_the_twin_that_looks_at_all_tells_the_same(seed: int, room: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - not a secret
    fast, slow = Judge(Kernel(room=room)), Judge(Twin())
    now_ms, told = 0, 0
    for number in range(SENSORS):
        for change in (
            silence(number, chance.choice([2000, 5000, 30_000])),
            limit(number=number, on_delay_ms=chance.choice([0, 2500])),
        ):
            fast.control(change, now_ms)
            slow.control(change, now_ms)
    for version in range(2, 120):
        now_ms += chance.choice([500, 1000, 1000, 3000]) + 11_000 * (chance.random() < 0.02)
        heard: list[Row] = [
            (chance.randrange(SENSORS), now_ms - chance.choice([0, 0, 700]), value, GOOD)
            for value in chance.choices([50.0, 84.0, 91.0], k=chance.randrange(40))
        ]
        number = chance.randrange(SENSORS)
        window = Suppression(
            number=number, version=version, starts_ms=now_ms + 1500, ends_ms=now_ms + 4000
        )
        for judge in (fast, slow):
            judge.readings(columns(heard), now_ms)
        if chance.random() < 0.3:
            assert events(fast.control(window, now_ms).transitions) == events(
                slow.control(window, now_ms).transitions
            )
        truth = events(slow.tick(now_ms).transitions)
        assert events(fast.tick(now_ms).transitions) == truth
        told += len(truth)
    assert_same(fast, slow)
    assert told > SENSORS
