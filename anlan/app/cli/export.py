"""`anlan export`: what the web build reads, and lists as spreadsheets."""

import json
from pathlib import Path
from typing import Annotated

import typer

from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told

app = typer.Typer(help="导出。Export.", no_args_is_help=True, rich_markup_mode=None)
Out = Annotated[Path, typer.Option("--out", "-o", help="写到哪个文件。The file to write.")]


@app.command()
def openapi(out: Out = Path("web/openapi.json")) -> None:
    """接口描述（OpenAPI 3.1），网页客户端由它生成。The API's description."""
    start_django("anlan_app")
    from anlan.app.exports import openapi_text

    out.write_text(openapi_text(), encoding="utf-8")


@app.command()
def registry(out: Out = Path("web/registry.json")) -> None:
    """登记表：菜单、图层、面板各用哪个组件。What the registry names, checked by the web build."""
    start_django("anlan_app")
    from anlan.app.exports import registry_text

    out.write_text(registry_text(), encoding="utf-8")


@app.command()
def events(out: Out = Path("docs/events.md")) -> None:
    """事件目录：每种事件的含义和内容。Every event type and what it carries."""
    start_django("anlan_app")
    from anlan.app.event_page import events_text

    out.write_text(events_text(), encoding="utf-8")


@app.command()
@told
def table(name: str, out: Out = Path("anlan.xlsx"), where: list[str] | None = None) -> None:
    """把一个列表导出为表格：subjects、datastreams、limits、alarms。A list as xlsx."""
    start_django("anlan_app")
    from anlan.app.exports import table_bytes

    content, rows = table_bytes(name, tuple(where or ()))
    out.write_bytes(content)
    typer.echo(json.dumps({"file": str(out), "rows": rows}, ensure_ascii=False))
