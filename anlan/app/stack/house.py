"""Which processes make up the house, in which order, and how each is known to be ready."""

import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from anlan.app.stack.layout import Layout, Ports
from anlan.app.stack.nats import NatsServer
from anlan.app.stack.nats_probe import writes
from anlan.app.stack.nginx import Nginx
from anlan.app.stack.owner import caller
from anlan.app.stack.ports import answers
from anlan.app.stack.postgres import Cluster
from anlan.app.stack.service import Service

#: a process says that it is ready by making this file (`anlan.app.readiness.ready`)
READY_FILE = "ANLAN_READY_FILE"


def servers(cluster: Cluster, nats: NatsServer) -> list[Service]:
    """Return what must run before anything of ours: database and bus."""
    postgres = Service(
        name="postgres",
        zh="数据库",
        command=cluster.server_command,
        is_ready=cluster.is_ready,
        before=cluster.make_way,
        after=cluster.remove_sockets,
        stop_signal=signal.SIGINT,  # fast shutdown: sessions are ended, nothing is lost
        grace_s=30.0,
    )
    bus = Service(
        name="nats",
        zh="消息总线",
        command=nats.server_command,
        is_ready=nats.is_ready,
        before=nats.write_configuration,
        is_well=partial(writes, nats),
        grace_s=15.0,
    )
    return [postgres, bus]


def workers(layout: Layout, chosen: Ports) -> list[Service]:
    """Return Anlan's own processes."""
    web = {"serve": chosen.serve, "live": chosen.live}
    titles = {"serve": "接口服务", "live": "实时推送"}
    listening = [
        _ours(name, titles[name], layout, partial(answers, port)) for name, port in web.items()
    ]
    told = {
        "gateway": "采集网关",
        "engine": "报警引擎",
        "recorder": "历史记录",
        "worker": "后台任务",
    }
    return listening + [_with_ready_file(name, zh, layout) for name, zh in told.items()]


def origin(nginx: Nginx) -> Service:
    """Return the one origin; it starts last, so nobody meets a half-started house."""
    return Service(
        name="nginx",
        zh="网页入口",
        command=nginx.server_command,
        is_ready=nginx.is_ready,
        before=nginx.write_configuration,
        log_folder=nginx.folder,
        stop_signal=signal.SIGTERM,
        grace_s=5.0,
    )


def feeds(layout: Layout, command: Sequence[str]) -> Service:
    """Return the demonstration's feeds: recorded data through the real MQTT door."""
    return _with_ready_file("feeds", "演示数据", layout, command)


def _ours(name: str, zh: str, layout: Layout, is_ready: Callable[[], bool]) -> Service:
    """Describe a process that is served by granian."""
    return Service(
        name=name,
        zh=zh,
        command=lambda: caller().command(sys.executable, "-m", "anlan", name),
        is_ready=is_ready,
        environment={"ANLAN_CONFIG": str(layout.settings_file)},
        deaf_while_starting=True,
    )


def _with_ready_file(
    name: str, zh: str, layout: Layout, command: Sequence[str] | None = None
) -> Service:
    file = layout.home / "run" / f"{name}.ready"
    words = command or ("-m", "anlan", name)
    return Service(
        name=name,
        zh=zh,
        command=lambda: caller().command(sys.executable, *words),
        is_ready=file.exists,
        before=lambda: _forget(file),
        environment={"ANLAN_CONFIG": str(layout.settings_file), READY_FILE: str(file)},
    )


def _forget(file: Path) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.unlink(missing_ok=True)
