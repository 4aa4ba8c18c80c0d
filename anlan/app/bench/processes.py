"""A house's processes by service, from /proc: what CPU they have used, what memory they hold."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
#: Fields of /proc/<pid>/stat behind the name in brackets (proc(5)); children that were waited for
#: count with their parent.
_PARENT, _TIMES = 1, slice(11, 15)


def used_s(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each service: of its process and all that descends from it."""
    return _by_service(roots, lambda _, words: sum(map(int, words[_TIMES])) / TICKS_A_SECOND)


def resident_mb(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the resident memory of each service: of its process and all that descends from it.

    Pages that processes share are counted in each of them.
    """
    return _by_service(
        roots, lambda entry, _: int((entry / "statm").read_text().split()[1]) * PAGE / 1e6
    )


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return what each service used from one look to the other."""
    return {name: after[name] - before[name] for name in before}


def _by_service(
    roots: Mapping[str, int], figure: Callable[[Path, list[str]], float]
) -> dict[str, float]:
    """Sum a figure of /proc over each service's process and its descendants."""
    parents: dict[int, int] = {}
    own: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            value = figure(entry, words)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        parents[int(entry.name)] = int(words[_PARENT])
        own[int(entry.name)] = value
    names = {pid: name for name, pid in roots.items()}
    total = dict.fromkeys(roots, 0.0)
    for pid, value in own.items():
        above = pid
        while above in parents and above not in names:
            above = parents[above]
        if above in names:
            total[names[above]] += value
    return total
