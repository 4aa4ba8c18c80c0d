"""`anlan demo` from nothing to a live alarm: servers, tables, region and cast, processes, the page.

Every step is done whole or done again, so an interruption at any point costs only that step.
"""

import contextlib
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from anlan.app.stack import house, ports
from anlan.app.stack.care import Care
from anlan.app.stack.errors import MissingPieceError, StackError
from anlan.app.stack.layout import Layout, Ports, demo_settings
from anlan.app.stack.lock import HouseLock
from anlan.app.stack.nats import MqttDoor, NatsServer, nats_in
from anlan.app.stack.nginx import HttpDoor, Nginx
from anlan.app.stack.owner import caller, choose
from anlan.app.stack.postgres import Cluster, cluster_in
from anlan.app.stack.progress import Progress
from anlan.app.stack.stamps import PACKAGE, Stamp, series_digest, tables_digest
from anlan.app.stack.step import StoppedError, run_step
from anlan.app.stack.supervisor import Supervisor
from anlan.kernel.base.addresses import is_loopback

CHECKOUT = PACKAGE.parent
FEEDS = ("-m", "anlan.app.cli.demo_feeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the caller of `anlan demo` may want otherwise."""

    home: Path
    listen: str = ports.LOOPBACK
    doors: str = ports.LOOPBACK
    plain_doors: bool = False
    log_format: str = "line"
    stop_after_first_alarm: bool = False
    patience_s: float = 900.0
    dist: Path = CHECKOUT / "web" / "dist"
    simulators_python: Path = CHECKOUT / ".venv" / "simulators" / "bin" / "python"


@dataclass(slots=True)
class Demonstration:
    """One run of the demonstration, from its lock to its end."""

    wishes: Wishes
    progress: Progress = field(default_factory=Progress)

    def run(self) -> bool:
        """Run until somebody stops it; False when the alarm that was waited for did not come."""
        layout = Layout(self.wishes.home.absolute())
        layout.make()
        lock = HouseLock(layout.lock_file)
        lock.acquire()
        with contextlib.closing(lock), Care(keep_open=(lock.descriptor,)) as care:
            supervisor = Supervisor(layout.logs, care, self._tell)
            supervisor.obey_signals()
            started = time.monotonic()
            try:
                return self._run(layout, lock, care, supervisor, started)
            except StoppedError as stopped:
                self.progress.line(str(stopped))
                return True
            finally:
                with self.progress.step("停止全部进程", "stopping all processes"):
                    supervisor.stop()

    def _run(
        self, layout: Layout, lock: HouseLock, care: Care, supervisor: Supervisor, started: float
    ) -> bool:
        chosen = layout.choose_ports()
        cluster, nats = self._servers(layout, care)
        address = f"http://{ports.LOOPBACK}:{chosen.web}"
        settings = demo_settings(layout, chosen, cluster, nats, public_url=address)
        layout.write_settings(settings | {"log_format": self.wishes.log_format})
        with self.progress.step("启动数据库和消息总线", "starting PostgreSQL and NATS"):
            supervisor.start(house.servers(cluster, nats))
        setup = _Setup(layout, care, supervisor, self.progress)
        setup.make_tables(cluster)
        cast = self._processes(layout, chosen, supervisor, setup)
        if supervisor.asked_to_stop:
            raise StoppedError
        lock.note(address)
        self._show(address, nats, cast, layout, time.monotonic() - started)
        if not self.wishes.stop_after_first_alarm:
            supervisor.watch()
            return True
        return self._await_alarm(cluster, supervisor)

    def _servers(self, layout: Layout, care: Care) -> tuple[Cluster, NatsServer]:
        nats = nats_in(layout.home / "nats", name="n640181", door=self._mqtt_door(layout))
        cluster = cluster_in(layout.home / "postgres")
        care.folder(cluster.sockets)
        if not (cluster.data / "PG_VERSION").exists():
            with self.progress.step("建立数据库", "making the PostgreSQL cluster"):
                cluster.build()
        return cluster, nats

    def _mqtt_door(self, layout: Layout) -> MqttDoor:
        """Devices on this machine need no TLS; a door for others has it."""
        wishes = self.wishes
        tls = None if self._is_plain() else layout.door_certificate(wishes.doors)
        return MqttDoor(listen=wishes.doors, tls=tls, is_plain_allowed=wishes.plain_doors)

    def _is_plain(self) -> bool:
        return is_loopback(self.wishes.doors) or self.wishes.plain_doors

    def _http_door(self, layout: Layout, chosen: Ports) -> HttpDoor | None:
        if self._is_plain():
            return None
        return HttpDoor(
            listen=self.wishes.doors,
            port=chosen.door,
            tls=layout.door_certificate(self.wishes.doors),
            client_authority=layout.authority.certificate,
        )

    def _processes(
        self, layout: Layout, chosen: Ports, supervisor: Supervisor, setup: "_Setup"
    ) -> list[dict[str, Any]]:
        """Bring the processes up; beside the loading when the demo has been loaded before."""
        nginx = self._nginx(layout, chosen)
        loaded_before = Stamp(layout.stamps, "loaded", "yes")
        early = loaded_before.holds()
        if early:
            supervisor.begin(house.workers(layout, chosen))
        cast = setup.load(self.wishes.simulators_python)
        loaded_before.set()
        if not early:
            supervisor.begin(house.workers(layout, chosen))
        with self.progress.step("启动各进程", "starting Anlan's processes"):
            supervisor.settle()
        with self.progress.step("启动网页和演示数据", "starting the web page and the feeds"):
            supervisor.start([house.origin(nginx), house.feeds(layout, FEEDS)])
        return cast

    def _nginx(self, layout: Layout, chosen: Ports) -> Nginx:
        dist = self.wishes.dist
        if not (dist / "index.html").exists():
            raise MissingPieceError(
                "网页还没有构建:运行 make demo,或在 web/ 里运行 npm ci && npm run build",
                "The web application is not built: `make demo`, or `npm run build` in web/.",
            )
        owner, folder = choose(layout.home / "nginx")
        return Nginx(
            folder=folder,
            owner=owner,
            dist=dist,
            port=chosen.web,
            serve_port=chosen.serve,
            live_port=chosen.live,
            gateway_port=chosen.gateway,
            listen=self.wishes.listen,
            proxy_secret=(layout.home / "proxy_secret").read_text(encoding="utf-8"),
            door=self._http_door(layout, chosen),
            is_plain_allowed=self.wishes.plain_doors,
            log_format=self.wishes.log_format,
        )

    def _show(
        self,
        address: str,
        nats: NatsServer,
        cast: list[dict[str, Any]],
        layout: Layout,
        took_s: float,
    ) -> None:
        """Print where it answers and who may come in; to the terminal, once, and nowhere else."""
        say = self.progress.line
        say(f"\n  安澜已就绪 · Anlan is up  {took_s:.1f} s\n\n      {address}\n")
        say("  演示数据·非真实事件 · demonstration data, no real events\n")
        for member in cast:
            say(f"  {member['title']} {member['name']} · {member['title_en']}")
            if member["organisation"]:
                say(f"      {member['organisation']}")
            say(f"      {address}/link#{member['link_token']}")
            say(f"      {member['what_to_try']}\n      {member['what_to_try_en']}\n")
        say("  每个链接只能登录一次,一天内有效,只在这里显示。")
        say("  Each link signs in once, within a day, and is shown only here.\n")
        tls = "" if self._is_plain() else " TLS"
        say(f"  设备入口 doors for devices  MQTT{tls} {self.wishes.doors}:{nats.mqtt_port}")
        say(f"  日志 logs {layout.logs} · 停止 stop Ctrl-C · 忘掉 forget `make clean-demo`\n")

    def _await_alarm(self, cluster: Cluster, supervisor: Supervisor) -> bool:
        """Wait for a row in the table of alarms, as a stranger would look at the screen."""
        until = time.monotonic() + self.wishes.patience_s
        there = False

        def enough() -> bool:
            nonlocal there
            there = _first_alarm(cluster)
            return there or time.monotonic() > until

        with self.progress.step("等待第一个报警", "waiting for the first alarm"):
            supervisor.watch(until=enough)
            if not there:
                raise StackError(
                    "没有等到报警。", f"No alarm within {self.wishes.patience_s:.0f} s."
                )
        return there

    def _tell(self, name: str, what: str) -> None:
        if what.startswith("crashed"):
            self.progress.line(f"  ! {name}: {what}")


@dataclass(frozen=True, slots=True)
class _Setup:
    """The steps that run as commands of their own, with what they need."""

    layout: Layout
    care: Care
    supervisor: Supervisor
    progress: Progress

    def make_tables(self, cluster: Cluster) -> None:
        """Prepare, migrate and grant, unless this cluster has just these tables already."""
        stamp = Stamp(self.layout.stamps, "tables", tables_digest(cluster.data))
        if stamp.holds():
            return
        with self.progress.step("准备数据库、建表、授权", "preparing, migrating and granting"):
            self._run("-m", "anlan", "db", "prepare")
            self._run("-m", "anlan", "db", "migrate")
        stamp.set()

    def load(self, simulators_python: Path) -> list[dict[str, Any]]:
        """Make and load what is missing of the demo; return the cast with fresh links."""
        series = Stamp(self.layout.stamps, "series", series_digest())
        if not series.holds():
            with self.progress.step(
                "模拟装置数据(首次约半分钟)", "simulating the plants (half a minute, once)"
            ):
                self._run("-m", "anlan.app.cli.demo_load", "series", str(simulators_python))
            series.set()
        with self.progress.step("装载区域、企业和人员", "loading region, firms and people"):
            said = self._run("-m", "anlan.app.cli.demo_load", "cast")
        cast: list[dict[str, Any]] = json.loads(said)
        return cast

    def _run(self, *words: str) -> str:
        return run_step(
            caller().command(sys.executable, *words),
            log=self.layout.logs / "setup.log",
            care=self.care,
            environment={"ANLAN_CONFIG": str(self.layout.settings_file)},
            is_unwanted=lambda: self.supervisor.asked_to_stop,
        )


def _first_alarm(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.dsn("anlan_admin", "anlan"), connect_timeout=2) as admin:
            return admin.execute("SELECT 1 FROM alerts_alarm LIMIT 1").fetchone() is not None
    except psycopg.OperationalError:
        return False
