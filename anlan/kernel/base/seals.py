"""Verify the sealed journal from its rows; erase a private half without breaking the chain (7.8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection

from anlan.kernel.base import journal
from anlan.kernel.base.errors import ConflictError, InvalidError, NotFoundError
from anlan.kernel.base.events import JOURNAL_ERASED, JournalErased
from anlan.kernel.base.heads import Head, standing
from anlan.kernel.base.models import Journal, Seal
from anlan.kernel.base.sealing import CHANGE_DIGEST_SQL, GENESIS, ROW_DIGEST_SQL

SEALS_AT_ONCE = 200
#: A damaged chain names its first damages; nobody reads a million of them.
FINDINGS_MAX = 50

_SEALS = """
    SELECT first_position, last_position, previous, head FROM base_seal
    WHERE first_position >= %s ORDER BY first_position LIMIT %s
"""
_ROWS = f"""
    SELECT s.position, j.ulid, j.type, j.change IS NULL, s.digest, s.change_digest,
           CASE WHEN j.id IS NOT NULL THEN {ROW_DIGEST_SQL} END, {CHANGE_DIGEST_SQL}
    FROM base_sealed s
    LEFT JOIN base_journal j ON j.id = s.journal_id
    CROSS JOIN LATERAL (SELECT s.change_digest AS change_digest) c
    WHERE s.position BETWEEN %s AND %s ORDER BY s.position
"""  # noqa: S608  put together from constants
_ERASURES = (
    "SELECT data->>'journal_id' FROM base_journal WHERE type = %s AND data->>'journal_id' = ANY(%s)"
)
#: Each in one statement, so that a relay at work beside cannot make it lie.
_LEFT_OUT = """
    SELECT j.ulid, j.type FROM base_journal j
    WHERE NOT EXISTS (SELECT 1 FROM base_sealed s WHERE s.journal_id = j.id)
      AND NOT EXISTS (SELECT 1 FROM base_journal_pending p WHERE p.journal_id = j.id)
    ORDER BY j.id LIMIT %s
"""
_END = """
    SELECT (SELECT coalesce(max(last_position), 0) FROM base_seal),
           (SELECT coalesce(max(position), 0) FROM base_sealed),
           (SELECT coalesce(max(published_upto), 0) FROM base_relayprogress)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was sealed: its kind, where, and a sentence in two languages."""

    kind: str
    position: int | None
    zh: str
    en: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What a verification saw."""

    first_position: int
    last_position: int
    head: bytes
    rows: int = 0
    erased: int = 0
    is_complete: bool = True
    #: Heads that left the database before it was restored to an earlier moment, as declared.
    set_back: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Tell whether everything was as sealed."""
        return not self.findings

    def add(self, kind: str, position: int | None, zh: str, en: str) -> None:
        """Note a damage; beyond the first fifty they are not told apart."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(kind=kind, position=position, zh=zh, en=en))


def verify(*, after: int = 0, limit: int | None = None, exported: Sequence[Head] = ()) -> Report:
    """Compute the chain again from the rows above `after`, about `limit` of them.

    `exported` are heads that left the database earlier: they show a cut tail and a chain that
    was built anew. The caller's transaction and role decide what is seen; it must be all.
    """
    report = Report(first_position=after + 1, last_position=after, head=_head_before(after))
    while limit is None or report.rows < limit:
        links = _fetch(_SEALS, [report.last_position + 1, SEALS_AT_ONCE])
        if not links:
            break
        for link in links:
            _verify_link(report, *link)
    else:
        report.is_complete = False
    _verify_exported(report, exported)
    if report.is_complete:
        _verify_end(report)
    return report


def erase_change(journal_id: str, reason: str) -> None:
    """Erase the private half of one journal row (by its ULID), and record who did it and why.

    Runs inside a unit of work of the worker's role, the only one that may. The digest stays in
    the chain, which remains valid. Raises NotFoundError, InvalidError, ConflictError.
    """
    if not reason.strip():
        raise InvalidError("请写明清除的理由", code="base.reason_missing")
    row = Journal.objects.filter(ulid=journal_id).first()
    if row is None:
        raise NotFoundError("没有这条日志", id=journal_id)
    if row.change is None:
        raise ConflictError("这条日志没有个人内容，或已清除", code="base.nothing_to_erase")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE base_journal SET change = NULL WHERE id = %s", [row.pk])
    journal.record(
        JOURNAL_ERASED,
        JournalErased(journal_id=journal_id, reason=reason.strip()),
        journal.Subject(
            id=journal_id,
            version=1,
            place=journal.Place(div=row.div, zone=row.zone, site=row.site),
            exercise_id=row.exercise_id,
        ),
    )


def _head_before(after: int) -> bytes:
    """Return the head that the first link to be checked must continue."""
    if after == 0:
        return GENESIS
    head = Seal.objects.filter(last_position=after).values_list("head", flat=True).first()
    if head is None:
        raise InvalidError("起始位置应是一次封存的末尾", code="base.not_a_seal", position=after)
    return bytes(head)


def _verify_link(report: Report, first: int, last: int, previous: bytes, head: bytes) -> None:
    """Check one link: it continues the one before, and its rows are all there and as sealed."""
    if first != report.last_position + 1 or bytes(previous) != report.head:
        report.add(
            "link",
            first,
            f"位置 {first} 的封存没有接在位置 {report.last_position} 之后：链被截断或重建",
            f"The seal at {first} does not continue the one that ends at {report.last_position}",
        )
    rows = _fetch(_ROWS, [first, last])
    damaged = _verify_rows(report, first, last, rows)
    computed = sha256(bytes(previous) + b"".join(bytes(row[6] or b"") for row in rows)).digest()
    if computed != bytes(head) and not damaged:
        report.add(
            "head",
            first,
            f"位置 {first} 至 {last} 的链头与各行不符：行被调换，或链头被改写",
            f"The head over {first} to {last} is not that of its rows: rows swapped or head changed",
        )
    report.rows += len(rows)
    report.last_position, report.head = last, bytes(head)


def _verify_rows(report: Report, first: int, last: int, rows: list[tuple[Any, ...]]) -> bool:
    """Check each row of a link against its digests; tell whether one is missing or changed."""
    before = len(report.findings)
    there = {row[0] for row in rows if row[1] is not None}
    for position in range(first, last + 1):
        if position not in there:
            zh = f"位置 {position} 的日志行不见了"
            report.add("missing", position, zh, f"The journal row at {position} is missing")
    erased = []
    for position, ulid, kind, is_erased, digest, change_digest, computed, change_now in rows:
        if ulid is None:
            continue
        if bytes(digest) != bytes(computed):
            zh = f"位置 {position} 的日志（{kind}，{ulid}）被改动过"
            report.add("changed", position, zh, f"Row {position} ({kind}, {ulid}) was changed")
        if is_erased and change_digest is not None:
            erased.append((position, ulid))
        elif not is_erased and bytes(change_now) != bytes(change_digest or b""):
            zh = f"位置 {position} 的个人内容被改动过（{kind}，{ulid}）"
            en = f"The private half of row {position} ({kind}, {ulid}) was changed"
            report.add("private", position, zh, en)
    _verify_erasures(report, erased)
    return len(report.findings) > before


def _verify_erasures(report: Report, erased: list[tuple[int, str]]) -> None:
    """A private half may be gone, but not without a record of who erased it and why."""
    report.erased += len(erased)
    if not erased:
        return
    known = {row[0] for row in _fetch(_ERASURES, [JOURNAL_ERASED.name, [u for _, u in erased]])}
    for position, ulid in erased:
        if ulid not in known:
            zh = f"位置 {position} 的个人内容被删去，没有清除记录（{ulid}）"
            en = f"The private half of row {position} ({ulid}) is gone without a record of it"
            report.add("unrecorded", position, zh, en)


def _verify_exported(report: Report, exported: Sequence[Head]) -> None:
    """Compare with the heads that left the database, as far as this verification reached."""
    stand, set_back = standing(exported)
    report.set_back = len(set_back)
    known = [head for head in stand if head.position > 0]
    wanted = [head.position for head in known]
    heads = dict(Seal.objects.filter(last_position__in=wanted).values_list("last_position", "head"))
    for one in known:
        if one.position > report.last_position and not report.is_complete:
            continue
        if one.position > report.last_position:
            zh = f"链止于 {report.last_position}，而位置 {one.position} 的链头曾被导出：尾部被截去"
            en = f"The chain ends at {report.last_position}, yet head {one.position} was exported"
            report.add("cut", one.position, zh, en)
            return
        if bytes(heads.get(one.position, b"")) != one.digest:
            zh = f"位置 {one.position} 的链头与导出的不同：链被重建"
            en = f"The head at {one.position} is not the exported one: the chain was built anew"
            report.add("rebuilt", one.position, zh, en)
            return


def _verify_end(report: Report) -> None:
    """Look for what the links cannot show: rows outside the chain, places beyond its end."""
    sealed_to, placed_to, published = _fetch(_END, [])[0]
    if placed_to > sealed_to:
        zh = f"位置 {sealed_to} 之后有未封存的行：封存记录被删去"
        report.add("cut", sealed_to, zh, f"There are rows beyond {sealed_to} without a seal")
    elif published > sealed_to:
        zh = f"链止于 {sealed_to}，而已发布到 {published}：尾部被截去"
        en = f"The chain ends at {sealed_to}, yet {published} had been published"
        report.add("cut", sealed_to, zh, en)
    for ulid, kind in _fetch(_LEFT_OUT, [FINDINGS_MAX]):
        zh = f"日志行 {ulid}（{kind}）不在链上，也不在等待封存"
        report.add("left_out", None, zh, f"Row {ulid} ({kind}) is neither sealed nor pending")


def _fetch(statement: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
