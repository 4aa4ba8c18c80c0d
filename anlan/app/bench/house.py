"""The house under load: all of Anlan's processes as `anlan demo` runs them, in a folder that goes again.

The servers keep their shipped settings: every acknowledgement is synced. The supervisor brings back
what falls, on a thread of its own, so a fault test only has to kill.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from anlan.app.stack import house, ports
from anlan.app.stack.care import Care
from anlan.app.stack.environment import inherited
from anlan.app.stack.layout import Layout, Ports, demo_settings
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.app.stack.owner import caller
from anlan.app.stack.postgres import Cluster, cluster_in
from anlan.app.stack.step import run_step
from anlan.app.stack.supervisor import Supervisor

NODE = "n640181"
#: What is not needed for readings and alarms does not take part.
OURS = ("gateway", "engine", "recorder", "worker", "live")


@dataclass(slots=True)
class BenchHouse:
    """A running house and its way in."""

    layout: Layout
    cluster: Cluster
    nats: NatsServer
    supervisor: Supervisor
    ports: Ports
    crashes: list[tuple[str, str]] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def admin_dsn(self) -> str:
        """How the owner of the cluster comes in."""
        return self.cluster.dsn("anlan_admin", "anlan")

    def start(self) -> None:
        """Start our processes, once the tables hold what they shall find."""
        ours = [one for one in house.workers(self.layout, self.ports) if one.name in OURS]
        self.supervisor.start(ours)

    def stand_still(self) -> None:
        """End our processes as an operator does, the servers stay; `start` begins again."""
        self._end_watch()
        self.supervisor.stop_last()

    def watch(self) -> None:
        """Bring back what falls from now on, beside the caller."""
        self._is_over.clear()
        self._thread = threading.Thread(
            target=self.supervisor.watch, args=[self._is_over.is_set], daemon=True
        )
        self._thread.start()

    def has_servers(self) -> bool:
        """Tell whether database and bus answer."""
        return self.cluster.is_ready() and self.nats.is_ready()

    def command(self, *words: str) -> int:
        """Run a command of this installation; return its exit code."""
        environment = inherited({"ANLAN_CONFIG": str(self.layout.settings_file)})
        argv = caller().command(sys.executable, "-m", "anlan", *words)
        return subprocess.run(argv, env=environment, check=False, capture_output=True).returncode

    def pids(self) -> dict[str, int]:
        """Return the present process of every service."""
        return {name: self.supervisor.pid_of(name) for name in ("postgres", "nats", *OURS)}

    def close(self) -> None:
        """End the watch and every process."""
        self._end_watch()
        self.supervisor.stop()

    def _end_watch(self) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None


def wait_until(
    holds: Callable[[], bool], what: str, patience_s: float = 120.0, every_s: float = 0.05
) -> None:
    """Wait until something holds, with a look each so often. Raises TimeoutError that names it."""
    end = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {patience_s:.0f} s: {what}")
        time.sleep(every_s)


@contextlib.contextmanager
def bench_house(where: Path | None = None) -> Iterator[BenchHouse]:
    """Build a house whose servers run and whose tables are empty; nothing of it stays.

    It lies in a new folder below `where`, by default that of temporary files.

    Sets Django up in this process as `anlan_app`: what uses models is imported inside, and one
    process holds one house. Our own processes run from `start` on.
    """
    home = Path(tempfile.mkdtemp(prefix="anlan-bench-", dir=where))
    home.chmod(0o711)
    with Care() as care:
        care.folder(home)
        made = _servers(home, care)
        try:
            made.supervisor.start(house.servers(made.cluster, made.nats))
            _make_tables(made, care)
            yield made
        finally:
            made.close()


def _servers(home: Path, care: Care) -> BenchHouse:
    layout = Layout(home)
    layout.make()
    chosen = layout.choose_ports()
    nats, cluster = nats_in(home / "nats", name=NODE), cluster_in(home / "postgres")
    care.folder(cluster.sockets)
    care.folder(cluster.data.parent)
    cluster.build()
    # when a row was committed can be asked afterwards, to the microsecond
    with (cluster.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("track_commit_timestamp = on\n")
    address = f"http://{ports.LOOPBACK}:{chosen.web}"
    layout.write_settings(demo_settings(layout, chosen, cluster, nats, public_url=address))
    crashes: list[tuple[str, str]] = []
    supervisor = Supervisor(layout.logs, care, lambda name, what: crashes.append((name, what)))
    return BenchHouse(layout, cluster, nats, supervisor, chosen, crashes)


def _make_tables(made: BenchHouse, care: Care) -> None:
    for step in ("prepare", "migrate"):
        run_step(
            caller().command(sys.executable, "-m", "anlan", "db", step),
            log=made.layout.logs / "setup.log",
            care=care,
            environment={"ANLAN_CONFIG": str(made.layout.settings_file)},
            is_unwanted=lambda: False,
        )
    from anlan.app.cli.django_setup import start_django

    for name in [name for name in os.environ if name.startswith("ANLAN_")]:
        del os.environ[name]
    os.environ["ANLAN_CONFIG"] = str(made.layout.settings_file)
    start_django("anlan_app")
