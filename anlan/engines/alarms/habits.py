"""How alarms behave over days: which chatter, which stand for ever, and what delay would have kept them quiet.

Chatter by the index of Kondaveeti, Izadi, Shah, Shook, Kadali and Chen 2013, Chem. Eng. Res. Des. 91:2550: the
mean of 1/r over the run lengths r, the seconds from one raise to the next. An alarm that comes three times a minute,
where ISA-18.2 begins to speak of chatter, has 1/20.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Three a minute.
CHATTERS = 1 / 20
#: Two runs say nothing of a habit.
FEWEST_RUNS = 3
#: Stands for more than a day: stale, as ISA-18.2 has it.
STALE_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Habits:
    """Of each of the k series that occur, ascending by `series` (k,).

    `raised` (k,) how often; `chatter` (k,) the index a second, NaN below `FEWEST_RUNS` runs; `longest_s` (k,) the longest that it
    stood, until now where it stands; `quiet_s` (k,) the off-delay that would have joined nine of ten of its repeats, NaN
    without any.
    """

    series: Ints
    raised: Ints
    chatter: Floats
    longest_s: Floats
    quiet_s: Floats

    @property
    def chatters(self) -> NDArray[np.bool_]:
        """Tell of each whether it chatters."""
        return np.nan_to_num(self.chatter) >= CHATTERS

    @property
    def is_stale(self) -> NDArray[np.bool_]:
        """Tell of each whether it stood, or stands, for longer than a day."""
        return self.longest_s > STALE_S


def habits_of(series: Ints, raised_s: Floats, returned_s: Floats, now_s: float) -> Habits:
    """Return the habits of alarms: `series` (n,) says of what, raised and returned (n,) when, NaN where it still stands.

    In any order. Raises ValueError for arrays of different lengths, or a return before its raise.
    """
    if not len(series) == len(raised_s) == len(returned_s):
        raise ValueError("series, raises and returns belong together")
    if np.any(returned_s < raised_s):
        raise ValueError("an alarm returned before it was raised")
    order = np.lexsort((raised_s, series))
    series, raised_s, returned_s = series[order], raised_s[order], returned_s[order]
    first = np.flatnonzero(np.r_[True, np.diff(series) != 0]) if len(series) else np.empty(0, int)
    counts = np.diff(np.r_[first, len(series)])
    stood = np.where(np.isnan(returned_s), now_s, returned_s) - raised_s
    follows = np.r_[False, np.diff(series) == 0] if len(series) else np.empty(0, bool)
    run = np.where(follows, np.diff(raised_s, prepend=0.0), np.inf)
    gap = np.where(follows, raised_s - np.r_[np.nan, returned_s[:-1]], np.nan)
    # two raises in one second are one a second, not infinitely many
    each = np.add.reduceat(1 / np.maximum(run, 1.0), first) if len(first) else np.empty(0)
    runs = counts - 1
    chatter = np.where(runs >= FEWEST_RUNS, each / np.maximum(runs, 1), np.nan)
    longest = np.maximum.reduceat(stood, first) if len(first) else np.empty(0)
    return Habits(series[first], counts, chatter, longest, _ninth(gap, first, counts))


def _ninth(gap: Floats, first: Ints, counts: Ints) -> Floats:
    """Return of each series the gap that nine of ten of its gaps do not pass: one sort for all."""
    group = np.repeat(np.arange(len(first)), counts)
    there = ~np.isnan(gap)
    group, gap = group[there], gap[there]
    order = np.lexsort((gap, group))
    many = np.bincount(group, minlength=len(first))
    begin = np.r_[0, np.cumsum(many)[:-1]] if len(first) else np.empty(0, int)
    at = begin + np.ceil(0.9 * many).astype(int) - 1
    found = np.full(len(first), np.nan)
    found[many > 0] = gap[order][at[many > 0]]
    return found
