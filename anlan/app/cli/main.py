"""`anlan`: one word for everything that can be run; a command is imported when it is called."""

import importlib
import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives and what it is for.

    The module beside this one has a Typer `app` (several verbs) or a function `command` (one).
    """

    module: str
    zh: str
    en: str


COMMANDS = {
    "demo": Entry("demo", "启动演示:数据库、总线、进程和网页", "start the demonstration"),
    "demo-fault": Entry(
        "demo_fault", "让演示中的一家企业立刻出事", "force a fault in a running demonstration"
    ),
    "serve": Entry("serve", "运行接口服务", "run the API server"),
    "live": Entry("live", "运行实时推送", "run the live stream"),
    "gateway": Entry("gateway", "运行采集网关", "run the doors for readings"),
    "collect": Entry(
        "collect", "运行采集器:企业各协议进,一个网关出", "run the collector of plants' protocols"
    ),
    "engine": Entry("engine", "运行报警引擎", "run the alarm engine"),
    "recorder": Entry("recorder", "运行历史记录", "run the history recorder"),
    "history": Entry("history", "历史数据:到期清理", "history: let go what is kept no longer"),
    "worker": Entry("worker", "运行后台任务与日志中继", "run jobs, relay and deadlines"),
    "replay": Entry(
        "replay", "把录制的数据重放进真实入口", "send recorded data through a real door"
    ),
    "import": Entry("import_", "导入数据文件", "import a data file"),
    "export": Entry("export", "导出数据文件", "export a data file"),
    "region": Entry("region", "装载区域", "load a region"),
    "audit": Entry("audit", "校验日志的封存链", "verify the sealed journal"),
    "db": Entry("db", "准备数据库、迁移、授权", "prepare, migrate and grant"),
    "people": Entry("people", "首批管理员、重设口令", "first administrators, lost passwords"),
    "messages": Entry("messages", "消息外发渠道:列出、试发", "channels of messages: list, try one"),
    "backup": Entry("backup", "备份", "back up"),
    "restore": Entry("restore", "恢复", "restore"),
    "doctor": Entry("doctor", "检查这套安装,说明哪里不对", "explain what is wrong here"),
    "bench": Entry("bench", "性能测试", "measure"),
}


def build(called: str) -> typer.Typer:
    """Return the whole command line; only the module of the called command is imported."""
    app = typer.Typer(
        help="安澜:智慧应急管理平台。Anlan: a smart emergency-management platform.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_anlan)
    for name, entry in COMMANDS.items():
        line = f"{entry.zh} · {entry.en}"
        module = (
            importlib.import_module(f"anlan.app.cli.{entry.module}") if name == called else None
        )
        if module is not None and hasattr(module, "app"):
            app.add_typer(_told_whole(module.app), name=name, short_help=line)
        else:
            app.command(name, short_help=line)(getattr(module, "command", _anlan))
    return app


def _told_whole(app: typer.Typer) -> typer.Typer:
    """Let a list of verbs show both languages: a line taken from a docstring would be cut short."""
    for verb in app.registered_commands:
        if verb.short_help is None and verb.callback is not None:
            verb.short_help = (inspect.getdoc(verb.callback) or "").partition("\n\n")[0]
    return app


def _anlan() -> None:
    """安澜:智慧应急管理平台。Anlan: a smart emergency-management platform."""


def main() -> None:
    """Run `anlan`; with no other configuration named, the demo's in `var/` is taken."""
    found = Path("var/anlan.toml")
    if "ANLAN_CONFIG" not in os.environ and found.is_file():
        os.environ["ANLAN_CONFIG"] = str(found.absolute())
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    build(called)(prog_name="anlan")


if __name__ == "__main__":
    main()
