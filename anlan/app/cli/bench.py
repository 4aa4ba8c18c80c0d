"""`anlan bench`: figures beside their peers; a missed target is printed, never an error."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="性能测试。Measure.", no_args_is_help=True, rich_markup_mode=None)

Quick = Annotated[bool, typer.Option("--quick", help="一分钟以内。Under a minute.")]
Json = Annotated[
    Path | None, typer.Option("--json", help="写出 JSON 文件。Write the figures here.")
]


@app.callback()
def _bench() -> None:
    """性能测试。Measure."""


@app.command()
def kernel(quick: Quick = False, json: Json = None) -> None:
    """报警判定内核:numba、numpy、逐条循环同场比较。The alarm kernel beside numpy and a plain loop."""
    from anlan.app.bench import kernel as bench
    from anlan.app.bench.report import table

    report = bench.run(quick=quick, say=lambda line: typer.echo(line, err=True))
    if json is not None:
        json.write_text(report.to_json(), encoding="utf-8")
    typer.echo(table(report))


@app.command()
def history(quick: Quick = False, json: Json = None) -> None:
    """历史库：写入、大小、查询，与 PostgreSQL 表同场比较。History beside a PostgreSQL table."""
    from anlan.app.bench import history as bench
    from anlan.app.bench.report import table

    report = bench.run(quick=quick, say=lambda line: typer.echo(line, err=True))
    if json is not None:
        json.write_text(report.to_json(), encoding="utf-8")
    typer.echo(table(report))
