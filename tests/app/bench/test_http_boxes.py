"""The bench's HTTP gateways send every message once, and an answer that is no 202 ends the bench."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from anlan.app.bench.http_boxes import AT_ONCE, post_all
from anlan.app.bench.plant import Box

pytestmark = pytest.mark.timeout(60)


class House(http.server.ThreadingHTTPServer):
    """Answers as the door does, except to one body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.bodies: list[bytes] = []
        self.lines: set[object] = set()


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: House

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        self.server.lines.add(self.client_address)
        self.send_response(409 if body == b"altered" else 202)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def house() -> Iterator[House]:
    with House() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def boxes(count: int) -> list[Box]:
    return [
        Box(id=f"g{at}", firm=f"f{at}", code="A", token="t", hmac_key="00", tags=(), numbers=())
        for at in range(count)
    ]


def test_every_message_is_sent_once_over_kept_lines(house: House) -> None:
    made = [(box, [b"%d-%d" % (at, turn) for turn in range(50)]) for at, box in enumerate(boxes(2))]
    post_all(house.server_port, made, patience_s=30)
    assert sorted(house.bodies) == sorted(one for _box, payloads in made for one in payloads)
    assert 2 <= len(house.lines) <= 2 * AT_ONCE


def test_a_refusal_ends_it(house: House) -> None:
    (box,) = boxes(1)
    with pytest.raises(RuntimeError, match="409"):
        post_all(house.server_port, [(box, [b"good", b"altered"])], patience_s=30)
