"""The disk under the whole house fills up under load and is freed: it goes on without a hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.house import ROOT, plain_environment
from tests.small_disk import small_disk

#: Enough for a cluster, its log and a store of NATS; filled to the last byte.
SIZE_MB = 1500


@pytest.mark.slow
def test_every_process_lives_through_a_full_disk_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "full_disk.json"
    tmp_path.chmod(0o711)
    with small_disk(tmp_path / "small", SIZE_MB) as small:
        done = subprocess.run(
            [sys.executable, "-m", "anlan", "bench", "full-disk", str(small), "--json", str(file)],
            check=False,
            capture_output=True,
            text=True,
            env=plain_environment(),
            cwd=ROOT,
            timeout=1200,
        )
    assert file.exists(), done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(file.read_text(encoding="utf-8"))["rows"]}
    missed = {name: row["value"] for name, row in rows.items() if row["met"] is False}
    assert missed == {}, {name: row["value"] for name, row in rows.items()}
    assert rows["chaos.transitions.true"]["value"] > 100
    assert done.returncode == 0
