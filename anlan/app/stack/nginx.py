"""The one origin: nginx with a configuration of our own, on a port that needs no rights."""

import shutil
import string
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from anlan.app.stack.certificates import Pair
from anlan.app.stack.errors import MissingPieceError
from anlan.app.stack.nats_users import write_private
from anlan.app.stack.owner import Owner
from anlan.app.stack.ports import answers
from anlan.kernel.base.addresses import is_loopback

#: maplibre draws in workers made from blobs; Element Plus writes styles into elements
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: What was refused or failed, an object a line; no query, which may hold names. The log of errors has
#: one form only, nginx's own.
REQUESTS = """log_format requests escape=json '{{"time":"$time_iso8601","process":"nginx",'
        '"method":"$request_method","uri":"$uri","status":$status,"bytes":$bytes_sent,'
        '"seconds":$request_time,"address":"$remote_addr","correlation":"$http_x_correlation_id"}}';
    map $status $is_told {{ ~^[45] 1; default 0; }}
    access_log "{folder}/requests.log" requests if=$is_told;"""
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
class HttpDoor:
    """Where gateways post readings from outside: always TLS, a client certificate if they have one."""

    listen: str
    port: int
    tls: Pair
    client_authority: Path

    @property
    def files(self) -> dict[str, Path]:
        """Return the files that nginx reads, under the names that it has for them."""
        return {
            "door.pem": self.tls.certificate,
            "door.key": self.tls.key,
            "clients.pem": self.client_authority,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """One nginx: its folder, its owner, what it serves and whom it passes requests to.

    The door for readings is part of the one origin only on loopback, or where clear text is allowed.
    """

    folder: Path
    owner: Owner
    dist: Path
    port: int
    serve_port: int
    live_port: int
    gateway_port: int
    listen: str = "127.0.0.1"
    proxy_secret: str = field(default="", repr=False)
    door: HttpDoor | None = None
    is_plain_allowed: bool = False
    log_format: str = "line"

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
            "requests": REQUESTS.format(folder=self.folder)
            if self.log_format == "json"
            else "access_log off;",
            "here": self._door_here(),
            "door": self._door_server(),
        }
        for name, source in ({} if self.door is None else self.door.files).items():
            write_private(self.folder / name, source.read_text(encoding="utf-8"))
        template = resources.files("anlan.app.stack").joinpath("nginx.conf.template")
        text = _Template(template.read_text(encoding="utf-8")).substitute(words)
        file = self.folder / "nginx.conf"
        write_private(file, text)  # the secret by which we prove ourselves is in it
        return self.owner.give(file, 0o600)

    def _door_here(self) -> str:
        """Return what the origin does with readings; others must not post them in clear text."""
        if is_loopback(self.listen) or self.is_plain_allowed:
            return self._pass_readings("", "")
        return "return 403;"

    def _door_server(self) -> str:
        if self.door is None:
            return ""
        readings = self._pass_readings("$ssl_client_verify", "$ssl_client_s_dn")
        return f"""server {{
        listen {self.door.listen}:{self.door.port} ssl;
        server_name _;
        ssl_certificate "{self.folder}/door.pem";
        ssl_certificate_key "{self.folder}/door.key";
        ssl_client_certificate "{self.folder}/clients.pem";
        ssl_verify_client optional;
        ssl_protocols TLSv1.2 TLSv1.3;
        location = /api/v1/observations {{ {readings} }}
        location / {{ return 404; }}
    }}"""

    def _pass_readings(self, verify: str, subject: str) -> str:
        """Pass readings on; who sent them says nothing of his certificate himself."""
        heads = {
            "X-Proxy-Secret": self.proxy_secret,
            "X-Client-Verify": verify,
            "X-Client-Subject": subject,
            "Host": "$http_host",
            "X-Real-IP": "$remote_addr",
            "Connection": "",
        }
        said = " ".join(f'proxy_set_header {name} "{value}";' for name, value in heads.items())
        return f"limit_conn doors 64; client_max_body_size 2m; {said} proxy_pass http://gateway;"

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
