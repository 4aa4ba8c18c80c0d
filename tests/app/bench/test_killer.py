"""The killer of the fault test: what was down at its moment dies when it is up, and a death is its own."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlan.app.bench.killer import Killer
from anlan.app.stack.care import Care
from anlan.app.stack.service import Service, launch
from anlan.app.stack.supervisor import Supervisor

VICTIMS = ("one", "two")
LIVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
#: Lives once; from its second start on it ends at once, with a word.
LIVES_ONCE = """
import pathlib, sys, time
up = pathlib.Path(sys.argv[1])
been = up.with_suffix(".been")
if been.exists():
    print("no water in the pipe", flush=True)
    raise SystemExit(3)
been.touch()
up.touch()
time.sleep(600)
"""


def service(folder: Path, name: str, code: str = LIVES) -> Service:
    up = folder / f"{name}.up"
    return Service(
        name=name,
        zh=name,
        command=lambda: [sys.executable, "-c", code, str(up)],
        is_ready=up.exists,
        before=lambda: up.unlink(missing_ok=True),
    )


@contextmanager
def watched(folder: Path, *services: Service) -> Iterator[Supervisor]:
    """Let a supervisor bring back what falls, beside the test."""
    over = threading.Event()
    with Care() as care:
        house = Supervisor(folder, care, lambda _name, _what: None)
        house.start(services)
        watch = threading.Thread(target=house.watch, args=[over.is_set])
        watch.start()
        try:
            yield house
        finally:
            over.set()
            watch.join()
            house.stop()


def test_every_victim_dies_once_a_round_though_each_is_down_at_its_moment(tmp_path: Path) -> None:
    with watched(tmp_path, *(service(tmp_path, name) for name in VICTIMS)) as house:
        # far shorter than the supervisor's pause: every later moment finds its victim down
        killer = Killer(house, VICTIMS, rounds=8, round_s=0.1, seed=1, patience_s=20.0)
        killer.run()
    # the deaths are ours: the pause before the next start has not grown beyond our patience
    assert killer.missed == []
    assert sorted(killer.deaths) == [(turn, name) for turn in range(1, 9) for name in VICTIMS]
    assert [(row.value, row.target, row.met) for row in killer.rows()] == [(8.0, 8.0, True)] * 2


def test_who_does_not_come_up_again_is_named_with_its_last_words(tmp_path: Path) -> None:
    ill = service(tmp_path, "two", LIVES_ONCE)
    with watched(tmp_path, service(tmp_path, "one"), ill) as house:
        killer = Killer(house, VICTIMS, rounds=2, round_s=0.1, seed=1, patience_s=4.0)
        killer.run()
    [(turn, name, why)] = killer.missed
    assert (turn, name) == (2, "two")
    assert "no water in the pipe" in why
    assert {row.name: row.met for row in killer.rows()} == {
        "chaos.killed.one": True,
        "chaos.killed.two": False,
    }


def test_an_end_of_its_own_is_no_death_by_us(tmp_path: Path) -> None:
    life = launch(service(tmp_path, "one", "raise SystemExit(3)"), tmp_path / "one.log")
    os.waitid(os.P_PID, life.pid, os.WEXITED | os.WNOWAIT)  # over, and nobody has looked
    assert Killer._dies(life, 20.0) is False
