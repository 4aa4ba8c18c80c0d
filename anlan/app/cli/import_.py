"""`anlan import`: files into the register, with a report row by row."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(help="导入。Import.", no_args_is_help=True, rich_markup_mode=None)
As = Annotated[
    str,
    typer.Option(
        "--as", metavar="账号", help="以谁的名义和权限。Whose account acts, and is recorded."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只检查，不写入。Check only.")]


@app.callback()
def _import() -> None:
    """导入。Import."""


@app.command()
@told
def subjects(file: Path, who: As, dry_run: DryRun = False) -> None:
    """从 CSV 或 xlsx 登记监测对象；有一行错就一行都不写。Subjects, all rows or none."""
    start_django("anlan_app")
    from anlan.app.imports import import_subjects

    report = import_subjects(file, who=who, dry_run=dry_run)
    for number, sentence in report.errors:
        typer.echo(f"✗ 第 {number} 行 row {number}: {sentence}", err=True)
    typer.echo(
        f"{report.rows} 行 rows, {report.written} 写入 written, {len(report.errors)} 错误 errors"
    )
    raise typer.Exit(code=1 if report.errors else 0)
