"""`anlan export`: what the web build reads, and lists as spreadsheets."""

import json
from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(help="导出。Export.", no_args_is_help=True, rich_markup_mode=None)
As = Annotated[
    str,
    typer.Option(
        "--as", metavar="账号", help="以谁的名义和权限。Whose account acts, and is recorded."
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="写到哪个文件。The file to write.")]


@app.command()
@told
def openapi(out: Out = Path("web/openapi.json")) -> None:
    """接口描述（OpenAPI 3.1），网页客户端由它生成。The API's description."""
    start_django("anlan_app")
    from anlan.app.exports import openapi_text

    out.write_text(openapi_text(), encoding="utf-8")


@app.command()
@told
def registry(out: Out = Path("web/registry.json")) -> None:
    """登记表：菜单、图层、面板各用哪个组件。What the registry names, checked by the web build."""
    start_django("anlan_app")
    from anlan.app.exports import registry_text

    out.write_text(registry_text(), encoding="utf-8")


@app.command()
@told
def events(out: Out = Path("docs/events.md")) -> None:
    """事件目录：每种事件的含义和内容。Every event type and what it carries."""
    start_django("anlan_app")
    from anlan.app.event_page import events_text

    out.write_text(events_text(), encoding="utf-8")


@app.command()
@told
def settings(out: Out = Path("docs/settings.md")) -> None:
    """设置一览：默认值、单位、含义、谁可改、依据。Every setting, what it means and who may change it."""
    from anlan.app.settings_page import settings_text

    out.write_text(settings_text(), encoding="utf-8")


@app.command()
@told
def personal(out: Out = Path("docs/personal-data.md")) -> None:
    """个人信息清单：每类存在哪里、怎样保护、保存多久。Where personal data is kept, how, and for how long."""
    start_django("anlan_app")
    from anlan.app.personal_data import personal_text

    out.write_text(personal_text(), encoding="utf-8")


@app.command()
@told
def table(
    name: str,
    who: As,
    out: Out = Path("anlan.xlsx"),
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="条件：字段.运算:值。A filter as in the API."),
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", help="接着上一份导出。Go on behind the last export.")
    ] = None,
    english: Annotated[
        bool, typer.Option("--english", help="表头和用词用英文。Headings and words in English.")
    ] = False,
) -> None:
    """把一个列表以某人的权限导出为表格，并记入日志。A list as xlsx, as this person reads it."""
    start_django("anlan_app")
    from anlan.app.exports import export_table
    from anlan.kernel.base.english import Language
    from anlan.kernel.base.listing import Ask

    language = Language.EN if english else Language.ZH
    made = export_table(name, Ask(filters=tuple(where or ()), after=after), who, language)
    out.write_bytes(made.content)
    said = {"file": str(out), "rows": made.rows, "after": made.further}
    typer.echo(json.dumps(said, ensure_ascii=False))
    if made.further is not None:
        typer.echo(
            f"! 未完：加 --after {made.further} 接着导出 · not all of it, go on there", err=True
        )
