"""Who owns the servers' files: never root, because PostgreSQL refuses root and nobody needs it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from anlan.app.stack.errors import MissingPieceError

SERVICE_USER = "postgres"


@dataclass(frozen=True, slots=True)
class Owner:
    """An unprivileged identity and the words that put a command under it."""

    name: str
    uid: int
    gid: int
    prefix: tuple[str, ...]
    files_stay_ours: bool = True
    """Whether files made by us already belong to the owner (same user, or a user namespace)."""

    def command(self, *argv: str | Path) -> list[str]:
        """Return the command line that runs under this owner and dies with its starter."""
        return [*self.prefix, *map(str, argv)]

    def give(self, path: Path, mode: int) -> Path:
        """Let the owner have a file or folder."""
        path.chmod(mode)
        if not self.files_stay_ours:
            os.chown(path, self.uid, self.gid)
        return path

    def folder(self, path: Path, mode: int = 0o700) -> Path:
        """Make a folder of the owner's; its parents stay ours."""
        path.mkdir(parents=True, exist_ok=True)
        return self.give(path, mode)

    def reaches(self, path: Path) -> bool:
        """Tell whether the owner can enter a folder (a project below /root, mode 0700, is not)."""
        probe = [*self.prefix, "test", "-x", str(path)]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0

    def may_read(self, file: Path) -> bool:
        """Tell whether the owner can read a file."""
        probe = [*self.prefix, "test", "-r", str(file)]
        return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def caller() -> Owner:
    """Return the user who called us, as owner; the choice whenever that is not root."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError as error:
        raise MissingPieceError(
            f"系统中没有编号为 {uid} 的用户,请用有名字的用户运行。",
            f"User id {uid} has no name in /etc/passwd; run as a user that has one.",
        ) from error
    return Owner(name, uid, os.getgid(), _with_setpriv())


def choose(folder: Path) -> tuple[Owner, Path]:
    """Return an owner that can live in the folder, and the folder, moved if there is no other way.

    Not root: the caller. Root: the user `postgres`; below a closed folder such as /root, the same
    user inside a user namespace of its own; where namespaces are forbidden, a folder in /var/tmp.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:
        return caller(), folder
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError as error:
        raise MissingPieceError(
            "系统用户 postgres 不存在:请先安装 postgresql-15(make demo 会自动安装)。",
            "The user `postgres` is missing: install postgresql-15 (`make demo` does).",
        ) from error
    plain = Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, _as_user(entry), files_stay_ours=False)
    if plain.reaches(folder):
        return plain, folder
    inside = Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, _in_namespace(entry))
    if inside.reaches(folder):
        return inside, folder
    return plain, _elsewhere(folder)


def _with_setpriv() -> tuple[str, ...]:
    return (_tool("setpriv"), "--pdeathsig", "TERM", "--")


def _as_user(entry: pwd.struct_passwd) -> tuple[str, ...]:
    ids = ("--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups")
    return (_tool("setpriv"), "--pdeathsig", "TERM", *ids, "--")


def _in_namespace(entry: pwd.struct_passwd) -> tuple[str, ...]:
    """Root outside, `postgres` inside: files stay root's, and peer sees root as `postgres`."""
    ids = (f"--map-user={entry.pw_uid}", f"--map-group={entry.pw_gid}")
    return (_tool("unshare"), "--user", *ids, *_with_setpriv())


def _elsewhere(folder: Path) -> Path:
    """Return a folder that everybody can reach, always the same for one folder of ours."""
    moved = folder / "moved_to"
    if moved.exists() and (known := Path(moved.read_text(encoding="utf-8").strip())).is_dir():
        return known
    made = Path(tempfile.mkdtemp(prefix="anlan-", dir="/var/tmp"))
    made.chmod(0o711)
    moved.write_text(str(made), encoding="utf-8")
    return made


def _tool(name: str) -> str:
    found = shutil.which(name, path="/usr/bin:/bin:/usr/sbin:/sbin")
    if found is None:
        raise MissingPieceError(
            f"缺少 {name}:请安装 util-linux(apt-get install util-linux)。",
            f"{name} is missing: apt-get install util-linux.",
        )
    return found
