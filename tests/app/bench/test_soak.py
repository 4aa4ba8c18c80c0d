"""What the soak watches: lag of consumers from looks at positions, memory, and messages by the clock."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from anlan.app.bench.processes import resident_mb
from anlan.app.bench.soak_watch import Lag, Watch


def test_lag_is_the_age_of_the_oldest_message_not_taken() -> None:
    lag = Lag()
    for at, (last, taken) in enumerate([(10, 10), (20, 10), (30, 10), (40, 20), (40, 40)]):
        lag.look(float(at), last, taken)
    # 11-20 stood since look 1, and at look 3 they were taken and 21-30 stood since look 2
    assert lag.seconds == [0.0, 0.0, 1.0, 1.0, 0.0]
    assert lag.p99_s() == pytest.approx(1.0)


def test_a_consumer_that_stands_still_falls_behind_without_end() -> None:
    lag = Lag()
    for at in range(101):
        lag.look(float(at), at + 1, 0)
    assert lag.seconds[-1] == 100.0
    assert lag.p99_s() == pytest.approx(np.percentile(range(101), 99))


def test_memory_counts_a_process_with_all_that_descends_from_it() -> None:
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; b = bytearray(80_000_000); print(1, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout is not None
        child.stdout.read(1)
        held = resident_mb({"us": os.getpid(), "child": child.pid})
    finally:
        child.kill()
        child.wait()
    assert held["child"] > 80
    assert held["us"] > 20


def test_growth_compares_the_middle_with_the_end() -> None:
    watch = Watch(lambda: (0, 0, 0), {"engine": 1})
    watch.memory = [{"engine": size} for size in (10.0, 50.0, 50.0, 50.0, 55.0, 55.0)]
    assert watch.growth() == {"engine": (50.0, 55.0)}


@pytest.mark.parametrize(("warm_s", "is_looked_at"), [(0.0, True), (1e9, False)])
def test_memory_is_looked_at_after_warming_up(warm_s: float, is_looked_at: bool) -> None:  # noqa: FBT001
    watch = Watch(lambda: (1, 1, 1), {"us": os.getpid()}, warm_s)
    with watch:
        while len(watch.engine.seconds) < 2:
            time.sleep(0.01)
    assert bool(watch.memory) == is_looked_at
