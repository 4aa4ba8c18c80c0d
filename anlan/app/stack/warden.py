"""The last one to leave: when its starter is gone, whatever way, nothing of it stays behind.

Run as a file by a bare interpreter, in a session of its own. It reads orders from standard input:
`group <id> <signal>` a process group to end, `forget <id>`, `folder <path>` a folder to remove. The end of
the input means that the starter has ended, `kill -9` included. Standard library only.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

GRACE_S = 4.0


class Group(NamedTuple):
    """How a group is asked to end, and when its leader was born: numbers are used again."""

    number: int
    born: str


def obey(orders: Iterable[str]) -> tuple[dict[int, Group], list[str]]:
    """Read orders to the end; return the groups and folders still in our care."""
    groups: dict[int, Group] = {}
    folders: list[str] = []
    for order in orders:
        verb, _, what = order.rstrip("\n").partition(" ")
        if verb == "group":
            group, _, name = what.partition(" ")
            number = signal.Signals[f"SIG{name or 'TERM'}"]
            groups[int(group)] = Group(number, _born(int(group)))
        elif verb == "forget":
            groups.pop(int(what), None)
        elif verb == "folder":
            folders.append(what)
    return groups, folders


def end(groups: dict[int, Group], *, grace_s: float = GRACE_S) -> None:
    """End process groups, the youngest first: politely, then surely; never one that is another's."""
    groups = {number: group for number, group in groups.items() if _is_same(number, group)}
    for group, asked in reversed(groups.items()):
        _signal(group, asked.number)
    until = time.monotonic() + grace_s
    while time.monotonic() < until and any(_alive(group) for group in groups):
        time.sleep(0.05)
    for group in reversed(groups):
        _signal(group, signal.SIGKILL)


def _born(process: int) -> str:
    """Return when a process was started, in ticks of the machine; "" for one that is not there."""
    try:
        words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return words.rpartition(")")[2].split()[19]


def _is_same(number: int, group: Group) -> bool:
    """Tell whether a group is the one of the order: its leader is, or has left its members behind."""
    return _born(number) in {group.born, ""}


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def main() -> None:
    """Wait for the end of the starter, then clean up behind it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups, folders = obey(sys.stdin)
    end(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
