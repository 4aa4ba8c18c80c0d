"""A private PostgreSQL cluster: unix socket only, known users only, made and started in a second."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from anlan.app.stack.errors import MissingPieceError, StackError
from anlan.app.stack.owner import Owner, choose
from anlan.app.stack.server import Server, launch, wait_for

ADMIN = "anlan_admin"
ROLES = (
    ADMIN,
    "anlan_owner",
    "anlan_app",
    "anlan_engine",
    "anlan_relay",
    "anlan_recorder",
    "anlan_worker",
    "anlan_gateway",
    "anlan_live",
)
#: `sun_path` of a unix socket holds 107 bytes and a zero; the file is `<folder>/.s.PGSQL.5432`
SOCKET_PATH_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"
SETTINGS = {
    "listen_addresses": "",
    "max_wal_size": "1GB",
    "shared_buffers": "128MB",
    "max_connections": "120",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] %u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
#: what a cluster that nobody will miss does without
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server (15 or later) on this machine."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = {int(path.parts[-3]): path.parent for path in found if path.parts[-3].isdigit()}
    if versions and max(versions) >= 15:
        return versions[max(versions)]
    raise MissingPieceError(
        "没有找到 PostgreSQL 15:apt-get install postgresql-15 postgresql-15-postgis-3",
        "PostgreSQL 15 is missing: apt-get install postgresql-15 postgresql-15-postgis-3",
    )


@dataclass(slots=True)
class Cluster:
    """One cluster: its data folder, its private socket folder, its owner."""

    data: Path
    sockets: Path
    owner: Owner
    throw_away: bool = False
    _server: Server | None = field(default=None, init=False)

    def url(self, database: str = "anlan") -> str:
        """Return the address of a database without a user; the role of a process adds that."""
        return f"postgresql:///{database}?host={self.sockets}"

    def dsn(self, role: str, database: str = "anlan") -> str:
        """Return a connection string for one role."""
        return f"host={self.sockets} user={role} dbname={database}"

    @property
    def admin_dsn(self) -> str:
        """The superuser's way in; only `anlan db prepare` and the tests' database makers use it."""
        return self.dsn(ADMIN, "postgres")

    def build(self) -> None:
        """Make the cluster if there is none; an interrupted build starts from nothing."""
        if (self.data / "PG_VERSION").exists():
            return
        building = self.data.with_name(self.data.name + ".building")
        shutil.rmtree(building, ignore_errors=True)
        initdb = str(binaries() / "initdb")
        command = [initdb, "-D", str(building), "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8"]
        rules = ["--auth-local=peer", "--auth-host=reject"]
        hurry = ["--no-sync"] if self.throw_away else []
        made = subprocess.run(
            self.owner.command(*command, *rules, *hurry),
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env=_environment(),
        )
        if made.returncode != 0:
            raise StackError(f"initdb 失败:{made.stderr}", f"initdb failed: {made.stderr}")
        self._write_rules(building)
        building.rename(self.data)

    def _write_rules(self, folder: Path) -> None:
        """Say who may come in: the caller and the owner, as any of our roles, by the socket."""
        users = sorted({self.owner.name, pwd.getpwuid(os.getuid()).pw_name})
        identities = "".join(f"anlan {user} {role}\n" for user in users for role in ROLES)
        access = "local all all peer map=anlan\n"
        for name, text in (("pg_hba.conf", access), ("pg_ident.conf", identities)):
            (folder / name).write_text(text, encoding="utf-8")
            self.owner.give(folder / name, 0o600)

    def server_command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = SETTINGS | (CARELESS if self.throw_away else {})
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = binaries() / "postgres"
        return self.owner.command(server, "-D", self.data, "-k", self.sockets, *options)

    def make_way(self, *, timeout_s: float = 20.0) -> None:
        """Clear what an earlier run left: its server and sessions, or a pid file that lies."""
        file = self.data / "postmaster.pid"
        if (pid := _pid_in(file)) is not None and Path(f"/proc/{pid}").exists():
            if pid in _processes_in(self.data):
                os.kill(pid, signal.SIGINT)
            else:
                # the number was given to another process, after a boot; PostgreSQL would believe it
                file.unlink(missing_ok=True)
        until = time.monotonic() + timeout_s
        while left := _processes_in(self.data):
            if time.monotonic() > until:
                raise StackError(
                    f"上次运行留下的 PostgreSQL 进程 {left} 停不下来。",
                    f"PostgreSQL processes {left} of an earlier run do not stop.",
                )
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Tell whether the server takes connections."""
        try:
            psycopg.connect(self.admin_dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, log: Path, *, timeout_s: float = 30.0) -> int:
        """Start the server beside us, wait until it answers; returns its process id."""
        self.make_way()
        self._server = launch(self.server_command(), log, environment=_environment())
        wait_for(self._server, "PostgreSQL", log, is_ready=self.is_ready, timeout_s=timeout_s)
        return self._server.pid

    def stop(self, *, timeout_s: float = 30.0) -> None:
        """Stop the server that `start` started and remove its sockets; safe to call twice."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT if self.throw_away else signal.SIGINT)
            self._server.wait(timeout=timeout_s)
        self.remove_sockets()

    def remove_sockets(self) -> None:
        """Remove the private folder of this start; the next start makes another."""
        shutil.rmtree(self.sockets, ignore_errors=True)


def cluster_in(home: Path, *, throw_away: bool = False) -> Cluster:
    """Return the cluster of a folder, its owner chosen, its socket folder made; nothing started."""
    owner, folder = choose(home)
    owner.folder(folder)
    if not owner.reaches(folder):
        raise StackError(f"{owner.name} 进不了 {folder}。", f"{owner.name} cannot enter {folder}.")
    return Cluster(folder.resolve() / "data", _socket_folder(owner), owner, throw_away)


def _socket_folder(owner: Owner) -> Path:
    """Make a private folder whose name is short enough for a unix socket."""
    for base in (tempfile.gettempdir(), "/tmp"):  # noqa: S108  mkdtemp makes it private
        made = Path(tempfile.mkdtemp(prefix="anlan-pg-", dir=base))
        if len(os.fsencode(made / SOCKET_NAME)) <= SOCKET_PATH_LIMIT and owner.reaches(made.parent):
            return owner.give(made, 0o700)
        made.rmdir()
    raise StackError(
        "临时目录的路径太长,放不下 PostgreSQL 的套接字;请设 TMPDIR=/tmp。",
        "The temporary folder's path is too long for a socket; set TMPDIR=/tmp.",
    )


def _pid_in(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _processes_in(data: Path) -> list[int]:
    """Return the processes at work in a data folder: a server and its sessions have it as cwd."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == data:
                found.append(int(process.name))
    return found


def _environment() -> dict[str, str]:
    """Return an environment without the caller's PG* settings and language."""
    kept = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    return kept | ({"TZ": os.environ["TZ"]} if "TZ" in os.environ else {})
