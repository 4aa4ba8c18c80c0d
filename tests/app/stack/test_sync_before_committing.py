"""By strace, with the settings that we ship: a commit is answered when its log is on the disk.

An engine's position and its alarms are one transaction, so this is the acknowledgement of both.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anlan.app.stack.postgres import Cluster, cluster_in
from tests.system_calls import calls, place, synced, traced

pytestmark = pytest.mark.slow
COMMITS = 5


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster as an installation has it: nothing is careless."""
    home = Path(tempfile.mkdtemp(prefix="anlan-test-"))
    home.chmod(0o711)
    made = cluster_in(home / "postgres")
    made.build()
    made.start(home / "postgres.log")
    yield made
    made.stop()
    shutil.rmtree(home)


def test_a_commit_is_answered_after_its_log_was_synced(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "calls"
    with psycopg.connect(cluster.admin_dsn) as engine:
        engine.execute("CREATE TABLE progress (word text)")
        engine.commit()
        row = engine.execute("SELECT pg_backend_pid()").fetchone()
        engine.commit()
        assert row is not None
        with traced(_family(cluster, row[0]), file):
            for number in range(COMMITS):
                engine.execute("INSERT INTO progress VALUES (%s)", [_word(number)])
                engine.commit()
    lines = calls(file)
    answered = -1
    for number in range(COMMITS):
        answered = place(lines, b"sendto(", b"COMMIT\0", after=answered)
        assert synced(lines, b"/pg_wal/", _word(number).encode()) < answered


def _family(cluster: Cluster, backend: int) -> list[int]:
    """Return the backend and whoever may write the log for it."""
    with psycopg.connect(cluster.admin_dsn) as admin:
        rows = admin.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
        return [backend, *(pid for (pid,) in rows)]


def _word(number: int) -> str:
    return f"position-{number}-of-the-engine"
