"""A recorded series goes through the real doors, in its rhythm, and never passes for real by accident."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.kernel.base.clock import now_ms
from anlan.kernel.sensing.models import BatchReceipt
from tests.app.gateway.house import Box, House, rows

pytestmark = pytest.mark.slow
EXERCISE = "01K3Z00000000000000000000X"


def replay(
    house: House, box: Box, *words: str, lines: int = 40
) -> "subprocess.CompletedProcess[str]":
    """Write a small series in the form of SKAB and replay it."""
    folder = house.folder
    gateway, stream = box.plant.gateway, box.plant.streams[0]
    series = ["datetime;Pressure;Current"]
    series += [f"2020-02-08 13:30:{second:02d};{second / 10};1" for second in range(lines)]
    (folder / "series.csv").write_text("\n".join(series), encoding="utf-8")
    (folder / "map.toml").write_text(
        f"""gateway = "F1.G1"
delimiter = ";"
[time]
column = "datetime"
offset = "+03:00"
[[tag]]
column = "Pressure"
tag = "{stream.tag}"
scale = 10
unit = "%"
""",
        encoding="utf-8",
    )
    who = {
        "firm": "F1",
        "gateway": "G1",
        "token": gateway.token,
        "hmac_key": gateway.hmac_key,
    }
    (folder / "who.json").write_text(json.dumps([who]), encoding="utf-8")
    command = [sys.executable, "-m", "anlan", "replay", str(folder / "series.csv")]
    command += ["--map", str(folder / "map.toml"), "--credentials", str(folder / "who.json")]
    return subprocess.run(
        [*command, "--speed", "40", *words],
        env=os.environ | house.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("door", ["mqtt", "http"])
def test_a_series_goes_through_the_door_marked_as_exercise(
    house: House, box: Box, door: str
) -> None:
    house.start()
    began = now_ms()
    done = replay(house, box, "--door", door, "--exercise", EXERCISE)
    assert done.returncode == 0, done.stderr
    assert "40 个读数 readings, 拒收 refused 0" in done.stdout
    house.until(lambda: sum(len(batch) for batch in house.batches()) == 40, "all readings")
    batches = house.batches()
    values = [value for batch in batches for value in batch.values.tolist()]
    assert values == [float(second) for second in range(40)]
    assert {batch.exercise_id for batch in batches} == {EXERCISE}
    assert {kept.shard for kept in house.log()} == {64}
    times = [t for batch in batches for t in batch.times_ms.tolist()]
    assert times == sorted(times)
    assert 39_000 / 40 - 5 <= times[-1] - times[0] <= 39_000 / 40 + 5
    assert began <= times[0] <= now_ms()
    house.until(lambda: bool(rows(BatchReceipt)), "receipts")
    assert {receipt.exercise_id for receipt in rows(BatchReceipt)} == {EXERCISE}


def test_outside_the_demonstration_a_replay_needs_an_exercise(house: House, box: Box) -> None:
    done = replay(house, box)
    assert done.returncode == 1
    assert "--exercise" in done.stderr
    assert "replay.unusable" in done.stderr


def test_in_the_demonstration_it_may_be_taken_for_what_it_is_there_for(
    house: House, box: Box
) -> None:
    house.environment["ANLAN_DEMO"] = "1"
    house.start()
    done = replay(house, box, lines=3)
    assert done.returncode == 0, done.stderr
    house.until(lambda: sum(len(batch) for batch in house.batches()) == 3, "all readings")
    assert {batch.exercise_id for batch in house.batches()} == {None}


def test_what_the_door_refuses_is_told(house: House, box: Box, tmp_path: Path) -> None:
    house.start()
    box.plant.streams[0].tag = "NOT.REGISTERED"
    done = replay(house, box, "--door", "http", "--exercise", EXERCISE, lines=2)
    assert "tag_unknown" in done.stderr
    assert "拒收 refused 2" in done.stdout
