"""A rehearsed restore leaves a signed report: who, when, which backup, what came back, is the journal intact."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from anlan.app import backup
from anlan.app.stack.throw_away import Databases
from anlan.kernel.base.config import Config
from tests.app.installations import Make, anlan, connected, installation, prepared, put
from tests.app.test_back_up import _record, lived

__all__ = ["installation", "lived"]


@pytest.fixture
def kept(lived: Config, tmp_path: Path) -> Path:
    """Return a backup of an installation that has lived."""
    assert anlan(lived, "audit", "export-head").returncode == 0
    folder = tmp_path / "backup"
    made = anlan(lived, "backup", str(folder))
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return tmp_path / "rehearsal.json"


def rehearse(own: Config, kept: Path, paper: Path) -> Any:
    return anlan(own, "restore", str(kept), "--report", str(paper), "--who", "钱数据")


def said(paper: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(paper.read_text(encoding="utf-8"))["report"]
    return report


def test_the_report_says_who_what_and_that_everything_came_back(
    installation: Make, lived: Config, kept: Path, paper: Path
) -> None:
    other = prepared(installation("other"))

    done = rehearse(other, kept, paper)

    assert done.returncode == 0, done.stdout + done.stderr
    report = said(paper)
    assert (report["who"], report["node"], report["is_passed"]) == ("钱数据", "n640181", True)
    manifest = (kept / "manifest.json").read_bytes()
    assert report["backup"]["manifest_sha256"] == sha256(manifest).hexdigest()
    counted = {one["table"]: (one["backup"], one["restored"]) for one in report["tables"]}
    assert counted["base_journal"] == (2, 2)
    assert counted["sensing_historyfile"] == (1, 1)
    assert report["audit"]["is_intact"]
    assert (report["audit"]["rows"], report["audit"]["heads_compared"]) == (2, 1)
    assert report["began_at"] < report["ended_at"]


def test_the_signature_holds_until_a_byte_is_changed(
    installation: Make, kept: Path, paper: Path
) -> None:
    other = prepared(installation("other"))
    assert rehearse(other, kept, paper).returncode == 0

    holds = anlan(other, "audit", "rehearsal", str(paper))
    signed = json.loads(paper.read_text(encoding="utf-8"))
    signed["report"]["who"] = "别人"
    paper.write_text(json.dumps(signed, ensure_ascii=False), encoding="utf-8")
    broken = anlan(other, "audit", "rehearsal", str(paper))

    assert holds.returncode == 0, holds.stdout + holds.stderr
    assert "签名有效" in holds.stdout
    assert broken.returncode == 1
    assert "app.report_altered" in broken.stderr


def test_a_report_signed_by_another_key_is_told_from_ours(
    installation: Make, kept: Path, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = prepared(installation("other"))
    assert rehearse(other, kept, paper).returncode == 0
    key = anlan(other, "audit", "rehearsal-key").stdout.strip()

    monkeypatch.setenv("ANLAN_SECRET_KEY_FOR_TESTS", "of somebody else")
    strange = anlan(other, "audit", "rehearsal", str(paper))
    known = anlan(other, "audit", "rehearsal", str(paper), "--key", key)

    assert strange.returncode == 1
    assert "app.report_of_another" in strange.stderr
    assert known.returncode == 0, known.stdout + known.stderr


def test_what_did_not_come_back_is_named_and_the_rehearsal_has_not_passed(
    databases: Databases, installation: Make, kept: Path, paper: Path
) -> None:
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    manifest["rows"]["base_journal"] += 1
    (kept / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    other = prepared(installation("other"))

    done = rehearse(other, kept, paper)

    assert done.returncode == 1
    assert said(paper)["tables_differing"] == ["base_journal"]
    assert "base_journal" in done.stdout
    assert not said(paper)["is_passed"]
    assert anlan(other, "audit", "rehearsal", str(paper)).returncode == 1


def test_a_file_that_is_missing_or_altered_where_it_belongs_is_lost(
    installation: Make, kept: Path
) -> None:
    other = prepared(installation("other"))
    backup.restore(other, kept)
    manifest = backup.manifest_of(kept)
    assert backup.files_lost(other, manifest) == []

    put(other.path("documents_dir") / "ab" / "abcd", b"A document")
    (other.path("history_dir") / "segments" / "one.parquet").unlink()

    assert backup.files_lost(other, manifest) == [
        "documents_dir/ab/abcd",
        "history_dir/segments/one.parquet",
    ]


def test_the_rows_are_counted_as_of_the_moment_of_the_backup(
    databases: Databases, lived: Config, kept: Path
) -> None:
    with connected(databases, lived, "anlan_owner") as owner:
        _record(owner, 9)

    assert backup.manifest_of(kept).rows["base_journal"] == 2
    # one that came meanwhile, and that of the backup itself
    assert backup.rows_of(lived)["base_journal"] == 4


def test_no_report_is_written_over_and_nothing_is_restored_before_that_is_known(
    installation: Make, kept: Path, paper: Path
) -> None:
    paper.write_text("an older report", encoding="utf-8")

    done = rehearse(installation("other"), kept, paper)  # there is not even a database

    assert done.returncode == 1
    assert "app.report_exists" in done.stderr
    assert paper.read_text(encoding="utf-8") == "an older report"
