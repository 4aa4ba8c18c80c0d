"""A snapshot is taken whole or not at all."""

import numpy as np
import pytest

from anlan.engines.alarms import snapshot
from anlan.engines.alarms.judge import Judge
from anlan.engines.alarms.kernel import Kernel
from anlan.engines.alarms.proof import Told
from tests.engines.alarms.plant import columns, hear, limit, told


def a_dump() -> bytes:
    judge = Judge(Kernel())
    judge.control(limit(), 0)
    hear(judge, (0, 99.0))
    return snapshot.dump(judge, {"seq": 7, "epoch": "E"})


def test_it_keeps_what_the_caller_wrote_beside_it() -> None:
    judge, about = snapshot.load(a_dump(), Kernel())
    assert about == {"seq": 7, "epoch": "E"}
    assert hear(judge, (1, 50.0)) == [(1, "HH", "returned")]


def test_a_judge_from_a_file_takes_new_datastreams_on() -> None:
    judge, _ = snapshot.load(a_dump(), Kernel())
    judge.control(limit(number=1000), 0)
    judge.adopt(Told(active={3000: 1}))
    reading = columns([(1000, 5, 99.0, 192)])
    assert told(judge.readings(reading, 5)) == [(5, "HH", "raised")]


@pytest.mark.parametrize("torn", [b"", b"PK", a_dump()[:-30], a_dump()[: len(a_dump()) // 2]])
def test_a_torn_file_is_refused(torn: bytes) -> None:
    with pytest.raises(snapshot.SnapshotError, match="not a snapshot"):
        snapshot.load(torn, Kernel())


def test_one_changed_byte_is_refused() -> None:
    data = bytearray(a_dump())
    data[data.index(np.float64(99.0).tobytes())] ^= 1
    with pytest.raises(snapshot.SnapshotError, match="not a snapshot"):
        snapshot.load(bytes(data), Kernel())


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_dump()
    monkeypatch.setattr(snapshot, "VERSION", snapshot.VERSION + 1)
    with pytest.raises(snapshot.SnapshotError, match="version"):
        snapshot.load(data, Kernel())
