"""The private cluster: who may come in, and what an interrupted or killed run leaves."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anlan.app.stack.postgres import ADMIN, Cluster, binaries, cluster_in


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Describe a cluster in a folder that other users may pass through, as /srv or /home are."""
    home = Path(tempfile.mkdtemp(prefix="anlan-test-"))
    home.chmod(0o711)
    made = cluster_in(home / "postgres", throw_away=True)
    yield made
    made.stop()
    shutil.rmtree(home)


def _log(cluster: Cluster) -> Path:
    return cluster.data.parent.parent / "postgres.log"


def test_the_server_runs_as_nobodys_root_and_listens_on_no_port(cluster: Cluster) -> None:
    cluster.build()
    pid = cluster.start(_log(cluster))
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    with psycopg.connect(cluster.admin_dsn) as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
        assert admin.execute("SHOW max_wal_size").fetchone() == ("1GB",)
    assert cluster.sockets.stat().st_mode & 0o777 == 0o700


def test_a_role_that_is_not_ours_is_refused(cluster: Cluster) -> None:
    cluster.build()
    cluster.start(_log(cluster))
    with psycopg.connect(cluster.admin_dsn, autocommit=True) as admin:
        admin.execute("CREATE ROLE somebody LOGIN")
        admin.execute("CREATE ROLE anlan_app LOGIN")
    psycopg.connect(cluster.dsn("anlan_app", "postgres")).close()
    with pytest.raises(psycopg.OperationalError, match=r"Peer authentication failed"):
        psycopg.connect(cluster.dsn("somebody", "postgres"))


def test_a_build_that_was_interrupted_starts_again_from_nothing(cluster: Cluster) -> None:
    half = cluster.data.with_name("data.building")
    half.mkdir()
    (half / "PG_VERSION").write_text("half")
    cluster.build()
    cluster.start(_log(cluster))
    assert not half.exists()
    assert cluster.is_ready()


def test_a_second_build_keeps_what_is_there(cluster: Cluster) -> None:
    cluster.build()
    before = (cluster.data / "PG_VERSION").stat().st_ino
    cluster.build()
    assert (cluster.data / "PG_VERSION").stat().st_ino == before


def test_a_pid_file_that_names_another_process_does_not_stop_the_start(cluster: Cluster) -> None:
    cluster.build()
    stale = cluster.data / "postmaster.pid"
    # our own number: alive, and no server; as after a reboot that gave the number away again
    stale.write_text(f"{os.getpid()}\n{cluster.data}\n1\n5432\n{cluster.sockets}\n\n1 1\n")
    cluster.owner.give(stale, 0o600)
    cluster.start(_log(cluster))
    assert cluster.is_ready()


def test_a_server_left_by_a_killed_run_is_stopped_first(cluster: Cluster) -> None:
    cluster.build()
    left_behind = cluster.start(_log(cluster))
    again = Cluster(cluster.data, cluster.sockets, cluster.owner, throw_away=True)
    again.start(_log(cluster))
    try:
        assert again.is_ready()
        assert _has_ended(cluster, left_behind)
    finally:
        again.stop()


def _has_ended(cluster: Cluster, pid: int) -> bool:
    """Collect the child and tell whether it ended before."""
    assert cluster._server is not None
    return cluster._server.pid == pid and cluster._server.poll() is not None


def test_killed_in_the_middle_it_comes_back_with_what_was_committed(cluster: Cluster) -> None:
    careful = Cluster(cluster.data, cluster.sockets, cluster.owner)
    careful.build()
    pid = careful.start(_log(cluster))
    with psycopg.connect(careful.admin_dsn, autocommit=True) as admin:
        admin.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pid, signal.SIGKILL)
    assert careful._server is not None
    careful._server.wait(timeout=10)
    again = Cluster(cluster.data, cluster.sockets, cluster.owner)
    again.start(_log(cluster))
    try:
        with psycopg.connect(again.admin_dsn) as admin:
            assert admin.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        again.stop()


def test_the_socket_path_stays_short_below_a_long_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_folder = tmp_path / ("x" * 90)
    long_folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long_folder))
    made = cluster_in(tmp_path / "postgres")
    try:
        assert len(str(made.sockets / ".s.PGSQL.5432")) <= 107
    finally:
        made.remove_sockets()


def test_the_superuser_is_not_called_postgres(cluster: Cluster) -> None:
    cluster.build()
    cluster.start(_log(cluster))
    with psycopg.connect(cluster.admin_dsn) as admin:
        names = admin.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
    assert names == [(ADMIN,)]
    assert binaries().name == "bin"
