"""`anlan audit`: is the journal as it was sealed? Its head, out of the database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told
from anlan.kernel.base.config import config

if TYPE_CHECKING:
    from anlan.kernel.base.heads import Head
    from anlan.kernel.base.seals import Report

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


def verified(heads: Path | None = None) -> tuple["Report", list["Head"]]:
    """Return what a verification of the whole chain saw, and the exported heads that it was held against."""
    start_django(ROLE)
    from django.db import connection, transaction

    from anlan.kernel.base import seals
    from anlan.kernel.base.heads import exported

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        known = exported(heads or heads_file())
        return seals.verify(exported=known), known


@app.command()
@told
def verify(heads: Heads = None) -> None:
    """按各行重新计算整条链，并与导出的链头比对；完好时返回 0，否则返回 1。Exit 0 when intact, else 1."""
    report, known = verified(heads)
    for finding in report.findings:
        typer.echo(f"✗ {finding.zh}\n  {finding.en}")
    if not known:
        typer.echo(
            f"! 没有导出的链头（{heads or heads_file()}），截尾无从发现\n  no exported heads: a cut tail cannot show"
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


Key = Annotated[
    str,
    typer.Option(
        help="签名方的公钥（十六进制）；缺省为本安装。Public key of who signed; this installation's.",
    ),
]


@app.command()
@told
def rehearsal(report: Path, key: Key = "") -> None:
    """核对恢复演练报告的签名，并说出结论。Check the signature of a rehearsal's report."""
    start_django(ROLE)
    from anlan.app.rehearsal import digest_of, read_signed

    said, is_own = read_signed(report, key=key)
    whose = "本安装 this installation" if is_own else f"公钥 key {key}"
    typer.echo(f"签名有效 signature holds：{whose}\nSHA-256 {digest_of(report)}")
    typer.echo(
        f"{said['who']}，{said['ended_at']}，备份 backup {said['backup']['manifest_sha256']}\n"
        f"{'演练通过 passed' if said['is_passed'] else '演练未通过 NOT passed'}"
    )
    if not said["is_passed"]:
        raise typer.Exit(1)


@app.command("rehearsal-key")
@told
def rehearsal_key() -> None:
    """显示本安装签名用的公钥。The public key that others check reports with."""
    start_django(ROLE)
    from anlan.app.rehearsal import PURPOSE
    from anlan.kernel.base.signature import public_key

    typer.echo(public_key(PURPOSE).hex())


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
