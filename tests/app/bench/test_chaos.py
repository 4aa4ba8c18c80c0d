"""Every process is killed again and again under load, and nothing that was promised is lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from anlan.app.bench import chaos_truth
from tests.journeys.house import ROOT, plain_environment

PROMISES = [
    "chaos.readings.lost",
    "chaos.readings.twice_or_foreign",
    "chaos.messages.quarantined",
    "chaos.transitions.missing",
    "chaos.transitions.invented",
    "chaos.events.out_of_order",
    "chaos.journal.broken",
]


@pytest.mark.slow
def test_three_rounds_of_kill_9_lose_nothing_and_invent_nothing(tmp_path: Path) -> None:
    file = tmp_path / "chaos.json"
    done = subprocess.run(
        [sys.executable, "-m", "anlan", "bench", "chaos", "--rounds", "3", "--json", str(file)],
        check=False,
        capture_output=True,
        text=True,
        env=plain_environment(),
        cwd=ROOT,
        timeout=600,
    )
    assert file.exists(), done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}
    killed = {name: row["value"] for name, row in rows.items() if ".killed." in name}
    assert killed == dict.fromkeys(killed, 3.0)
    assert len(killed) == 7
    assert {name: rows[name]["value"] for name in PROMISES} == dict.fromkeys(PROMISES, 0.0)
    assert rows["chaos.readings.acknowledged"]["value"] == 3 * 24 * 20 * 500
    assert rows["chaos.transitions.true"]["value"] > 500
    assert done.returncode == 0


def test_a_lost_a_doubled_and_a_changed_reading_are_told() -> None:
    times, values = np.array([1, 2, 3]), np.array([5.0, 6.0, 7.0])
    assert chaos_truth.unlike((times, values), (times, values)) == (0, 0)
    assert chaos_truth.unlike((times, values), (times[:2], values[:2])) == (1, 0)
    again = (np.append(times, 3), np.append(values, 7.0))
    assert chaos_truth.unlike((times, values), again) == (0, 1)
    assert chaos_truth.unlike((times, values), (times, np.array([5.0, 6.0, 7.5]))) == (1, 1)


def test_transitions_are_those_of_reading_one_after_the_other() -> None:
    numbers = np.array([1, 1, 1, 1, 1, 2, 2, 3, 3])
    times = np.array([10, 20, 30, 40, 50, 10, 20, 10, 20])
    values = np.array([50.0, 90.0, 89.5, 95.0, 88.9, 95.0, 95.0, 50.0, 60.0])
    assert chaos_truth.transitions(numbers, times, values) == Counter(
        {(1, "raised", 20): 1, (1, "returned", 50): 1, (2, "raised", 10): 1}
    )


def test_a_neighbour_in_the_list_does_not_end_an_alarm() -> None:
    numbers, times = np.array([1, 2]), np.array([10, 10])
    values = np.array([95.0, 50.0])
    found = chaos_truth.transitions(numbers, times, values)
    assert found == Counter({(1, "raised", 10): 1})
