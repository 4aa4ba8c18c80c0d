"""Root is never the owner; closed folders get a user namespace, or a folder elsewhere."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from anlan.app.stack import owner as owners
from anlan.app.stack.postgres import cluster_in

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="the choice is only root's to make")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """Return a folder inside one that only its owner may enter, as a project below /root is."""
    tmp_path.chmod(0o700)
    inside = tmp_path / "project" / "var"
    inside.mkdir(parents=True)
    return inside


@AS_ROOT
def test_a_cluster_runs_below_a_closed_folder(closed: Path) -> None:
    cluster = cluster_in(closed / "postgres", throw_away=True)
    try:
        cluster.build()
        cluster.start(closed / "log")
        with psycopg.connect(cluster.admin_dsn) as admin:
            assert admin.execute("SELECT current_user").fetchone() == ("anlan_admin",)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.data.parent)


@AS_ROOT
def test_without_namespaces_the_folder_moves_and_is_found_again(
    closed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "_in_namespace", lambda _entry: ("false",))
    owner, folder = owners.choose(closed)
    try:
        assert folder != closed
        assert owner.reaches(folder)
        assert owner.uid != 0
        assert owners.choose(closed)[1] == folder
    finally:
        shutil.rmtree(folder)


def test_the_owner_is_never_root(tmp_path: Path) -> None:
    owner, _ = owners.choose(tmp_path)
    assert owner.name != "root"
