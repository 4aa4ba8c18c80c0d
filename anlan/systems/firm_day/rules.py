"""GB 30871-2022 read from its data: kinds and levels of special work, how long a permit is good, what steps a level up."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anlan.kernel.base.clock import SHANGHAI
from anlan.kernel.base.errors import InvalidError

SHIPPED = Path(__file__).with_name("gb30871_2022.toml")
VIEW, EDIT, ISSUE = "firm_day.permit.view", "firm_day.permit.edit", "firm_day.permit.issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLevel:
    """A level of a kind: a permit of it is good for `valid_h` hours at most."""

    key: str
    title: str
    title_en: str
    valid_h: int
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkKind:
    """A kind of special work, its levels gravest first; `raises`: one level up at night and on days off."""

    key: str
    prefix: str
    title: str
    title_en: str
    levels: tuple[WorkLevel, ...]
    needs_gas: bool = False
    #: What an analysis must have measured: `oxygen_pct`, `flammable_lel_pct`, `toxic_ppm`.
    gas_needs: tuple[str, ...] = ()
    raises: bool = False

    def level(self, key: str) -> WorkLevel:
        """Return a level. Raises InvalidError for one that the kind does not have."""
        for one in self.levels:
            if one.key == key:
                return one
        raise InvalidError(
            f"{self.title}没有这个级别：{key or '无'}",
            code="firm_day.no_such_level",
            field="level",
            level=key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GasRules:
    """What the analysis must say: minutes, % of the lower explosive limit, % of volume."""

    before_min: int
    before_mark: str
    flammable_lel_pct: float
    flammable_mark: str
    oxygen_low_pct: float
    oxygen_high_pct: float
    oxygen_mark: str

    def faults(self, oxygen_pct: float | None, flammable_lel_pct: float | None) -> list[str]:
        """Return what of an analysis does not hold: `oxygen_low`, `oxygen_high`, `flammable`."""
        found = []
        if oxygen_pct is not None and oxygen_pct < self.oxygen_low_pct:
            found.append("oxygen_low")
        if oxygen_pct is not None and oxygen_pct > self.oxygen_high_pct:
            found.append("oxygen_high")
        if flammable_lel_pct is not None and flammable_lel_pct > self.flammable_lel_pct:
            found.append("flammable")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OffHours:
    """Night (local hours, from the first until the second) and days off."""

    night_from: int
    night_to: int
    weekend: bool
    holidays: tuple[tuple[date, date], ...]
    worked: frozenset[date]
    mark: str

    def is_off(self, moment: datetime) -> bool:
        """Tell whether a moment lies at night or on a day off."""
        local = moment.astimezone(SHANGHAI)
        if local.hour >= self.night_from or local.hour < self.night_to:
            return True
        day = local.date()
        if day in self.worked:
            return False
        is_weekend = self.weekend and day.weekday() >= 5
        return is_weekend or any(first <= day <= last for first, last in self.holidays)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStandard:
    """The figures of one version of the standard, as shipped or as a bureau has corrected them."""

    name: str
    kinds: dict[str, WorkKind]
    gas: GasRules
    off_hours: OffHours
    undo_within: timedelta

    def kind(self, key: str) -> WorkKind:
        """Return a kind. Raises InvalidError for one that is none of the eight."""
        if (found := self.kinds.get(key)) is None:
            raise InvalidError(
                f"没有这类特殊作业：{key}", code="firm_day.no_such_kind", field="kind", kind=key
            )
        return found

    def managed_level(self, kind: str, level: str, *, is_off_hours: bool) -> WorkLevel:
        """Return the level at which work is managed: the assessed one, or the next graver at night and on days off."""
        of = self.kind(kind)
        assessed = of.level(level)
        if not (is_off_hours and of.raises):
            return assessed
        return of.levels[max(0, of.levels.index(assessed) - 1)]

    def is_off_hours(self, start: datetime, end: datetime) -> bool:
        """Tell whether a span begins or ends at night or on a day off.

        What lies between is not asked: work over several days rests at night. Whoever does work then says so.
        """
        return self.off_hours.is_off(start) or self.off_hours.is_off(end)


def read_standard(file: Path = SHIPPED) -> WorkStandard:
    """Read the figures. Raises ValueError, KeyError or TypeError where one is wrong or missing."""
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    kinds = [
        WorkKind(
            **row
            | {
                "levels": tuple(WorkLevel(**one) for one in row.pop("level")),
                "gas_needs": tuple(row.pop("gas_needs", ())),
            }
        )
        for row in raw["kind"]
    ]
    off = raw["off_hours"]
    return WorkStandard(
        name=raw["standard"],
        kinds={one.key: one for one in kinds},
        gas=GasRules(**raw["gas"]),
        off_hours=OffHours(
            night_from=off["night_from"],
            night_to=off["night_to"],
            weekend=off["weekend"],
            holidays=tuple(_span(one) for one in off["holidays"]),
            worked=frozenset(date.fromisoformat(one) for one in off["worked"]),
            mark=off["mark"],
        ),
        undo_within=timedelta(minutes=raw["undo"]["within_min"]),
    )


def _span(days: Sequence[str]) -> tuple[date, date]:
    first, last = (date.fromisoformat(one) for one in days)
    if last < first:
        raise ValueError(f"{days}: ends before it begins")
    return first, last


@cache
def standard() -> WorkStandard:
    """Return the standard as shipped."""
    return read_standard()


def local_day(moment: datetime) -> date:
    """Return the day of a moment where the firms are."""
    return moment.astimezone(SHANGHAI).date()


def day_span(day: date) -> tuple[datetime, datetime]:
    """Return when a local day begins and when the next does."""
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return start, start + timedelta(days=1)
