"""`anlan demo` as a whole: resumes after being killed anywhere, is alone in its folder, and ends.

Without the plant simulator only the weather stations have series: a small demonstration, but with
every server, every process and the cast.
"""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

DEMO = """
import pathlib, sys
from anlan.app.stack.demonstration import Demonstration, Wishes
from anlan.app.stack.errors import StackError
folder = pathlib.Path(sys.argv[1])
wishes = Wishes(home=folder / "var", dist=folder / "dist", simulators_python=pathlib.Path("/bin/true"))
try:
    Demonstration(wishes).run()
except StackError as error:
    sys.exit(str(error))
"""
PATIENCE_S = 240.0

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<title>Anlan</title>")
    return tmp_path


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DEMO, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def read_until(demo: subprocess.Popen[str], word: str) -> list[str]:
    """Return what was printed up to a line with the word, or everything if it never came."""
    assert demo.stdout is not None
    read = []
    for line in demo.stdout:
        read.append(line)
        if word in line:
            break
    return read


def processes_of(folder: Path) -> list[str]:
    """Name the processes whose command line or environment tells of the folder."""
    found = []
    needle = str(folder / "var").encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = process.joinpath("cmdline").read_bytes()
            if needle in words or needle in process.joinpath("environ").read_bytes():
                found.append(words.replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def end(demo: subprocess.Popen[str], number: signal.Signals) -> str:
    demo.send_signal(number)
    said, _ = demo.communicate(timeout=PATIENCE_S)
    return said


def nothing_is_left(folder: Path) -> bool:
    """Wait until the warden of a killed demonstration has done its work."""
    until = time.monotonic() + 30
    while processes_of(folder) and time.monotonic() < until:
        time.sleep(0.1)
    return processes_of(folder) == []


def test_killed_or_stopped_at_every_stage_it_goes_on_and_ends_without_a_trace(folder: Path) -> None:
    stages = ("PostgreSQL cluster", "starting PostgreSQL", "migrating", "loading", "processes")
    for stage in stages:
        killed = start(folder)
        read_until(killed, stage)
        end(killed, signal.SIGKILL)
        assert nothing_is_left(folder), stage
    for stage in ("starting PostgreSQL", "loading", "processes"):
        stopped = start(folder)
        read_until(stopped, stage)
        said = end(stopped, signal.SIGINT)
        assert (stopped.returncode, "Traceback" in said) == (0, False), said
        assert processes_of(folder) == [], stage

    demo = start(folder)
    page = read_until(demo, "make clean-demo")
    text = "".join(page)
    assert "Anlan is up" in text, text
    address = next(line.strip() for line in page if re.fullmatch(r" *http://[\d.:]+\n", line))
    assert httpx.get(address).text == "<title>Anlan</title>"
    assert httpx.get(f"{address}/api/v1/session").json()["demo"] is True

    assert re.search(r"doors for devices  MQTT 127\.0\.0\.1:\d+\n", text)

    tokens = re.findall(r"/link#(\S+)", text)
    assert len(tokens) >= 6
    written = [file.read_bytes() for file in (folder / "var").rglob("*") if file.is_file()]
    assert not [token for token in tokens for file in written if token.encode() in file]

    second = start(folder)
    said, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 1
    assert str(demo.pid) in said
    assert address in said

    said = end(demo, signal.SIGINT)
    assert demo.returncode == 0, said
    assert processes_of(folder) == []
