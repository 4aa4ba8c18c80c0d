"""The CPU of a house: what its processes have used, by service, from /proc."""

import os
from collections.abc import Mapping
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
#: Fields of /proc/<pid>/stat behind the name in brackets (proc(5)); children that were waited for
#: count with their parent.
_PARENT, _TIMES = 1, slice(11, 15)


def used_s(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each service: of its process and all that descends from it."""
    parents: dict[int, int] = {}
    own: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents[int(entry.name)] = int(words[_PARENT])
        own[int(entry.name)] = sum(map(int, words[_TIMES])) / TICKS_A_SECOND
    names = {pid: name for name, pid in roots.items()}
    used = dict.fromkeys(roots, 0.0)
    for pid, seconds in own.items():
        above = pid
        while above in parents and above not in names:
            above = parents[above]
        if above in names:
            used[names[above]] += seconds
    return used


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return what each service used from one look to the other."""
    return {name: after[name] - before[name] for name in before}
