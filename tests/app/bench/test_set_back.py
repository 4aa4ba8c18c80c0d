"""The database is put back to a backup under load; alarms are the same, nothing is sent twice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import ROOT, plain_environment


@pytest.mark.slow
def test_a_database_put_back_to_a_backup_tells_the_same_alarms_once(tmp_path: Path) -> None:
    file = tmp_path / "set_back.json"
    done = subprocess.run(
        [sys.executable, "-m", "anlan", "bench", "set-back", "--json", str(file)],
        check=False,
        capture_output=True,
        text=True,
        env=plain_environment(),
        cwd=ROOT,
        timeout=900,
    )
    assert file.exists(), done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}
    missed = [name for name, row in rows.items() if row["met"] is False]
    assert missed == []
    # without these the run would have shown nothing
    assert rows["set_back.positions.lost"]["value"] > 0
    assert rows["set_back.alarms.after_backup"]["value"] > 0
    assert rows["set_back.deliveries.told_again"]["value"] > 0
    assert rows["chaos.transitions.true"]["value"] > 100
    assert done.returncode == 0
