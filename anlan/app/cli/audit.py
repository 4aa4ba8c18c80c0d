"""`anlan audit`: is the journal as it was sealed? Its head, out of the database."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told
from anlan.kernel.base.config import config

app = typer.Typer(
    help="校验日志的封存链，导出链头。Verify the sealed journal, export its head.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
#: The relay's role reads the whole journal and may change nothing in it.
ROLE = "anlan_relay"

Heads = Annotated[
    Path | None,
    typer.Option(
        help="导出的链头文件；缺省为 audit/heads.log。The file of exported heads.",
    ),
]


def heads_file() -> Path:
    """Return where the worker exports heads to."""
    from anlan.kernel.base.heads import FILE

    return config().path("audit_dir") / FILE


@app.command()
@told
def verify(heads: Heads = None) -> None:
    """按各行重新计算整条链，并与导出的链头比对；完好时返回 0，否则返回 1。Exit 0 when intact, else 1."""
    start_django(ROLE)
    from django.db import connection, transaction

    from anlan.kernel.base import seals
    from anlan.kernel.base.heads import exported

    file = heads or heads_file()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        known = exported(file)
        report = seals.verify(exported=known)
    for finding in report.findings:
        typer.echo(f"✗ {finding.zh}\n  {finding.en}")
    if not known:
        typer.echo(
            f"! 没有导出的链头（{file}），截尾无从发现\n  no exported heads: a cut tail cannot show"
        )
    for one in known:
        if one.restored:
            typer.echo(
                f"! 曾恢复到位置 {one.position}：{one.restored}\n"
                f"  the database was restored to position {one.position}: {one.restored}"
            )
    if report.set_back:
        typer.echo(
            f"! {report.set_back} 个链头在恢复之前导出，其后的行已不在\n"
            f"  {report.set_back} heads left before that; the rows behind them are gone"
        )
    typer.echo(
        f"{report.last_position} 行，清除过个人内容 {report.erased} 行，链头 {report.head.hex()}\n"
        f"{report.last_position} rows, {report.erased} with the private half erased,"
        f" compared with {len(known)} exported heads"
    )
    typer.echo("日志完好。The journal is intact." if report.is_intact else "日志被改动过！DAMAGED.")
    if not report.is_intact:
        raise typer.Exit(1)


@app.command()
@told
def head() -> None:
    """显示链头：位置和摘要。The end of the chain: position and digest."""
    start_django(ROLE)
    from anlan.kernel.base import heads as chain

    now = chain.current()
    typer.echo(f"{now.position} {now.digest.hex()}")


@app.command("export-head")
@told
def export_head(heads: Heads = None) -> None:
    """把链头追加到文件（后台任务每十分钟做一次）。Add the head to the file, as the worker does."""
    start_django(ROLE)
    from anlan.kernel.base import heads as chain

    file = heads or heads_file()
    typer.echo(chain.export(file, chain.current(), config().node))


@app.command()
@told
def restored(
    reason: Annotated[str, typer.Argument(help="何时、为何恢复到备份。When and why.")],
    heads: Heads = None,
) -> None:
    """恢复数据库之后登记：链从此处接续，此前导出的更靠后的链头作废。After a restore: the chain goes on from here."""
    start_django(ROLE)
    from dataclasses import replace

    from anlan.kernel.base import heads as chain
    from anlan.kernel.base.errors import InvalidError

    if not reason.strip():
        raise InvalidError("请写明恢复的理由", code="base.reason_missing")
    file = heads or heads_file()
    head_now = replace(chain.current(), restored=reason.strip())
    typer.echo(chain.export(file, head_now, config().node))
