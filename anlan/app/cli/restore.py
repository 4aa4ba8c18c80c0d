"""`anlan restore FOLDER`."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.audit import ROLE, verified
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told
from anlan.kernel.base.errors import ConflictError

Check = Annotated[bool, typer.Option("--check", help="只核对摘要。Only check the digests.")]
Keep = Annotated[
    bool,
    typer.Option(
        "--keep-files",
        help="只丢了数据库：留下现有的历史和文件，只补所缺。Only the database was lost: history and"
        " documents that are here stay, what is missing is added.",
    ),
]
Paper = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="恢复后写一份签名的演练报告。Write a signed report of the rehearsal.",
    ),
]
Who = Annotated[
    str,
    typer.Option("--who", help="演练人；缺省为系统用户名。Who rehearses; the system's user name."),
]


@told
def command(
    folder: Path,
    check: Check = False,
    keep_files: Keep = False,
    report: Paper = None,
    who: Who = "",
) -> None:
    """把备份恢复到空的数据库和文件夹。Restore into an empty database and empty folders."""
    if report is not None:
        # before anything reads the configuration: the chain is verified by who sees all of it
        start_django(ROLE)
    from anlan.app import backup
    from anlan.kernel.base.clock import now
    from anlan.kernel.base.config import config

    if report is not None and report.exists():
        raise ConflictError(f"{report} 已存在", code="app.report_exists")
    began_at = now()
    if check:
        files = backup.verify(folder)
    else:
        files = backup.restore(config(), folder, keeping_files=keep_files)
    typer.echo(f"{folder}: {len(files)} 个文件 files {'✓' if check else '已恢复 restored'}")
    if report is not None and not check:
        _tell(folder, report, who or getpass.getuser(), began_at)


def _tell(folder: Path, file: Path, who: str, began_at: datetime) -> None:
    """Hold what was restored against the backup and write it down; exit 1 where something is missing."""
    from anlan.app.rehearsal import Rehearsal, digest_of, report_of, write_signed
    from anlan.kernel.base.config import config

    audit, heads = verified()
    done = Rehearsal(who=who, began_at=began_at, source=folder, audit=audit, heads=len(heads))
    report = report_of(config(), done)
    write_signed(report, file)
    for table in report["tables_differing"]:
        typer.echo(f"✗ 行数不同 rows differ: {table}")
    for name in report["files_lost"]:
        typer.echo(f"✗ 文件没有恢复 not restored: {name}")
    for finding in audit.findings:
        typer.echo(f"✗ {finding.zh}\n  {finding.en}")
    passed = "演练通过 passed" if report["is_passed"] else "演练未通过 NOT passed"
    typer.echo(f"{passed}：{file}\nSHA-256 {digest_of(file)}")
    if not report["is_passed"]:
        raise typer.Exit(1)
