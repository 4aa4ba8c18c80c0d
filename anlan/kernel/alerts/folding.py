"""Columns in which most values repeat, as runs: what a thousand members wait as until they have rows.

A lost gateway's alarms differ by id and number; all else is the same from the first to the last, and
to write it a hundred thousand times would keep the group's own row waiting.
"""

from itertools import chain, groupby, repeat
from typing import Any

Columns = dict[str, list[Any]]
#: By name: each value, or [value, how often] of each run.
Folded = dict[str, Columns]


def fold(columns: Columns) -> Folded:
    """Return columns of plain values with runs where that is shorter."""
    runs = {
        name: [[key, len(list(run))] for key, run in groupby(values)]
        for name, values in columns.items()
    }
    return {
        "runs": {
            name: found for name, found in runs.items() if 2 * len(found) < len(columns[name])
        },
        "each": {
            name: values for name, values in columns.items() if 2 * len(runs[name]) >= len(values)
        },
    }


def unfold(folded: Folded) -> Columns:
    """Return what `fold` was given."""
    runs = {
        name: list(chain.from_iterable(repeat(value, count) for value, count in found))
        for name, found in folded["runs"].items()
    }
    return folded["each"] | runs
