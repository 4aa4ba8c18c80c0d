"""Two starts in one folder: the second is told who is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.app.stack.errors import AlreadyRunningError
from anlan.app.stack.lock import HouseLock, is_held

HOLDER = """
import pathlib, sys, time
from anlan.app.stack.lock import HouseLock
lock = HouseLock(pathlib.Path(sys.argv[1])); lock.acquire(); lock.note("http://127.0.0.1:8080")
print("held", flush=True); time.sleep(600)
"""


def test_a_second_start_is_refused_with_the_first_ones_address(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=f"{holder.pid}.*http://127.0.0.1:8080"):
            HouseLock(file).acquire()
    finally:
        holder.kill()
        holder.communicate()
    lock = HouseLock(file)
    lock.acquire()  # a holder that died holds nothing
    assert file.read_text().startswith(f"{os.getpid()}\n")
    lock.close()


def test_who_looks_whether_a_house_runs_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    assert not is_held(file)
    assert not file.exists()
    lock = HouseLock(file)
    lock.acquire()
    assert is_held(file)
    lock.close()
    assert not is_held(file)
