"""`anlan history expire`: what of history is kept no longer, and letting it go."""

from typing import TYPE_CHECKING, Annotated

import typer

from anlan.app.cli.django_setup import start_django

if TYPE_CHECKING:
    from anlan.adapters.parquet_history.retention import Expired

app = typer.Typer(help="历史数据。History.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _history() -> None:
    """历史数据。History."""


@app.command()
def expire(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只列出，不清理。List it, and let nothing go.")
    ] = False,
) -> None:
    """清理超过保存期的历史文件（记录进程每分钟也会做）。Let go what is kept no longer."""
    start_django("anlan_recorder")
    from concurrent.futures import ThreadPoolExecutor

    from anlan.app.history_care import HistoryCare
    from anlan.app.history_place import disk_of
    from anlan.app.recorder import database_door
    from anlan.kernel.base.config import config
    from anlan.kernel.sensing.catalogue import DjangoCatalogue

    with ThreadPoolExecutor(max_workers=1) as pool:
        care = HistoryCare(config(), DjangoCatalogue(database_door), pool, disk_of(config()))
        found = care.expired() if dry_run else care.expire()
    for one in found:
        typer.echo(_line(one, dry_run=dry_run))
    if not found:
        typer.echo("没有到期的历史数据 · nothing is kept too long")


def _line(one: "Expired", *, dry_run: bool) -> str:
    from anlan.kernel.base.clock import SHANGHAI, from_ms

    titles = {"readings": "监测读数", "rollups": "小时统计", "exercises": "演练读数"}
    first, last = (
        from_ms(moment).astimezone(SHANGHAI).strftime("%Y-%m-%d")
        for moment in (min(f.t_lo_ms for f in one.files), max(f.t_hi_ms for f in one.files))
    )
    rows = sum(file.rows for file in one.files)
    done, done_en = ("将清理", "would go") if dry_run else ("已清理", "let go")
    return (
        f"{done}{titles[one.kind]} {first} – {last}：{len(one.files)} 个文件，{rows:,} 行，保存 {one.days} 天"
        f" · {done_en}: {one.kind}, {len(one.files)} files, {rows:,} rows, kept {one.days} days"
    )
