"""The one origin: routes, headers, caching, and an event stream that is not held back."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from anlan.app.stack import ports
from anlan.app.stack.care import Care
from anlan.app.stack.layout import Layout
from anlan.app.stack.nginx import Nginx
from anlan.app.stack.owner import choose
from anlan.app.stack.service import Service
from anlan.app.stack.supervisor import Supervisor

SAFETY = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Backend(BaseHTTPRequestHandler):
    """Answers with its own name; on /live it sends one event and keeps the line open."""

    name = "?"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        self.end_headers()
        self.wfile.write(f"{self.name} {self.path}\n".encode())
        self.wfile.flush()
        if self.path == "/live":
            self.server.hold.wait(30)  # type: ignore[attr-defined]

    do_POST = do_GET  # noqa: N815  the base class's name

    def log_message(self, *_words: object) -> None:
        """Keep quiet."""


@pytest.fixture
def backends() -> Iterator[dict[str, int]]:
    servers = {}
    for name in ("serve", "live", "gateway"):
        handler = type(name, (Backend,), {"name": name})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.hold = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[name] = server
    yield {name: server.server_port for name, server in servers.items()}
    for server in servers.values():
        server.hold.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()


@pytest.fixture(params=["line"])
def origin(
    request: pytest.FixtureRequest, tmp_path: Path, backends: dict[str, int]
) -> Iterator[str]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<title>Anlan</title>")
    (dist / "assets" / "app-1a2b.js").write_text("export {}\n")
    owner, folder = choose(tmp_path / "nginx")
    nginx = Nginx(
        folder=folder,
        owner=owner,
        dist=dist,
        port=ports.free_port(),
        serve_port=backends["serve"],
        live_port=backends["live"],
        gateway_port=backends["gateway"],
        log_format=request.param,
    )
    nginx.write_configuration()
    with Care() as care:
        house = Supervisor(tmp_path, care, lambda _name, _what: None)
        house.start(
            [Service(name="nginx", zh="", command=nginx.server_command, is_ready=nginx.is_ready)]
        )
        yield f"http://127.0.0.1:{nginx.port}"
        house.stop()
    assert not ports.answers(nginx.port)


def test_each_path_reaches_its_process(origin: str) -> None:
    assert httpx.post(f"{origin}/api/v1/observations").text == "gateway /api/v1/observations\n"
    assert httpx.get(f"{origin}/api/v1/session").text == "serve /api/v1/session\n"
    assert httpx.get(f"{origin}/tiles/a/1/b/1/2/3").text == "serve /tiles/a/1/b/1/2/3\n"


@pytest.mark.parametrize("origin", ["json"], indirect=True)
def test_8_1_5_4_d_a_refused_request_is_one_object_of_json_without_its_query(
    origin: str, tmp_path: Path
) -> None:
    strange = 'a"b\\u4e2d'
    httpx.get(f"{origin}/assets/{strange}.js?name=王敏", headers={"X-Correlation-Id": "01K"})
    httpx.get(f"{origin}/api/v1/session?name=王敏")
    [log] = list(tmp_path.rglob("requests.log"))
    text = log.read_text(encoding="utf-8")
    [said] = [json.loads(line) for line in text.splitlines()]
    assert (said["process"], said["status"], said["correlation"]) == ("nginx", 404, "01K")
    assert said["uri"] == f"/assets/{strange}.js"
    assert "王敏" not in text
    assert "name" not in text


def test_a_log_for_people_has_no_requests(origin: str, tmp_path: Path) -> None:
    httpx.get(f"{origin}/assets/none.js")
    assert list(tmp_path.rglob("requests.log")) == []


def test_an_event_arrives_before_the_stream_ends(origin: str) -> None:
    with httpx.stream("GET", f"{origin}/live", timeout=5) as stream:
        assert next(stream.iter_lines()) == "live /live"


def test_a_page_of_the_app_is_the_app_and_a_missing_asset_is_not(origin: str) -> None:
    page = httpx.get(f"{origin}/alarms/01ABC")
    assert page.text == "<title>Anlan</title>"
    assert page.headers["Cache-Control"] == "no-cache"
    asset = httpx.get(f"{origin}/assets/app-1a2b.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Type"] == "text/javascript"
    gone = httpx.get(f"{origin}/assets/app-old.js")
    assert gone.status_code == 404
    assert "Cache-Control" not in gone.headers


def test_8_1_4_4_d_every_answer_carries_the_headers_of_safety_once(origin: str) -> None:
    for path in ("/", "/assets/app-1a2b.js", "/api/v1/session"):
        headers = httpx.get(f"{origin}{path}").headers
        said = {name: headers.get_list(name) for name in SAFETY}
        assert said == {name: [value] for name, value in SAFETY.items()}
        policy = headers["Content-Security-Policy"]
        assert "worker-src 'self' blob:" in policy
        assert "script-src 'self';" in policy
        assert headers["Server"] == "nginx"


def test_8_1_4_8_a_behind_tls_a_browser_comes_by_tls_from_then_on(origin: str) -> None:
    for path in ("/", "/assets/none.js", "/api/v1/session"):
        behind = httpx.get(f"{origin}{path}", headers={"X-Forwarded-Proto": "https"})
        assert behind.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"]
        assert "Strict-Transport-Security" not in httpx.get(f"{origin}{path}").headers


def test_8_1_4_1_b_who_tries_to_sign_in_too_often_is_held_back(origin: str) -> None:
    with httpx.Client() as client:
        tries = [client.post(f"{origin}/api/v1/session") for _ in range(100)]
        looks = [client.get(f"{origin}/api/v1/session") for _ in range(100)]
    held_back = [answer for answer in tries if answer.status_code == 429]
    assert held_back
    assert [answer.status_code for answer in tries[:30]] == [200] * 30
    assert held_back[0].headers["Content-Type"] == "application/problem+json"
    assert held_back[0].json()["code"] == "base.too_many"
    assert held_back[0].headers["X-Frame-Options"] == "DENY"
    assert {answer.status_code for answer in looks} == {200}


def test_a_port_that_is_taken_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert ports.free_port(port) != port


def test_two_processes_are_never_promised_one_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # all four want the port that somebody else has taken since the last start
        names = ("web", "serve", "live", "gateway")
        (tmp_path / "ports.json").write_text(json.dumps(dict.fromkeys(names, port)))
        chosen = Layout(tmp_path).choose_ports()
    numbers = {chosen.web, chosen.serve, chosen.live, chosen.gateway}
    assert len(numbers) == 4
    assert port not in numbers
