"""Damaged messages and endless topics through the doors of a whole house: the good gateway goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import ROOT, plain_environment


@pytest.mark.slow
def test_bad_senders_cost_the_good_one_nothing_and_nothing_falls(tmp_path: Path) -> None:
    file = tmp_path / "doors.json"
    done = subprocess.run(
        [sys.executable, "-m", "anlan", "bench", "doors", "--quick", "--json", str(file)],
        check=False,
        capture_output=True,
        text=True,
        env=plain_environment(),
        cwd=ROOT,
        timeout=600,
    )
    assert file.exists(), done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}
    missed = {name: row["value"] for name, row in rows.items() if row["met"] is False}
    assert missed == {}, {name: row["value"] for name, row in rows.items()}
    sent = sum(row["value"] for name, row in rows.items() if name.endswith(".sent"))
    assert sent == 41_000
    outcomes = {
        name.rpartition(".")[2]: row["value"]
        for name, row in rows.items()
        if name.startswith("doors.outcome.")
    }
    assert min(outcomes[word] for word in ("kept", "unreadable", "foreign")) > 100, outcomes
    assert done.returncode == 0
