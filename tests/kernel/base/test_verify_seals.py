"""The sealed journal shows one changed byte, a lost row, a swapped pair, a cut tail (7.8)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from anlan.kernel.base import heads, seals
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.permissions import EVERYTHING, Principal, Scope
from anlan.kernel.base.sealing import GENESIS, SEAL_SQL
from anlan.kernel.base.unit_of_work import unit_of_work
from tests.journal_rows import Row, write

Dsn = Callable[[str], str]
Admin = psycopg.Connection[Any]

AUDITOR = Principal(actor="user:auditor", name="审计", scope=Scope(audit=True), ceiling=3)
CLERK = Principal(actor="user:clerk", name="清除", scope=EVERYTHING, ceiling=3)


@pytest.fixture
def admin(journal_dsn: Dsn) -> Iterator[Admin]:
    """A superuser whom no trigger, no policy and no foreign key stops."""
    options = "-c session_replication_role=replica"
    with psycopg.connect(journal_dsn("anlan_admin"), options=options, autocommit=True) as found:
        yield found


@pytest.fixture
def chain(journal_dsn: Dsn, admin: Admin) -> list[Row]:
    """Twelve rows sealed in links of five; every second one has a private half."""
    rows = [
        Row(
            data={"name": f"储罐 {index}", "level": index / 10},
            change={"phone": [None, f"1380000{index:04}"]} if index % 2 else None,
            exercise_id="01J00000000000000000000000" if index == 3 else None,
        )
        for index in range(12)
    ]
    for row in rows:
        write(admin, row)
    seal(journal_dsn, limit=5)
    return rows


def seal(journal_dsn: Dsn, limit: int = 5_000) -> None:
    """Seal what is pending as the relay does."""
    with psycopg.connect(journal_dsn("anlan_relay"), autocommit=True) as relay:
        while relay.execute(SEAL_SQL, {"limit": limit, "genesis": GENESIS}).fetchone():
            pass


def verified(**options: Any) -> seals.Report:
    """Verify as an auditor, whose scope is the audit alone."""
    with unit_of_work(AUDITOR, read_only=True):
        return seals.verify(**options)


def kinds(report: seals.Report) -> set[tuple[str, int | None]]:
    return {(finding.kind, finding.position) for finding in report.findings}


@pytest.mark.usefixtures("chain")
def test_an_untouched_chain_is_intact() -> None:
    report = verified()
    assert report.is_intact
    assert (report.rows, report.last_position, report.is_complete) == (12, 12, True)


@pytest.mark.usefixtures("journal_dsn")
def test_an_empty_journal_is_intact() -> None:
    report = verified()
    assert report.is_intact
    assert report.head == GENESIS


@pytest.mark.parametrize(
    "change",
    [
        "data = jsonb_set(data, '{name}', '\"储罐 x\"')",
        "data = data || '{\"level\": 0.40}'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "actor = 'user:somebody'",
        "object_version = object_version + 1",
        "zone = 0",
        "exercise_id = correlation_id",
    ],
)
def test_8_1_4_3_c_one_changed_value_of_a_row_is_found(
    chain: list[Row], admin: Admin, change: str
) -> None:
    admin.execute(f"UPDATE base_journal SET {change} WHERE ulid = %s", [chain[4].ulid])  # noqa: S608
    report = verified()
    assert kinds(report) == {("changed", 5)}
    assert chain[4].ulid in report.findings[0].zh


def test_a_changed_row_with_its_digest_made_to_fit_is_found(chain: list[Row], admin: Admin) -> None:
    admin.execute("UPDATE base_journal SET actor = 'user:x' WHERE ulid = %s", [chain[4].ulid])
    forged = {row[0]: row[6] for row in _rows_of(1, 5)}[5]
    admin.execute("UPDATE base_sealed SET digest = %s WHERE position = 5", [forged])
    assert kinds(verified()) == {("head", 1)}


def test_a_changed_private_half_is_found(chain: list[Row], admin: Admin) -> None:
    admin.execute(
        'UPDATE base_journal SET change = \'{"phone": [null, "110"]}\' WHERE ulid = %s',
        [chain[1].ulid],
    )
    assert kinds(verified()) == {("private", 2)}


def test_a_private_half_added_later_is_found(chain: list[Row], admin: Admin) -> None:
    admin.execute("UPDATE base_journal SET change = '{}' WHERE ulid = %s", [chain[0].ulid])
    assert kinds(verified()) == {("private", 1)}


def test_8_1_4_3_c_a_deleted_row_is_found(chain: list[Row], admin: Admin) -> None:
    admin.execute("DELETE FROM base_journal WHERE ulid = %s", [chain[6].ulid])
    assert kinds(verified()) == {("missing", 7)}


@pytest.mark.usefixtures("chain")
def test_a_row_deleted_with_its_place_is_found(admin: Admin) -> None:
    admin.execute("DELETE FROM base_sealed WHERE position = 7")
    assert kinds(verified()) >= {("missing", 7), ("left_out", None)}


@pytest.mark.usefixtures("chain")
def test_8_1_4_3_c_a_swapped_pair_is_found(admin: Admin) -> None:
    columns = "SELECT journal_id, digest, change_digest FROM base_sealed WHERE position = %s"
    two, four = (admin.execute(columns, [place]).fetchone() for place in (2, 4))
    admin.execute("DELETE FROM base_sealed WHERE position IN (2, 4)")
    for position, row in ((2, four), (4, two)):
        admin.execute("INSERT INTO base_sealed (position, journal_id, digest, change_digest)"
                      " VALUES (%s, %s, %s, %s)", [position, *(row or ())])  # fmt: skip
    assert kinds(verified()) == {("head", 1)}


@pytest.mark.usefixtures("chain")
def test_a_deleted_link_is_found(admin: Admin) -> None:
    admin.execute("DELETE FROM base_seal WHERE first_position = 6")
    assert ("link", 11) in kinds(verified())


@pytest.mark.usefixtures("chain")
def test_a_row_slipped_in_beside_the_chain_is_found(admin: Admin) -> None:
    write(admin, Row())
    admin.execute("DELETE FROM base_journal_pending")
    assert kinds(verified()) == {("left_out", None)}


def cut_tail(admin: Admin) -> None:
    """Take the last link away so that what is left agrees with itself."""
    admin.execute("DELETE FROM base_journal j USING base_sealed s WHERE s.journal_id = j.id"
                  " AND s.position > 10")  # fmt: skip
    admin.execute("DELETE FROM base_sealed WHERE position > 10")
    admin.execute("DELETE FROM base_seal WHERE last_position > 10")


@pytest.mark.usefixtures("chain")
def test_8_1_4_3_c_a_cut_tail_shows_against_an_exported_head(admin: Admin, tmp_path: Path) -> None:
    file = tmp_path / "audit" / "heads.log"
    heads.export(file, heads.current(), "n640181")
    cut_tail(admin)
    assert verified().is_intact
    assert kinds(verified(exported=heads.exported(file))) == {("cut", 12)}


@pytest.mark.usefixtures("chain")
def test_heads_from_before_a_declared_restore_are_told_and_later_ones_hold(
    admin: Admin, tmp_path: Path
) -> None:
    file = tmp_path / "audit" / "heads.log"
    heads.export(file, heads.current(), "n640181")
    cut_tail(admin)
    heads.export(file, replace(heads.current(), restored="盘坏了\n恢复到备份"), "n640181")
    report = verified(exported=heads.exported(file))
    assert (report.is_intact, report.set_back) == (True, 1)
    assert heads.exported(file)[-1].restored == "盘坏了 恢复到备份"
    # what leaves afterwards is held against the chain as before
    later = heads.Head(position=11, digest=b"x" * 32)
    assert kinds(verified(exported=[*heads.exported(file), later])) == {("cut", 11)}
    # and so is the head that the restore itself names
    forged = replace(heads.exported(file)[-1], digest=b"x" * 32)
    assert kinds(verified(exported=[forged])) == {("rebuilt", 10)}


@pytest.mark.usefixtures("chain")
def test_8_1_4_3_c_a_cut_tail_shows_against_what_was_published(admin: Admin) -> None:
    admin.execute("INSERT INTO base_relayprogress VALUES (1, 12)")
    cut_tail(admin)
    assert kinds(verified()) == {("cut", 10)}


def test_a_chain_built_anew_shows_against_an_exported_head(
    chain: list[Row], admin: Admin, journal_dsn: Dsn
) -> None:
    before = heads.current()
    admin.execute("UPDATE base_journal SET actor = 'user:x' WHERE ulid = %s", [chain[4].ulid])
    admin.execute("INSERT INTO base_journal_pending SELECT id FROM base_journal")
    admin.execute("DELETE FROM base_sealed")
    admin.execute("DELETE FROM base_seal")
    seal(journal_dsn, limit=12)
    assert verified().is_intact
    assert kinds(verified(exported=[before])) == {("rebuilt", 12)}


@pytest.mark.usefixtures("chain")
def test_a_long_chain_is_verified_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "SEALS_AT_ONCE", 1)
    first = verified(limit=5)
    assert (first.last_position, first.is_complete, first.is_intact) == (5, False, True)
    second = verified(after=5)
    assert (second.rows, second.last_position, second.is_intact) == (7, 12, True)
    with pytest.raises(InvalidError):
        verified(after=7)


def erase(journal_id: str, reason: str) -> None:
    """Erase as a job of the worker does."""
    with unit_of_work(CLERK):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE anlan_worker")
        seals.erase_change(journal_id, reason)


def test_an_erased_private_half_keeps_the_chain_valid(chain: list[Row], journal_dsn: Dsn) -> None:
    erase(chain[1].ulid, "本人申请删除")
    report = verified()
    assert (report.is_intact, report.erased) == (True, 1)
    seal(journal_dsn)
    report = verified()
    assert (report.is_intact, report.erased, report.rows) == (True, 1, 13)


def test_a_private_half_gone_without_a_record_is_found(chain: list[Row], admin: Admin) -> None:
    admin.execute("UPDATE base_journal SET change = NULL WHERE ulid = %s", [chain[1].ulid])
    assert kinds(verified()) == {("unrecorded", 2)}


def test_nothing_is_erased_without_reason_twice_or_where_nothing_is(chain: list[Row]) -> None:
    with pytest.raises(InvalidError):
        erase(chain[1].ulid, "  ")
    with pytest.raises(ConflictError):
        erase(chain[0].ulid, "没有个人内容")
    with pytest.raises(NotFoundError):
        erase("01J00000000000000000000000", "没有这一行")


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("anlan_worker", "UPDATE base_journal SET change = '{}'"),
        ("anlan_worker", "UPDATE base_journal SET data = '{}'"),
        ("anlan_worker", "DELETE FROM base_journal"),
        ("anlan_app", "UPDATE base_journal SET change = NULL"),
        ("anlan_app", "DELETE FROM base_seal"),
        ("anlan_engine", "UPDATE base_journal SET data = '{}'"),
        ("anlan_relay", "UPDATE base_sealed SET digest = ''"),
        ("anlan_relay", "DELETE FROM base_journal"),
    ],
)
def test_8_1_4_3_c_no_process_may_change_the_journal(role: str, statement: str) -> None:
    with unit_of_work(CLERK), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(ProgrammingError, match=r"permission denied|never changed"):
            cursor.execute(statement)
        transaction.set_rollback(True)


def test_an_auditor_sees_the_journal_of_drills_and_a_neighbour_nothing(chain: list[Row]) -> None:
    neighbour = Principal(actor="user:n", name="邻县", scope=Scope(divs=((1, 2),)))
    count = "SELECT count(*) FROM base_journal"
    found = []
    for who in (AUDITOR, neighbour):
        with unit_of_work(who, read_only=True), connection.cursor() as cursor:
            cursor.execute(count)
            found.append(cursor.fetchone()[0])
    assert found == [len(chain), 0]


def test_heads_are_only_added_and_a_foreign_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "heads.log"
    one, two = (heads.Head(position=n, digest=bytes([n]) * 32) for n in (1, 2))
    heads.export(file, one, "n640181")
    heads.export(file, two, "n640181")
    assert heads.exported(file) == [one, two]
    file.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(InvalidError):
        heads.exported(file)
    assert heads.exported(tmp_path / "none.log") == []


def _rows_of(first: int, last: int) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL anlan.audit = 'on'")
        cursor.execute(seals._ROWS, [first, last])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
