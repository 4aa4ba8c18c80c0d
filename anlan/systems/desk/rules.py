"""Periods, and what each rate is a share of; no database.

Every rate is two counts of rows: how many, of how many. Its words say exactly which rows those are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from anlan.kernel.base.clock import SHANGHAI

FIGURES = "desk.figure.view"
PeriodKind = Literal["week", "month"]
DECEMBER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` up to but without `end`, as it was known at `as_of`; all aware."""

    start: datetime
    end: datetime
    as_of: datetime

    @property
    def until(self) -> datetime:
        """Return up to when the span has happened."""
        return max(self.start, min(self.end, self.as_of))


def span_of(kind: PeriodKind, day: date, as_of: datetime) -> Span:
    """Return the week from Monday, or the month, that a day lies in, by the clock of Shanghai."""
    if kind == "week":
        first = day - timedelta(days=day.weekday())
        last = first + timedelta(days=7)
    else:
        first = day.replace(day=1)
        last = (
            date(day.year + 1, 1, 1) if day.month == DECEMBER else date(day.year, day.month + 1, 1)
        )
    return Span(start=_midnight(first), end=_midnight(last), as_of=as_of)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


#: What is counted of each firm; sums over firms are those of the whole.
COUNTS = (
    "streams", "due_s", "online_s", "alarms", "red", "orange", "yellow", "blue", "confirm_due",
    "confirmed_in_time", "close_due", "closed_in_time", "closed", "false_alarms", "confirm_overdue",
    "close_overdue", "bureau_due", "bureau_overdue", "bad_values", "received", "accepted", "quarantined",
)  # fmt: skip
#: A rate: (how many, of how many).
RATES: Mapping[str, tuple[str, str]] = {
    "online": ("online_s", "due_s"),
    "confirmed_in_time": ("confirmed_in_time", "confirm_due"),
    "closed_in_time": ("closed_in_time", "close_due"),
    "false_alarm": ("false_alarms", "closed"),
    "accepted": ("accepted", "received"),
}
#: The rates by which firms are ranked: the mean of those that a firm has, each with the same weight.
#: Which and how is this project's default, to be confirmed (项目默认 待核).
RANKED_BY = ("online", "confirmed_in_time", "closed_in_time", "accepted")


def rate(counts: Mapping[str, Any], name: str) -> float | None:
    """Return a rate, 0 to 1; None where there is nothing that it could be a share of."""
    top, bottom = RATES[name]
    return counts[top] / counts[bottom] if counts[bottom] else None


def standing(counts: Mapping[str, Any]) -> float | None:
    """Return what a firm is ranked by, 0 to 1; None where it has none of these rates."""
    known = [found for name in RANKED_BY if (found := rate(counts, name)) is not None]
    return sum(known) / len(known) if known else None


def period_words(kind: str, start: datetime, end: datetime) -> str:
    """Return a period as a paper names it: 2026年11月23日至29日, 2026年11月."""
    first, last = start.astimezone(SHANGHAI), (end - timedelta(days=1)).astimezone(SHANGHAI)
    if kind == "month":
        return f"{first.year}年{first.month}月"
    until = f"{last.day}日" if last.month == first.month else f"{last.month}月{last.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{until}"


#: What is looked at in every round; other slices add theirs to the registry (`round_checks`).
CHECKS = ("curves", "alarms", "gateway", "data")


def due_day(place: int, every_days: int, starts_on: date, today: date) -> date | None:
    """Return the last day up to today on which the firm at a place of a plan was due; None before the first.

    The first firm is due on the first day, the second on the second, and each again every `every_days`.
    """
    since = (today - starts_on).days - place % every_days
    return None if since < 0 else today - timedelta(days=since % every_days)
