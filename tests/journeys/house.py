"""A whole house for a journey: `anlan demo` in a folder of its own, and the cast's ways in."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
#: The order in which `anlan demo` prints its cast (anlan/app/demo/cast.toml).
PARTS = (
    "duty_officer",
    "leader",
    "control_room",
    "monitor",
    "neighbour",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
    "firm_safety",
)
_CAST = ROOT / "anlan" / "app" / "demo" / "cast.toml"
USERNAMES = {
    one["key"]: one["username"]
    for one in tomllib.loads(_CAST.read_text(encoding="utf-8"))["member"]
}
#: Well below the half hour after which an idle session ends.
STAY_AWAKE_S = 300.0
LINK = re.compile(r"(http://\S+)/link#(\S+)")


def plain_environment() -> dict[str, str]:
    """Return the environment without what the test run has set for itself."""
    ours = ("ANLAN_", "DJANGO_", "PYTEST_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


@dataclass(slots=True)
class House:
    """A running demonstration."""

    process: subprocess.Popen[str]
    home: Path
    address: str
    tokens: dict[str, str]
    _sessions: dict[str, httpx.Cookies] = field(default_factory=dict)

    def sign_in(self, part: str) -> httpx.Client:
        """Sign a member of the cast in by his one-time link, once; later journeys go on in his session.

        Where a journey has ended it, he is given another link, as by an operator.
        """
        known = self._sessions.get(part)
        client = httpx.Client(base_url=self.address, timeout=20, cookies=known)
        if known is not None:
            if client.get("/api/v1/registry").status_code == 200:
                return client
            self.tokens[part] = self._another_link(part)
            client.cookies.clear()
        client.get("/api/v1/session")
        answer = client.post(
            "/api/v1/session/link", json={"token": self.tokens[part]}, headers=csrf(client)
        )
        assert answer.status_code == 200, answer.text
        if known is not None:
            # who comes by a link after a reset sets a password before anything else
            new = {"old": "-", "new": f"Lantern-{secrets.token_hex(6)}"}
            answer = client.post("/api/v1/session/password", json=new, headers=csrf(client))
            assert answer.status_code == 200, answer.text
        self._sessions[part] = client.cookies
        return client

    def _another_link(self, part: str) -> str:
        said = self.anlan("people", "link", USERNAMES[part]).stdout
        found: list[tuple[str, str]] = LINK.findall(said)
        return found[0][1]

    def stay_awake(self) -> None:
        """Use every session now and then: a slow run of all journeys is longer than a desk may stand idle."""
        while self.process.poll() is None:
            time.sleep(STAY_AWAKE_S)
            for cookies in list(self._sessions.values()):
                with suppress(httpx.HTTPError):
                    httpx.get(f"{self.address}/api/v1/registry", cookies=cookies, timeout=20)

    def anlan(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the house."""
        environment = plain_environment() | {"ANLAN_CONFIG": str(self.home / "anlan.toml")}
        return subprocess.run(
            [sys.executable, "-m", "anlan", *words],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=ROOT,
            timeout=120,
        )

    def stop(self) -> None:
        """Press Ctrl-C and wait."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


def csrf(client: httpx.Client) -> dict[str, str]:
    """Return the header that a change needs beside the cookie."""
    return {"X-CSRFToken": client.cookies["anlan_csrf"]}


def build(home: Path, patience_s: float = 400.0) -> House:
    """Start `anlan demo` and read from its terminal where it is and who may come in."""
    process = subprocess.Popen(
        [sys.executable, "-m", "anlan", "demo", "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=plain_environment() | {"PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
    )
    said: list[str] = []
    is_up = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if "clean-demo" in line:
                is_up.set()
        is_up.set()

    threading.Thread(target=read, daemon=True).start()
    is_up.wait(patience_s)
    links = LINK.findall("".join(said))
    if len(links) != len(PARTS):
        process.kill()
        raise AssertionError("anlan demo did not come up:\n" + "".join(said[-40:]))
    tokens = dict(zip(PARTS, (token for _, token in links), strict=True))
    made = House(process, home, links[0][0], tokens)
    threading.Thread(target=made.stay_awake, daemon=True).start()
    return made


def frames(client: httpx.Client, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
    """Listen to the live stream for a while: (event, data)."""
    ticket = client.get("/api/v1/live-ticket").json()["ticket"]
    until = time.monotonic() + seconds
    with client.stream("GET", "/live", params={"ticket": ticket}, timeout=30) as stream:
        assert stream.status_code == 200
        event = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield event, json.loads(line.removeprefix("data: "))
            if time.monotonic() > until:
                return


def first_row(
    client: httpx.Client, wanted: Callable[[dict[str, Any]], bool], seconds: float
) -> dict[str, Any]:
    """Return the first state on the stream that is wanted."""
    for event, data in frames(client, seconds):
        if event == "rows":
            for row in data["rows"]:
                if row["type"] == "alerts.alarm" and wanted(row["state"]):
                    state: dict[str, Any] = row["state"]
                    return state
    raise AssertionError(f"nothing of the kind on the stream in {seconds} s")


class Listening:
    """Somebody's live stream, listened to in a thread of its own from now on."""

    def __init__(self, client: httpx.Client, seconds: float = 900) -> None:
        self._heard: list[str] = []
        self._sites: set[str] = set()
        self._is_open = threading.Event()
        threading.Thread(target=self._listen, args=[client, seconds], daemon=True).start()
        assert self._is_open.wait(30), "the stream did not open"

    def _listen(self, client: httpx.Client, seconds: float) -> None:
        with suppress(httpx.HTTPError):  # the house, or the listener, goes home first
            for event, data in frames(client, seconds):
                self._heard.append(event)
                self._sites |= {row["state"].get("site") for row in data.get("rows", [])}
                self._is_open.set()

    def events(self) -> set[str]:
        """Return the kinds of all that was heard."""
        return set(self._heard)

    def sites(self) -> set[str]:
        """Return the sites of all rows that were heard of."""
        return set(self._sites)
