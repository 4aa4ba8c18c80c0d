"""Columns in which most values repeat, as runs: what a thousand members wait as until they have rows.

A lost gateway's alarms differ by id and number; all else is the same from the first to the last, and
to write it a hundred thousand times would keep the group's own row waiting.
"""

from itertools import chain, groupby, islice, repeat
from operator import ne
from typing import Any

Columns = dict[str, list[Any]]
#: By name: each value, or [value, how often] of each run.
Folded = dict[str, Columns]


def fold(columns: Columns) -> Folded:
    """Return columns of plain values with runs where that is shorter."""
    folded: Folded = {"runs": {}, "each": {}}
    for name, values in columns.items():
        if values and values.count(values[0]) == len(values):
            folded["runs"][name] = [[values[0], len(values)]]
            continue
        changes = sum(map(ne, values, islice(values, 1, None)))
        if 2 * (changes + 1) < len(values):
            folded["runs"][name] = [[key, len(list(run))] for key, run in groupby(values)]
        else:
            folded["each"][name] = values
    return folded


def unfold(folded: Folded) -> Columns:
    """Return what `fold` was given."""
    runs = {
        name: list(chain.from_iterable(repeat(value, count) for value, count in found))
        for name, found in folded["runs"].items()
    }
    return folded["each"] | runs
