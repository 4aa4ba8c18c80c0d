"""SIGTERM ends a process whatever it is doing."""

import signal
import subprocess
import sys

import pytest

from anlan.app.stopping import ENDED_HARD

START = """
import asyncio, threading, time
from anlan.app.stopping import stop_when_told
async def main():
    stop = asyncio.Event()
    stop_when_told(stop, within_s=0.5)
    print("ready", flush=True)
    {work}
asyncio.run(main())
"""
KIND = "await stop.wait()"
STUCK = {
    "in Python": "\n    while True: pass",
    "in a call": "time.sleep(3600)",
    "behind the loop": "threading.Thread(target=time.sleep, args=[3600]).start()",
    "in a thread of the pool": "await asyncio.to_thread(time.sleep, 3600)",
}


def told_to_stop(work: str, number: signal.Signals) -> tuple[int, str]:
    """Run a process until it is ready, signal it, return its exit code and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", START.format(work=work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _said, error = process.communicate(timeout=60)
    return process.returncode, error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_listens_ends_kindly(number: signal.Signals) -> None:
    assert told_to_stop(KIND, number) == (0, "")


@pytest.mark.parametrize("work", STUCK.values(), ids=STUCK)
def test_who_is_stuck_ends_hard_and_says_where(work: str) -> None:
    code, error = told_to_stop(work, signal.SIGTERM)
    assert code == ENDED_HARD
    assert "not gone 0.5 s after being told to stop" in error
    assert "most recent call first" in error
