"""The one origin: nginx with a configuration of our own, on a port that needs no rights."""

import shutil
import string
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from anlan.app.stack.errors import MissingPieceError
from anlan.app.stack.owner import Owner
from anlan.app.stack.ports import answers

#: maplibre draws in workers made from blobs; Element Plus writes styles into elements
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: said by Django as well; nginx says them once for every answer
SAID_TWICE = (
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
)


class _Template(string.Template):
    """`$` belongs to nginx's own variables."""

    delimiter = "@"


def server_binary() -> str:
    """Return nginx, which Debian keeps where only root's PATH looks."""
    if (found := shutil.which("nginx", path="/usr/sbin:/sbin:/usr/bin:/usr/local/sbin")) is None:
        raise MissingPieceError(
            "缺少 nginx:apt-get install nginx-light",
            "nginx is missing: apt-get install nginx-light",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """One nginx: its folder, its owner, what it serves and whom it passes requests to."""

    folder: Path
    owner: Owner
    dist: Path
    port: int
    serve_port: int
    live_port: int
    gateway_port: int
    listen: str = "127.0.0.1"

    def write_configuration(self) -> Path:
        """Write what nginx reads."""
        self.owner.folder(self.folder)
        words = {
            "folder": self.folder,
            "dist": self._readable_dist(),
            "listen": self.listen,
            "port": self.port,
            "serve_port": self.serve_port,
            "live_port": self.live_port,
            "gateway_port": self.gateway_port,
            "csp": CONTENT_SECURITY_POLICY,
            "hide": " ".join(f"proxy_hide_header {name};" for name in SAID_TWICE),
        }
        template = resources.files("anlan.app.stack").joinpath("nginx.conf.template")
        text = _Template(template.read_text(encoding="utf-8")).substitute(words)
        file = self.folder / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        return self.owner.give(file, 0o600)

    def _readable_dist(self) -> Path:
        """Return the built web application; a copy where its owner's folders are closed to us."""
        if not self.dist.is_dir() or self.owner.may_read(self.dist / "index.html"):
            return self.dist
        copy = self.folder / "dist"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.dist, copy)
        for path in (copy, *copy.rglob("*")):
            self.owner.give(path, 0o700 if path.is_dir() else 0o600)
        return copy

    def server_command(self) -> list[str]:
        """Return the command that runs nginx in the foreground."""
        where = ("-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf")
        return self.owner.command(server_binary(), *where)

    def is_ready(self) -> bool:
        """Tell whether the origin takes connections."""
        return answers(self.port)
