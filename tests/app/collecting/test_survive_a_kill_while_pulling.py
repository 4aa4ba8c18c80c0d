"""A collector ended without a word inside the transaction of a page: nothing of it is lost, nothing comes twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.collecting.exchange import outbox_in, sqlite_in, values_in

ROUND = """
import asyncio, os, signal, sys
from pathlib import Path
from anlan.adapters.exchange_db.view import View
from anlan.app.collecting.outbox import Outbox
from anlan.app.collecting.outbox_thread import OutboxThread
from anlan.app.collecting.pulling import Pulling
from anlan.app.collecting.state import Told
from tests.app.collecting.exchange import outbox_in, settings_of

folder, dies = Path(sys.argv[1]), int(sys.argv[2])
pages, true = 0, Outbox.add_broken

def die(self, *args):
    global pages
    pages += 1
    if pages == dies:
        os.kill(os.getpid(), signal.SIGKILL)
    true(self, *args)

Outbox.add_broken = die
said = settings_of(f"sqlite:///{folder}/province.sqlite")
thread = OutboxThread(outbox_in(folder))
asyncio.run(Pulling(View(said, ""), said, 1.0, thread, Told("province", "exchange")).round())
thread.close()
"""


def go_round(folder: Path, dies_at_page: int) -> int:
    said = [sys.executable, "-c", ROUND, str(folder), str(dies_at_page)]
    return subprocess.run(said, env=os.environ, check=False, timeout=60).returncode


@pytest.mark.parametrize("page", [1, 3])
def test_killed_between_the_rows_and_the_commit(tmp_path: Path, page: int) -> None:
    sqlite_in(tmp_path).lay(*((n, f"2026-11-30 08:00:0{n}", str(n), "") for n in range(1, 9)))
    assert go_round(tmp_path, page) == -signal.SIGKILL
    box = outbox_in(tmp_path)
    assert len(values_in(box)) == 3 * (page - 1), "whole pages, and no half one"
    box.close()
    assert go_round(tmp_path, 0) == 0
    box = outbox_in(tmp_path)
    assert len(values_in(box)) == 8 - 3 * (page - 1)
    box.close()
