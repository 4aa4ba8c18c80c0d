"""The web application and the API at one address, as nginx serves them, over this test's database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from anlan.app.stack import ports
from anlan.app.stack.care import Care
from anlan.app.stack.nginx import Nginx
from anlan.app.stack.owner import choose
from anlan.app.stack.service import Service
from anlan.app.stack.supervisor import Supervisor
from anlan.kernel.base.config import config
from tests.left_out import leave_out

DIST = Path(__file__).parents[2] / "web" / "dist"


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_words: object) -> None:
        """Say nothing of each request."""


@contextmanager
def origin(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve, and say where: by the name localhost, which a security key can be bound to."""
    if not (DIST / "index.html").exists():
        leave_out("no web/dist (`make test` makes it)", brought=True)
    port = ports.free_port()
    address = f"http://localhost:{port}"
    patch.setenv("ANLAN_PUBLIC_URL", address)
    config.cache_clear()
    from anlan.app.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    owner, home = choose(folder / "nginx")
    nginx = Nginx(
        folder=home,
        owner=owner,
        dist=DIST,
        port=port,
        serve_port=server.server_port,
        live_port=ports.free_port(),
        gateway_port=ports.free_port(),
    )
    nginx.write_configuration()
    with Care() as care:
        house = Supervisor(folder, care, lambda _name, _what: None)
        service = Service(
            name="nginx", zh="", command=nginx.server_command, is_ready=nginx.is_ready
        )
        house.start([service])
        yield address
        house.stop()
    server.shutdown()
    server.server_close()
    config.cache_clear()
