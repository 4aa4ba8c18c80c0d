"""A server that ends, or never answers, is told with the end of its log and can still be stopped."""

import sys
from pathlib import Path

import pytest

from anlan.app.stack.errors import StackError
from anlan.app.stack.server import launch, wait_for


def test_a_server_that_ends_is_told_with_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = launch([sys.executable, "-c", "raise SystemExit('no such disk')"], log)
    with pytest.raises(StackError, match="no such disk") as told:
        wait_for(server, "NATS", log, is_ready=lambda: False, timeout_s=60)
    assert "NATS is not up" in str(told.value)
    assert server.returncode == 1


def test_a_server_that_never_answers_is_left_to_the_caller(tmp_path: Path) -> None:
    log = tmp_path / "log"
    server = launch([sys.executable, "-c", "import time; time.sleep(60)"], log)
    with pytest.raises(StackError, match="没有启动"):
        wait_for(server, "PostgreSQL", log, is_ready=lambda: False, timeout_s=0.1)
    assert server.poll() is None
    server.kill()
    server.wait()


def test_a_server_that_answers_is_waited_for(tmp_path: Path) -> None:
    log, up = tmp_path / "log", tmp_path / "up"
    code = f"open({str(up)!r}, 'w').close(); import time; time.sleep(60)"
    server = launch([sys.executable, "-c", code], log, environment={})
    wait_for(server, "NATS", log, is_ready=up.exists, timeout_s=60)
    assert up.exists()
    server.kill()
    server.wait()
