"""Real peers on this machine: HTTP that answers as it is told, cuts the line or says nothing; ports where nobody is."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Peer:
    """What a peer answers, and what it was asked."""

    port: int = 0
    status: int = 200
    body: Any = field(default_factory=dict)
    #: `answer`, `cut` after the whole request was read, or `silence`.
    manner: str = "answer"
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def json(self, number: int = -1) -> Any:
        return json.loads(self.asked[number][2])

    def query(self, number: int = -1) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.asked[number][0]).query).items()}


@contextmanager
def http_peer() -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            peer.asked.append((self.path, dict(self.headers), body))
            if peer.manner == "silence":
                peer.silent.wait(30)
            if peer.manner != "answer":
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            raw = peer.body if isinstance(peer.body, bytes) else json.dumps(peer.body).encode()
            self.send_response(peer.status)
            if peer.status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Lines are cut on purpose."""

    server = Server(("127.0.0.1", 0), Handler)
    peer.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield peer
    finally:
        peer.silent.set()
        server.shutdown()
        server.server_close()


def nobodys_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
