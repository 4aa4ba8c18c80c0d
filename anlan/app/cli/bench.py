"""`anlan bench`: figures beside their peers; a missed target is printed, never an error."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from anlan.app.bench.report import Report

app = typer.Typer(help="性能测试。Measure.", no_args_is_help=True, rich_markup_mode=None)

Quick = Annotated[bool, typer.Option("--quick", help="一分钟以内。Under a minute.")]
Json = Annotated[
    Path | None, typer.Option("--json", help="写出 JSON 文件。Write the figures here.")
]
Page = Annotated[
    Path | None,
    typer.Option("--page", help="写进文档页的表格。Write the table into this page."),
]


def _told(report: "Report", file: Path | None, page: Path | None) -> None:
    """Print the table, and write it where it was asked for."""
    from anlan.app.bench.report import table, write_section

    if file is not None:
        file.write_text(report.to_json(), encoding="utf-8")
    if page is not None:
        write_section(page, report)
    typer.echo(table(report))


def _say(line: str) -> None:
    typer.echo(line, err=True)


@app.callback()
def _bench() -> None:
    """性能测试。Measure."""


@app.command()
def kernel(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """报警判定内核:numba、numpy、逐条循环同场比较。The alarm kernel beside numpy and a plain loop."""
    from anlan.app.bench import kernel as bench

    report = bench.run(quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def history(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """历史库：写入、大小、查询，与 VictoriaMetrics、PostgreSQL 表同场比较。History beside VictoriaMetrics and a PostgreSQL table."""
    from anlan.app.bench import history as bench

    report = bench.run(quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def readings(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """从发送到报警入库、到屏幕:每条消息的代价与时延。From publish() to row and screen: cost and delay."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import readings as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def chaos(
    rounds: Annotated[int, typer.Option(help="轮数。Rounds.", min=1)] = 3,
    seed: Annotated[int, typer.Option(help="随机种子。Seed.")] = 1,
    json: Json = None,
    page: Page = None,
) -> None:
    """故障:每轮对每个进程 kill -9 一次,事后逐条核对。Kill every process each round, then ask back."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import chaos as bench  # its models need the house's settings

        report = bench.run(house, rounds=rounds, seed=seed, say=_say)
    _told(report, json, page)
    if any(row.met is False for row in report.rows):
        raise typer.Exit(1)


@app.command("set-back")
def set_back(json: Json = None, page: Page = None) -> None:
    """故障:数据库恢复到较早的备份,读数日志与历史继续。The database is put back to a backup, all else goes on."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import set_back as bench  # its models need the house's settings

        report = bench.run(house, say=_say)
    _told(report, json, page)
    if any(row.met is False for row in report.rows):
        raise typer.Exit(1)


@app.command("full-disk")
def full_disk(
    folder: Annotated[
        Path, typer.Argument(help="一块小磁盘上的文件夹。A folder on a small disk of its own.")
    ],
    json: Json = None,
    page: Page = None,
) -> None:
    """故障:所有进程所在的磁盘写满又清空。The disk under every process fills up and is freed again."""
    from anlan.app.bench.house import bench_house

    with bench_house(folder) as house:
        from anlan.app.bench import full_disk as bench  # its models need the house's settings

        report = bench.run(house, folder, say=_say)
    _told(report, json, page)
    if any(row.met is False for row in report.rows):
        raise typer.Exit(1)


@app.command()
def soak(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """长时间全负荷:写入、合并、查询、百块屏、备份同时进行。Everything at once for an hour; quick: a minute."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import soak as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def doors(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """坏报文与乱主题的洪流:好网关照常送达。Damaged messages and endless topics beside a good gateway."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import doors as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)
    if any(row.met is False for row in report.rows):
        raise typer.Exit(1)


@app.command()
def growth(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """存量增长一百倍、负荷不变:代价的增长指数。The store grows a hundredfold: what gets dearer?"""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import growth as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def tiles(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """矢量瓦片:行级安全下百万监测对象,报警风暴中再测一遍。Vector tiles of a million subjects, calm and in an alarm storm."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import tiles as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def crowd(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """五百块屏前的报警风暴：每个原因的第一条多久上屏。An alarm storm before 500 screens: when they hear of each cause."""
    from anlan.app.bench.house import bench_house

    with bench_house() as house:
        from anlan.app.bench import crowd as bench  # its models need the house's settings

        report = bench.run(house, quick=quick, say=_say)
    _told(report, json, page)


@app.command("early-signs")
def early_signs(
    data: Annotated[
        Path,
        typer.Option(
            help="TEP（d*.dat）或 SKAB 文件的文件夹。A folder of TEP (d*.dat) or SKAB files."
        ),
    ],
    json: Json = None,
    page: Page = None,
) -> None:
    """先兆与普通限值同场比较：晚多久、误报多少、指出哪些测点。Early signs beside plain limits: delay, false alarms, tags."""
    from json import dumps

    from anlan.app.bench import early_signs as bench
    from anlan.app.bench.early_signs_data import UnreadableRunError
    from anlan.app.bench.report import write_between

    try:
        found = bench.looked(data)
    except UnreadableRunError as error:
        raise typer.BadParameter(str(error), param_hint="--data") from error
    if json is not None:
        json.write_text(
            dumps(bench.as_json(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    if page is not None:
        write_between(page, "early_signs", bench.table(found))
    typer.echo(bench.table(found))


@app.command()
def honest(quick: Quick = False, json: Json = None, page: Page = None) -> None:
    """数据真实性：注入的作假查出多少、冤枉多少。Is the datum honest? Injected cheats found, and false accusations."""
    from anlan.app.bench import honest as bench

    report = bench.run(quick=quick, say=_say)
    _told(report, json, page)


@app.command()
def scope(
    rows: Annotated[int, typer.Option(help="监测对象数。Subjects.", min=10_000)] = 1_000_000,
    json: Json = None,
    page: Page = None,
) -> None:
    """行级安全下的常用查询：谁用哪个索引、多久。Hot queries under row security: whose plan takes which index."""
    import os

    import psycopg

    from anlan.app.cli.django_setup import start_django
    from anlan.app.stack.throw_away import ThrowAwayStack

    stack = ThrowAwayStack()
    try:
        stack.start()
        stack.databases.clone("anlan_scope")
        os.environ |= {
            "ANLAN_DATABASE_URL": stack.databases.url("anlan_scope"),
            "ANLAN_HOME": str(stack.home),
            "ANLAN_SECRET_KEY_FOR_TESTS": "only for a bench",
        }
        start_django("anlan_app")
        from anlan.app.bench import scope as bench  # its models need the settings

        with psycopg.connect(
            stack.databases.dsn("anlan_admin", "anlan_scope"), autocommit=True
        ) as admin:
            report = bench.run(rows=rows, admin=admin, kind_id=bench.a_kind(), say=_say)
        from django.db import connections

        connections.close_all()
    finally:
        stack.stop()
    _told(report, json, page)
