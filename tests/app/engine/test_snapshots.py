"""Snapshots are whole or absent, and the folder does not grow without end."""

import os
from pathlib import Path

import pytest

from anlan.app.engine import REAL
from anlan.app.judging import Judging
from anlan.app.snapshots import KEPT_S, Snapshots
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from tests.app.engine.fake_log import EPOCH, OTHER_EPOCH, control, limit


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "snapshots", "main")


def at(seq: int, epoch: str = EPOCH) -> Judging:
    judging = Judging(epoch, Judge(Kernel()), seq - 1)
    judging.take(control(seq, limit(seq, 1)))
    return judging


def write(snapshots: Snapshots, seq: int, epoch: str = EPOCH) -> Path:
    name, content = snapshots.dump(at(seq, epoch))
    snapshots.write(name, content)
    return snapshots.folder / name


def found(snapshots: Snapshots, upto: int) -> int | None:
    newest = snapshots.newest(EPOCH, upto, REAL.load)
    return None if newest is None else newest.seq


def test_the_newest_not_above_the_progress_is_taken(snapshots: Snapshots) -> None:
    assert found(snapshots, 100) is None
    for seq in (5, 9, 20):
        write(snapshots, seq)
    write(snapshots, 12, OTHER_EPOCH)
    write(Snapshots(snapshots.folder, "other-main"), 13)
    assert [found(snapshots, upto) for upto in (4, 5, 19, 20)] == [None, 5, 9, 20]


def test_a_torn_or_misnamed_snapshot_is_passed_over(snapshots: Snapshots) -> None:
    write(snapshots, 5)
    torn = write(snapshots, 9)
    torn.write_bytes(torn.read_bytes()[:100])
    write(snapshots, 11).rename(snapshots.folder / snapshots.name(EPOCH, 12))
    assert found(snapshots, 100) == 5


def test_no_half_file_stands_under_a_name(
    snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="no space"):
            write(snapshots, 5)
    assert not list(snapshots.folder.glob("*.judge"))


def test_old_ones_go_and_one_an_hour_stays(snapshots: Snapshots) -> None:
    now_s = 2_000_000_000.0
    ages = {1: KEPT_S + 10, 2: 7400, 3: 7000, 4: 3800, 5: 300, 6: 0}
    files = {seq: write(snapshots, seq) for seq in ages}
    for seq, age_s in ages.items():
        os.utime(files[seq], (now_s - age_s, now_s - age_s))
    snapshots.thin(files[6])
    kept = sorted(int(file.stem[-20:]) for file in snapshots.folder.glob("*.judge"))
    assert kept == [2, 4, 5, 6]


def test_a_file_from_the_future_costs_no_other_its_life(snapshots: Snapshots) -> None:
    os.utime(write(snapshots, 5), (4_000_000_000.0, 4_000_000_000.0))
    write(snapshots, 6)
    assert [found(snapshots, upto) for upto in (5, 6)] == [5, 6]
