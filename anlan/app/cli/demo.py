"""`anlan demo`: one command from nothing to a live alarm on the map."""

from pathlib import Path
from typing import Annotated

import typer

from anlan.kernel.base import settings_check

HOME = "一套安装的全部数据所在的文件夹。The folder that holds everything of this installation."
LISTEN = "网页监听的地址。The address the web page listens on."
DOORS = (
    "采集网关入口监听的地址;对外时用 TLS(MQTT 8883,HTTPS 8443),证书放在 HOME/tls。"
    "The address the doors for gateways listen on; with TLS unless it is loopback."
)
PLAIN = "允许对外的明文入口,只用于封闭网段。Allow doors in clear text, on a closed segment only."
LOGS = "日志写法:line 供人读,json 供采集。How logs are written: for people, or for a collector."
FIRST_ALARM = (
    "等到第一个报警就停止,没等到则退出码为 1。Stop once an alarm exists; exit 1 if none comes."
)


def command(
    home: Annotated[Path, typer.Option(help=HOME)] = Path("var"),
    listen: Annotated[str, typer.Option(help=LISTEN)] = "127.0.0.1",
    doors: Annotated[str, typer.Option(help=DOORS)] = "127.0.0.1",
    plain_doors: Annotated[bool, typer.Option("--plain-doors", help=PLAIN)] = False,
    log_format: Annotated[str, typer.Option(help=LOGS)] = "line",
    stop_after_first_alarm: Annotated[
        bool, typer.Option("--stop-after-first-alarm", help=FIRST_ALARM)
    ] = False,
) -> None:
    """启动演示:数据库、总线、进程和网页,都在一个文件夹里。Ctrl-C 停止全部,数据保留。

    Start the demonstration, all of it in one folder. Ctrl-C stops everything; the data stay.
    """
    from anlan.app.stack.demonstration import Demonstration, Wishes
    from anlan.app.stack.errors import StackError

    if (wrong := settings_check.hint("log_format", log_format)) is not None:
        raise typer.BadParameter(wrong, param_hint="--log-format")
    wishes = Wishes(
        home=home,
        listen=listen,
        doors=doors,
        plain_doors=plain_doors,
        log_format=log_format,
        stop_after_first_alarm=stop_after_first_alarm,
    )
    try:
        Demonstration(wishes).run()
    except StackError as error:
        typer.echo(f"\n  ✗ {error.zh}\n    {error.en}", err=True)
        raise typer.Exit(1) from error
