"""The report of a rehearsed restore (恢复演练报告): what came back, held against what was backed up, signed.

GB/T 22239-2019 8.1.4.9 asks for backups that were proven to come back. The report says who, when,
which backup, how many rows of each table and which files came back, and whether the sealed journal
is intact; the installation's signature stands under it. `anlan audit rehearsal` checks it.
"""

import json
import platform
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from anlan.app import backup
from anlan.kernel.base import signature
from anlan.kernel.base.clock import now
from anlan.kernel.base.config import Config
from anlan.kernel.base.errors import InvalidError
from anlan.kernel.base.seals import Report

FORMAT = 1
PURPOSE = "rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What the report is made of."""

    who: str
    began_at: datetime
    source: Path
    audit: Report
    heads: int


def report_of(config: Config, done: Rehearsal) -> dict[str, Any]:
    """Return the report of a restore that has just been done."""
    manifest = backup.manifest_of(done.source)
    said, found = manifest.rows, backup.rows_of(config)
    tables = [
        {"table": name, "backup": said.get(name), "restored": found.get(name)}
        for name in sorted(said.keys() | found.keys())
    ]
    differing = [one["table"] for one in tables if one["backup"] != one["restored"]] if said else []
    lost = backup.files_lost(config, manifest)
    audit = done.audit
    return {
        "format": FORMAT,
        "node": config.node,
        "who": done.who,
        "host": platform.node(),
        "began_at": done.began_at.isoformat(),
        "ended_at": now().isoformat(),
        "backup": {
            "folder": str(done.source),
            "node": manifest.node,
            "made_at": manifest.made_at,
            "manifest_sha256": manifest.sha256,
            "files": len(manifest.files),
            "bytes": sum(one.size_bytes for one in manifest.files),
        },
        # a backup of an older program did not count its rows
        "rows_were_counted": bool(said),
        "tables": tables,
        "tables_differing": differing,
        "files_lost": lost,
        "audit": {
            "is_intact": audit.is_intact,
            "rows": audit.last_position,
            "head": audit.head.hex(),
            "heads_compared": done.heads,
            "findings": [{"zh": one.zh, "en": one.en} for one in audit.findings],
        },
        "is_passed": audit.is_intact and bool(said) and not differing and not lost,
    }


def write_signed(report: dict[str, Any], file: Path) -> None:
    """Write a report with the installation's signature under it; an older report is not replaced."""
    content = _bytes_of(report)
    signed = {
        "report": report,
        "signature": {
            "algorithm": signature.ALGORITHM,
            "public_key": signature.public_key(PURPOSE).hex(),
            "value": signature.sign(content, PURPOSE).hex(),
        },
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as paper:
        json.dump(signed, paper, ensure_ascii=False, indent=1)


def read_signed(file: Path, *, key: str = "") -> tuple[dict[str, Any], bool]:
    """Return a report whose signature holds, and whether this installation signed it.

    `key` is the public key, in hexadecimal, of the installation that is meant to have signed; without
    it this one is. Raises InvalidError when a byte was changed, or somebody else has signed.
    """
    try:
        signed = json.loads(file.read_text(encoding="utf-8"))
        report, under = signed["report"], signed["signature"]
        by, value = bytes.fromhex(under["public_key"]), bytes.fromhex(under["value"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidError(f"{file} 不是演练报告", code="app.not_a_report") from error
    if not signature.is_signed(_bytes_of(report), value, by):
        raise InvalidError(f"{file} 的内容与签名不符：被改动过", code="app.report_altered")
    own = signature.public_key(PURPOSE)
    if by != (bytes.fromhex(key) if key else own):
        raise InvalidError(
            f"{file} 不是由这套安装签名的（公钥 {by.hex()}）", code="app.report_of_another"
        )
    return report, by == own


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a report, to be written down elsewhere."""
    return sha256(file.read_bytes()).hexdigest()


def _bytes_of(report: dict[str, Any]) -> bytes:
    """Return what is signed: the same bytes for the same report, however the file is laid out."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
