"""A REST service of a province: real HTTP, answers as a test lays them out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

Query = dict[str, str]


@dataclass
class Above:
    """What it was asked (path with query, headers), and what it answers: status, headers, body."""

    url: str = ""
    asked: list[tuple[Query, dict[str, str]]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    style: str = "number"
    size: int = 2
    refusal: tuple[int, dict[str, str], bytes] | None = None
    clock: str = ""

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        query = {name: said[0] for name, said in parse_qs(urlsplit(path).query).items()}
        self.asked.append((query, headers))
        if self.refusal is not None:
            return self.refusal
        some = [one for one in self.rows if str(one["updated"]) >= query.get("since", "")]
        start = (
            int(query.get("page", 0)) - 1 if self.style == "number" else int(query.get("page", 0))
        )
        first = start * self.size
        body: dict[str, Any] = {"data": {"items": some[first : first + self.size]}}
        if first + self.size < len(some) and self.style == "cursor":
            body["next"] = start + 1
        if first + self.size < len(some) and self.style == "link":
            body["next"] = f"/readings?page={start + 1}&since={quote(query.get('since', ''))}"
        return 200, {}, msgspec.json.encode(body)


@contextmanager
def above() -> Iterator[Above]:
    said = Above()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = said.answer(self.path, dict(self.headers))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return said.clock or super().date_time_string(timestamp)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.url = f"http://127.0.0.1:{server.server_port}/readings"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
