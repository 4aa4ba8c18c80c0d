"""The warden ends what it was told of, and nothing that has got its number since."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from anlan.app.stack import warden
from anlan.app.stack.warden import Group


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    made = subprocess.Popen(["/bin/sleep", "60"], start_new_session=True)
    yield made
    made.kill()
    made.wait()


def test_a_group_in_our_care_ends(sleeper: subprocess.Popen[bytes]) -> None:
    groups, _folders = warden.obey([f"group {sleeper.pid} TERM\n"])
    warden.end(groups, grace_s=5)
    assert sleeper.wait(timeout=5) == -signal.SIGTERM


def test_one_that_has_its_number_now_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    groups, _folders = warden.obey([f"group {sleeper.pid} TERM\n"])
    born_before = str(int(groups[sleeper.pid].born) - 1)
    warden.end({sleeper.pid: Group(signal.SIGTERM, born_before)}, grace_s=0.2)
    assert sleeper.poll() is None


def test_what_a_leader_left_behind_ends_too() -> None:
    leaves = "import subprocess, sys; print(subprocess.Popen(['/bin/sleep', '60']).pid, flush=True); sys.stdin.read()"
    leader = subprocess.Popen(
        [sys.executable, "-c", leaves],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert leader.stdin is not None
    assert leader.stdout is not None
    left = int(leader.stdout.readline())
    groups, _folders = warden.obey([f"group {leader.pid} TERM\n"])
    leader.stdin.close()
    leader.wait(timeout=10)
    os.kill(left, 0)
    warden.end(groups, grace_s=5)
    with pytest.raises(ProcessLookupError):
        os.killpg(leader.pid, 0)
