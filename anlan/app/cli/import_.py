"""`anlan import`: files into the register, with a report row by row."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

if TYPE_CHECKING:
    from anlan.app.register.load import Report

app = typer.Typer(help="导入。Import.", no_args_is_help=True, rich_markup_mode=None)
As = Annotated[
    str,
    typer.Option(
        "--as", metavar="账号", help="以谁的名义和权限。Whose account acts, and is recorded."
    ),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="工作表", help="只读这些工作表。These sheets.")
]
In = Annotated[
    Literal["wgs84", "gcj02", "bd09"],
    typer.Option(
        "--datum",
        help="其中坐标的坐标系：wgs84（即 CGCS2000）、gcj02（高德、腾讯）、bd09（百度）。"
        "Of the coordinates in it.",
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


@app.command()
@told
def kinds(who: As) -> None:
    """装入随产品发行的对象类别和监测指标。The kinds and properties that ship with the product."""
    start_django("anlan_app")
    from anlan.app import acting
    from anlan.app.register.kinds import load_kinds
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.kernel.subjects.services import EDIT

    with unit_of_work(acting.person(who, EDIT)):
        changed = load_kinds()
    typer.echo(f"{changed} 个类别和指标有变化 kinds and properties changed")


@app.command()
@told
def chemicals(who: As) -> None:
    """装入随产品发行的危险化学品（GB 18218 表1）。The chemicals of GB 18218 that ship with the product."""
    start_django("anlan_app")
    from anlan.app import acting
    from anlan.kernel.base.unit_of_work import unit_of_work
    from anlan.systems.hazchem.services.chemicals import EDIT
    from anlan.systems.hazchem.shipped import load_shipped

    with unit_of_work(acting.person(who, EDIT)):
        changed = load_shipped()
    typer.echo(f"{changed} 种危险化学品有变化 chemicals changed")


@app.command()
@told
def template(
    out: Path,
    book: Annotated[
        Literal["firms", "supervisions", "places", "bureaus", "accounts"],
        typer.Option("--book", help="写哪一本。Which workbook."),
    ] = "firms",
    english: Annotated[
        bool, typer.Option("--english", help="表头用英文。Headings in English.")
    ] = False,
) -> None:
    """写出空白的登记簿（xlsx）。Write the empty workbook."""
    from anlan.app.register.books import ACCOUNTS, BUREAUS, PLACES
    from anlan.app.register.sheets import FIRMS, SUPERVISIONS, write_template
    from anlan.kernel.base.english import Language

    sheets = {
        "firms": FIRMS,
        "supervisions": SUPERVISIONS,
        "places": PLACES,
        "bureaus": BUREAUS,
        "accounts": ACCOUNTS,
    }
    write_template(out, sheets[book], Language.EN if english else Language.ZH)
    typer.echo(str(out))


@app.command()
@told
def firms(
    source: Path, who: As, dry_run: DryRun = False, only: Only = None, datum: In = "wgs84"
) -> None:
    """从登记簿（xlsx、CSV 文件夹或 GeoJSON）登记企业、厂区、对象、网关、设备、测点、限值。Firms and all that is theirs.

    有一行错就一行都不写；重复导入只改不同之处。All rows or none; a repeat changes what differs.
    """
    start_django("anlan_app")
    from anlan.app.register.load import enter_firms

    _tell(enter_firms(source, who=who, dry_run=dry_run, only=only or (), datum=datum))


@app.command()
@told
def supervisions(source: Path, who: As, dry_run: DryRun = False) -> None:
    """登记哪个部门监管哪个厂区，由安全管理员做。Which bureau supervises which site."""
    start_django("anlan_app")
    from anlan.app.register.load import enter_supervisions

    _tell(enter_supervisions(source, who=who, dry_run=dry_run))


@app.command()
@told
def places(source: Path, who: As, dry_run: DryRun = False) -> None:
    """登记区划和功能区。Divisions and zones."""
    start_django("anlan_app")
    from anlan.app.register.books import PLACES
    from anlan.app.register.load import enter_book
    from anlan.kernel.places.services.divisions import EDIT

    _tell(enter_book(source, PLACES, EDIT, who=who, dry_run=dry_run))


@app.command()
@told
def bureaus(source: Path, who: As, dry_run: DryRun = False) -> None:
    """登记部门、岗位和任职，由安全管理员做。Bureaus, their posts, and who holds them."""
    start_django("anlan_app")
    from anlan.app.register.books import BUREAUS
    from anlan.app.register.load import enter_book
    from anlan.kernel.people.services.organisations import SUPERVISE

    _tell(enter_book(source, BUREAUS, SUPERVISE, who=who, dry_run=dry_run))


@app.command()
@told
def accounts(source: Path, who: As, dry_run: DryRun = False) -> None:
    """开立账号（不设口令，凭首次登录链接进入），由系统管理员做。Accounts, by the system administrator."""
    start_django("anlan_app")
    from anlan.app.register.books import ACCOUNTS
    from anlan.app.register.load import enter_book

    _tell(enter_book(source, ACCOUNTS, "people.user.edit", who=who, dry_run=dry_run))


def _tell(report: "Report") -> NoReturn:
    from anlan.app.register.outcome import Outcome

    for one in report.errors:
        where = f"{one.sheet.title} 第 {one.number} 行 row {one.number}"
        typer.echo(f"✗ {where}: {one.sentence}", err=True)
    for sheet, counts in report.outcomes.items():
        said = "，".join(f"{name} {counts[name]}" for name in Outcome)
        typer.echo(f"  {sheet.title}: {said}")
    for box in report.credentials:
        typer.echo(f"  网关 gateway {box.user}\n      MQTT 口令 password {box.token}")
        typer.echo(f"      HMAC 密钥 key {box.hmac_key}")
    if report.credentials:
        typer.echo("  以上口令和密钥只显示这一次 · shown this once")
    state = "已写入 written" if report.is_kept else "没有写入 nothing written"
    typer.echo(f"{state}; {len(report.errors)} 错误 errors")
    raise typer.Exit(code=1 if report.errors else 0)
